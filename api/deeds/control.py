"""The director's hands. In: a source or a delay. Out: a command to studio or playout, and its record."""

from typing import Any

from api.deeds.doing import Actor, Ok, already, ask, new_id, once, the_episode
from api.desk import Desk
from episodes.commands import Cue, Done, Take
from episodes.events import DelaySet, SourceTaken
from runtime.bus.protocol import BusError
from runtime.log import get
from runtime.problems import UserProblem
from store import Work
from store.episodes import current, live

EXPIRES_S = 3.0
"""A cut that comes later than this is not what the director meant any more."""
MOST_DELAY_S = 120.0
_NS = 1_000_000_000
_log = get("deeds")


async def cue(desk: Desk, _: Actor, *, command_id: str = "", source: str) -> Ok:
    """Ask for a keyframe and start decoding. Changes nothing that anyone sees, so nothing is recorded."""
    await _check_source(desk, source)
    await ask(desk, "studio.cue", Cue(source=source, **_header(desk, command_id)), Done)
    return Ok()


async def take(desk: Desk, actor: Actor, *, command_id: str = "", source: str) -> Ok:
    """Put a camera, or `slate`, on air."""
    if await already(desk, actor, "take", command_id, Ok):
        return Ok()
    await _check_source(desk, source)
    await ask(desk, "studio.take", Take(source=source, **_header(desk, command_id)), Done)

    async def body(work: Work) -> Ok:
        episode = await live(work.session)
        if episode is not None:
            episode.source = source
        work.record(SourceTaken(episode_id=episode.id if episode else "", source=source, by=actor.user_id))
        return Ok()

    return await once(desk, actor, "take", command_id, Ok, body)


async def set_delay(desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, delay_s: float) -> Ok:
    """How long the public's picture is held back."""
    if not 0 <= delay_s <= MOST_DELAY_S:
        raise UserProblem("delay", "延时要在0到120秒之间。", 422)

    async def body(work: Work) -> Ok:
        row = await the_episode(work.session, episode_id, lock=True)
        row.delay_s = delay_s
        work.record(DelaySet(episode_id=row.id, delay_s=delay_s, by=actor.user_id))
        return Ok()

    await once(desk, actor, "set_delay", command_id, Ok, body)
    await desk.desired.apply()
    return Ok()


async def tell_studio(desk: Desk, source: str) -> bool:
    """Take without a person waiting; a studio that is away takes it from its snapshot when it is back."""
    try:
        await desk.bus.request("studio.take", Take(source=source, **_header(desk, "")), Done, timeout_s=2.0)
    except BusError as error:
        _log.warning("the studio did not take the first source", source=source, why=str(error))
        return False
    return True


def _header(desk: Desk, command_id: str) -> dict[str, Any]:
    """Id, the studio's epoch and the expiry: a command meant for a studio that has died does nothing to the next."""
    studio = desk.rooms.studio
    return {
        "command_id": command_id or new_id(),
        "epoch": studio.epoch if studio else 0,
        "expires_utc_ns": desk.clock.utc_ns() + round(EXPIRES_S * _NS),
    }


async def _check_source(desk: Desk, source: str) -> None:
    if source == "slate":
        return
    async with desk.store.read() as session:
        episode = await current(session)
    if episode is None or source not in episode.cameras:
        raise UserProblem("no_camera", "这一期没有这个机位。", 404)
