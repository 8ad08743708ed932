"""The run of show as pages show it. In: the store. Out: rows with times and shares, where the show stands, JSON.

Times that go by are the page's to count: a row carries moments, never seconds left, so that a fragment changes only
when something happened.
"""

import json
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.deeds.doing import the_episode
from api.desk import Desk
from episodes.run_of_show import NextCue, next_cue, planned_starts, standing, without_camera
from episodes.segments import Cue, CueKind, SegmentKind
from runtime.words import N_
from store.plans import KeptRun, run_of
from store.tables.episodes import Episode, Programme, Target
from store.tables.graphics import PreparedGraphic
from web.i18n import Texts

_NS = 1_000_000_000
KIND_WORDS: dict[SegmentKind, str] = {
    "opening": N_("开场"),
    "follow_up": N_("回头看"),
    "reveal": N_("揭晓"),
    "checklist": N_("要点检查"),
    "test": N_("快检"),
    "law": N_("说法"),
    "questions": N_("观众提问"),
    "target": N_("下一个检查对象"),
    "guests": N_("嘉宾"),
    "tip_line": N_("举报方式"),
    "closing": N_("结束"),
    "other": N_("其他"),
}
CUE_WORDS: dict[CueKind, str] = {
    "camera": N_("切机位"),
    "slate": N_("切垫片"),
    "graphic": N_("上图文"),
    "tip_line": N_("上举报方式"),
    "clear": N_("撤图文"),
    "reveal": N_("揭晓检查对象"),
    "say": N_("口播"),
}
CLEAR_WORDS = {"strap": N_("人名条"), "law": N_("普法卡"), "tip_line": N_("举报方式"), "card": N_("快检卡")}
CUE_ICONS: dict[CueKind, str] = {
    "camera": "camera",
    "slate": "slate",
    "graphic": "text",
    "tip_line": "tip",
    "clear": "x",
    "reveal": "unlock",
    "say": "mic",
}


class RunFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a run of show is reckoned from: the list, when the show began or shall, its length, what is prepared."""

    kept: KeptRun
    episode_id: str
    state: str
    anchor_utc_ns: int
    length_s: int
    cameras: tuple[str, ...]
    graphics: dict[str, tuple[str, str, str]]
    """Of each prepared graphic: its kind, title and words."""
    revealed: tuple[bool, ...]
    """Of each target in order, without those that gave way."""


async def facts_of(session: AsyncSession, episode: Episode) -> RunFacts:
    """All of it, at one moment of the database."""
    house = await session.get_one(Programme, episode.programme_id)
    query = select(PreparedGraphic).where(PreparedGraphic.episode_id == episode.id).order_by(PreparedGraphic.ordinal)
    graphics = {each.id.removeprefix(f"{episode.id}."): _told(each) for each in (await session.scalars(query)).all()}
    targets = select(Target.revealed).where(Target.episode_id == episode.id, Target.passed.is_(False))
    return RunFacts(
        kept=await run_of(session, episode.id),
        episode_id=episode.id,
        state=episode.state,
        anchor_utc_ns=episode.live_utc_ns or episode.starts_utc_ns,
        length_s=(episode.minutes or house.minutes) * 60,
        cameras=tuple(episode.cameras),
        graphics=graphics,
        revealed=tuple((await session.scalars(targets.order_by(Target.ordinal))).all()),
    )


def run_view(facts: RunFacts, words: Texts) -> dict[str, Any] | None:
    """Rows for a template; None when the episode has no run of show."""
    run, progress = facts.kept.run, facts.kept.progress
    if not run.segments:
        return None
    is_live = facts.state == "live"
    at = run.at(progress.segment_id) if is_live else -1
    starts = planned_starts(run, facts.anchor_utc_ns)
    rows = []
    for number, (segment, start) in enumerate(zip(run.segments, starts, strict=True)):
        since = progress.began.get(segment.segment_id, 0)
        rows.append(
            {
                "segment_id": segment.segment_id,
                "title": segment.title,
                "kind": words(KIND_WORDS[segment.kind]),
                "seconds": segment.seconds,
                "length": length_words(segment.seconds, words),
                "starts_utc_ns": since or start,
                "secret": bool(segment.target) and not any(facts.revealed[segment.target - 1 : segment.target]),
                "now": number == at,
                "done": number < at and bool(since),
                "skipped": number < at and not since,
                "share": round(100 * segment.seconds / run.seconds, 2),
                "body": json.dumps({"segment_id": segment.segment_id}),
                "notes": segment.notes,
            }
        )
    waiting = next_cue(run, progress) if is_live else None
    now = run.segments[at] if at >= 0 else None
    return {
        "version": run.version,
        "rows": rows,
        "now": _clock(facts, at) if is_live else None,
        "cue": cue_view(facts, waiting, words) if waiting else None,
        "following": rows[at + 1] if is_live and at + 1 < len(rows) else None,
        "cues": [cue_view(facts, NextCue(now, cue), words) for cue in now.cues] if now else [],
        "marks": [facts.anchor_utc_ns + run.seconds * n * _NS // 3 for n in range(4)],
        "minutes": round(run.seconds / 60),
        "ends_utc_ns": facts.anchor_utc_ns + run.seconds * _NS,
        "agreed_s": facts.length_s,
        "differs": run.seconds - facts.length_s,
        "troubles": [
            words("第%(number)s个环节要切的机位“%(name)s”不在这一期里。", number=number, name=name)
            for number, name in without_camera(run.segments, (*facts.cameras, *_clips(run.segments)))
        ],
        "is_live": is_live,
    }


def _clock(facts: RunFacts, at: int) -> dict[str, int]:
    """Moments from which a page counts what is left and how far over the show is."""
    run, progress = facts.kept.run, facts.kept.progress
    due = facts.anchor_utc_ns + facts.length_s * _NS
    if at < 0:
        return {"since": 0, "until": 0, "rest_s": run.seconds, "due": due}
    segment = run.segments[at]
    since = progress.began.get(segment.segment_id, facts.anchor_utc_ns)
    rest = sum(each.seconds for each in run.segments[at + 1 :])
    return {"since": since, "until": since + segment.seconds * _NS, "rest_s": rest, "due": due}


def cue_view(facts: RunFacts, found: NextCue, words: Texts) -> dict[str, Any]:
    """A step in words, with what a press sends."""
    cue = found.cue
    return {
        "cue_id": cue.cue_id,
        "kind": cue.kind,
        "icon": CUE_ICONS[cue.kind],
        "words": _cue_words(facts, cue, words),
        "said": words(CUE_WORDS[cue.kind]),
        "segment": found.segment.title,
        "given": cue.cue_id in facts.kept.progress.given,
        "camera": cue.what if cue.kind == "camera" and not cue.what.startswith("clip:") else "",
        "body": json.dumps({"cue_id": cue.cue_id}),
    }


def _cue_words(facts: RunFacts, cue: Cue, words: Texts) -> str:
    if cue.kind == "graphic":
        _, title, said = facts.graphics.get(cue.what, ("", words("这张图文已经不在备好的列表里，请改流程单。"), ""))
        return f"{title} {said}".strip()
    if cue.kind == "clear":
        return words(CLEAR_WORDS.get(cue.what, ""))
    return cue.words or cue.what or words(CUE_WORDS[cue.kind])


def length_words(seconds: int, words: Texts) -> str:
    """`6 分钟`, `1分30秒`, `45秒`."""
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return words("%(seconds)s秒", seconds=rest)
    if rest:
        return words("%(minutes)s分%(seconds)s秒", minutes=minutes, seconds=rest)
    return words("%(minutes)s分钟", minutes=minutes)


def _clips(segments: Any) -> set[str]:
    return {cue.what for each in segments for cue in each.cues if cue.what.startswith("clip:")}


def _told(row: PreparedGraphic) -> tuple[str, str, str]:
    fields = row.fields
    if row.graphic == "law":
        return "law", f"{fields.get('statute', '')} {fields.get('article', '')}".strip(), fields.get("plain", "")
    return "strap", fields.get("name", ""), fields.get("title", "")


async def run_json(desk: Desk, episode_id: str) -> dict[str, Any]:
    """The list, how far it is, and where the show stands now."""
    async with desk.store.read() as session:
        facts = await facts_of(session, await the_episode(session, episode_id))
    run, progress = facts.kept.run, facts.kept.progress
    stands = standing(
        run, progress, anchor_utc_ns=facts.anchor_utc_ns, length_s=facts.length_s, now_utc_ns=desk.clock.utc_ns()
    )
    return {
        "version": run.version,
        "segments": msgspec.to_builtins(run.segments),
        "progress": msgspec.to_builtins(progress),
        "graphics": [
            {"graphic_id": name, "graphic": kind, "title": title, "said": said}
            for name, (kind, title, said) in facts.graphics.items()
        ],
        "standing": msgspec.to_builtins(stands),
    }
