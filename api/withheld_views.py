"""What a DUMP or KILL keeps from the public, for the people who decide. In: the store. Out: rows, in one language.

What belongs to one test, question or finding is one row: it is given back together.
"""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk import Desk
from episodes import events as e
from episodes.commands import RecordMade
from episodes.edits import Edit
from episodes.withheld import given_back_with
from runtime.words import N_
from store import log
from store.tables.log import Withheld
from store.tables.people import User
from store.withheld import withheld
from web.i18n import Texts

_MOST_EDITS = 5
_MOST_EPISODES = 3


async def withheld_rows(desk: Desk, words: Texts) -> list[dict[str, Any]]:
    """Of the newest episodes that have any, oldest first: an ended one may still wait for a decision."""
    async with desk.store.read() as session:
        return await rows_now(session, words)


async def rows_now(session: AsyncSession, words: Texts) -> list[dict[str, Any]]:
    """The same, within a session."""
    newest = func.max(Withheld.seq).desc()
    query = select(Withheld.episode_id).where(Withheld.released_utc_ns == 0).group_by(Withheld.episode_id)
    found = (await session.scalars(query.order_by(newest).limit(_MOST_EPISODES))).all()
    return [row for episode_id in reversed(found) for row in await _rows_of(session, episode_id, words)]


async def _rows_of(session: AsyncSession, episode_id: str, words: Texts) -> list[dict[str, Any]]:
    hidden = await withheld(session, episode_id)
    if not hidden:
        return []
    found = await log.read(session, after=min(hidden) - 1, upto=max(hidden), episode_id=episode_id)
    records = [record for record in found if record.seq in hidden]
    rows: list[dict[str, Any]] = []
    done: set[int] = set()
    for record in records:
        if record.seq not in done:
            seqs = given_back_with(record.seq, records)
            done |= set(seqs)
            rows.append(_row([each for each in records if each.seq in seqs], words))
    return rows


def _row(group: list[RecordMade], words: Texts) -> dict[str, Any]:
    said = [_said(record.event, words) for record in group]
    title, detail = next((each for each in said if each[1]), said[0])
    return {"seq": group[0].seq, "utc_ns": group[0].utc_ns, "title": title, "said": detail, "count": len(group)}


_TITLES: dict[type[e.Event], tuple[str, str]] = {
    e.RapidTestStarted: (N_("快检"), "item"),
    e.RapidTestReviewed: (N_("快检"), "item"),
    e.RapidTestCorrected: (N_("快检更正"), "what"),
    e.FindingOpened: (N_("检查发现"), "sentence"),
    e.TimelinePosted: (N_("图文"), "text"),
    e.QuestionApproved: (N_("观众提问"), "text"),
    e.TargetRevealed: (N_("揭晓检查对象"), "name"),
    e.StrapShown: (N_("画面字幕"), "name"),
    e.LawCardShown: (N_("普法卡"), "plain"),
}
"""What each is called, and the field that tells which one it is."""


def _said(event: e.AnyEvent | None, words: Texts) -> tuple[str, str]:
    title, field = _TITLES.get(type(event), (N_("记录"), "")) if event else (N_("记录"), "")
    said = str(getattr(event, field, "")) if field else ""
    return words(title), f"{said} {getattr(event, 'sample_no', '')}".strip()


async def edit_rows(session: AsyncSession, edits: tuple[Edit, ...]) -> list[dict[str, Any]]:
    """The newest edits first: what, when, who, why."""
    shown = tuple(reversed(edits))[:_MOST_EDITS]
    ids = {name for edit in shown for name in (edit.by, edit.restored_by)}
    found = (await session.scalars(select(User).where(User.id.in_(ids)))).all() if ids else ()
    names = {user.id: user.name for user in found}
    return [
        {
            "kind": edit.kind,
            "stands": edit.stands,
            "seconds": edit.seconds,
            "made_utc_ns": edit.made_utc_ns,
            "restored_utc_ns": edit.restored_utc_ns,
            "by": names.get(edit.by, edit.by),
            "restored_by": names.get(edit.restored_by, edit.restored_by),
            "reason": edit.reason,
        }
        for edit in shown
    ]
