"""What the host sees. In: run of show, questions, tests, what is held. Out: the next cue, what may be said, time left.

Safe phrases are the words of the record's state (`episodes.wording`), so that nobody at a microphone says more than a
result does.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk import Desk
from episodes.rapid_test import RapidTest
from episodes.run_of_show import standing
from episodes.segments import CueKind
from episodes.shot import HOLD_WORDS
from episodes.wording import NOT_FINAL, SCREENING_MARK, card_words
from runtime.words import N_
from store import plans
from store.episodes import current
from store.rapid_tests import tests_of
from store.tables.episodes import Episode, Programme
from store.tables.graphics import Question
from web.i18n import Texts
from web.render import glyph_name

CUE_WORDS: dict[CueKind, str] = {
    "camera": N_("切到%(what)s"),
    "slate": N_("切垫片"),
    "graphic": N_("上图文"),
    "tip_line": N_("上举报方式"),
    "clear": N_("撤图文"),
    "reveal": N_("揭晓对象"),
    "say": N_("口播"),
}
_S = 1_000_000_000
MOST_TESTS = 6


async def host_view(desk: Desk, words: Texts) -> dict[str, Any]:
    """Everything `host.html` shows."""
    now = desk.clock.utc_ns()
    async with desk.store.read() as session:
        episode = await current(session)
        if episode is None:
            return {"episode": None, "run": None, "questions": [], "phrases": []}
        asked = select(Question).where(Question.episode_id == episode.id, Question.state.in_(("on_screen", "approved")))
        questions = (await session.scalars(asked.order_by(Question.state.desc(), Question.made_utc_ns))).all()
        return {
            "episode": episode,
            "run": await _run(session, episode, words, now),
            "questions": questions,
            "phrases": _phrases(await tests_of(session, episode.id), words, held=bool(desk.phones.held)),
        }


async def _run(session: AsyncSession, episode: Episode, words: Texts, now_utc_ns: int) -> dict[str, Any] | None:
    kept = await plans.run_of(session, episode.id)
    if not kept.run.segments:
        return None
    programme = await session.get_one(Programme, episode.programme_id)
    at = standing(
        kept.run,
        kept.progress,
        anchor_utc_ns=episode.live_utc_ns or episode.starts_utc_ns,
        length_s=programme.minutes * 60,
        now_utc_ns=now_utc_ns,
    )
    cue = at.cue
    return {
        "segment": at.segment,
        "following": at.following,
        "notes": at.segment.notes if at.segment else at.following.notes if at.following else "",
        "cue": words(CUE_WORDS[cue.cue.kind], what=cue.cue.what) if cue else "",
        "cue_words": cue.cue.words if cue else "",
        "until_ms": round(now_utc_ns / 1e6 + at.left_s * 1000) if at.segment else 0,
        "ends_utc_ns": at.ends_utc_ns,
        "over_min": round(at.over_s / 60),
    }


def _phrases(tests: tuple[RapidTest, ...], words: Texts, *, held: bool) -> list[dict[str, Any]]:
    """What may be said now, the weightiest first."""
    said: list[dict[str, Any]] = []
    if held:
        said.append({"glyph": "alarm", "about": "", "lines": [words(HOLD_WORDS["premises"][1])]})
    for test in reversed(tests[-MOST_TESTS:]):
        card = card_words(test)
        headline = (words(card.label) if card.label else "") + words(card.headline)
        about = f"{card.item} {card.sample_no}"
        lines = [headline, *(words(line) for line in card.lines)]
        said.append({"glyph": glyph_name(card.tone), "about": about, "lines": lines})
    said.append({"glyph": "preliminary", "about": "", "lines": [words(SCREENING_MARK), words(NOT_FINAL)]})
    return said
