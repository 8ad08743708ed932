"""A step of the run of show. In: which step. Out: what that step does, by the deed that does it anyway, and its tick.

A camera is taken, a graphic shown or cleared, a target revealed as if its own button had been pressed: the same checks,
the same records. The tick comes after, so a step that was refused still waits.
"""

import hashlib

from sqlalchemy import select

from api.deeds import control, graphics, targets
from api.deeds.doing import Actor, Ok, already, new_id, on_air, once, the_episode
from api.deeds.templates import prepared_id
from api.desk import Desk
from episodes import run_of_show as rules
from episodes.events import CueGiven, Graphic, SegmentBegan
from episodes.run_of_show import NextCue
from runtime.problems import UserProblem
from store import Work, plans
from store.tables.episodes import Target
from store.tables.graphics import PreparedGraphic

CLEARS: dict[str, Graphic] = {"strap": "strap", "law": "law", "tip_line": "tip_line", "card": "card"}
"""What a step may take off the picture; questions have a way of their own."""


async def give_cue(desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, cue_id: str) -> Ok:
    """Do a step and tick it off, on air. A step of a later segment begins that segment."""
    if await already(desk, actor, "give_cue", command_id, Ok):
        return Ok()
    async with desk.store.read() as session:
        row = await the_episode(session, episode_id)
        if row.state != "live":
            raise UserProblem("not_live", "这一期没有在播出。", 409)
        kept = await plans.run_of(session, episode_id)
    found = rules.cue_of(kept.run, cue_id)
    await _do(desk, actor, _inner(command_id or new_id()), episode_id, found)

    async def body(work: Work) -> Ok:
        live = await on_air(work.session, episode_id)
        now = await plans.run_of(work.session, live.id, lock=True)
        progress = rules.given(now.run, now.progress, cue_id, desk.clock.utc_ns())
        await plans.keep_progress(work.session, live.id, progress)
        version = now.run.version
        if progress.segment_id != now.progress.segment_id:
            work.record(
                SegmentBegan(episode_id=live.id, segment=progress.segment_id, version=version, by=actor.user_id)
            )
        work.record(CueGiven(episode_id=live.id, cue=cue_id, what=found.cue.kind, version=version, by=actor.user_id))
        return Ok()

    return await once(desk, actor, "give_cue", command_id, Ok, body)


def _inner(command_id: str) -> str:
    """The id of the deed behind a step: its own, and the same when the press comes twice."""
    return hashlib.sha256(f"cue {command_id}".encode()).hexdigest()[:40]


async def _do(desk: Desk, actor: Actor, command_id: str, episode_id: str, found: NextCue) -> None:
    cue = found.cue
    match cue.kind:
        case "camera":
            await control.take(desk, actor, command_id=command_id, source=cue.what)
        case "slate":
            await control.take(desk, actor, command_id=command_id, source="slate")
        case "graphic":
            await _show(desk, actor, command_id, episode_id, cue.what)
        case "tip_line":
            await graphics.show_tip_line(desk, actor, command_id=command_id)
        case "clear":
            await graphics.clear_graphic(desk, actor, command_id=command_id, graphic=CLEARS[cue.what])
        case "reveal":
            target = await _target(desk, episode_id, found.segment.target)
            await targets.reveal(desk, actor, command_id=command_id, episode_id=episode_id, target_id=target)
        case _:
            pass


async def _show(desk: Desk, actor: Actor, command_id: str, episode_id: str, graphic_id: str) -> None:
    async with desk.store.read() as session:
        row = await session.get(PreparedGraphic, prepared_id(episode_id, graphic_id))
    if row is None:
        raise UserProblem("no_graphic", "这张图文已经不在备好的列表里，请改流程单。", 404)
    if row.graphic == "law":
        given = {name: row.fields.get(name, "") for name in ("statute", "article", "plain")}
        await graphics.show_law_card(desk, actor, command_id=command_id, **given)
        return
    given = {name: row.fields.get(name, "") for name in ("name", "title", "credential")}
    await graphics.show_strap(desk, actor, command_id=command_id, **given)


async def _target(desk: Desk, episode_id: str, number: int) -> str:
    """The segment's own target, so that a press that comes twice never opens the next one; empty: the next in order.

    Counted without those that gave way: who took a place has its segment.
    """
    async with desk.store.read() as session:
        episode = await the_episode(session, episode_id)
        if not number or episode.rehearsal:
            return ""
        query = select(Target.id).where(Target.episode_id == episode_id, Target.passed.is_(False))
        found = await session.scalar(query.order_by(Target.ordinal).offset(number - 1).limit(1))
    if found is None:
        raise UserProblem("no_target", "这一期没有这个检查对象。", 404)
    return found
