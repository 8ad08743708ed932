"""拒绝拍摄. In: one press on the spot, later the legal desk's ruling. Out: the studio first, the record after.

As with 切走我 nothing may make the press wait: the studio shuts the cameras, then the picture says why, then it is
written down. The cameras' originals go on. Only the legal desk gives them back.
"""

import msgspec

from api.auth.who import Device, Person
from api.deeds.control import header
from api.deeds.crew import on_picture, phone
from api.deeds.doing import Ok, PhoneActor, actor_of, already, new_id, once
from api.desk import Desk
from episodes.commands import Done, Take
from episodes.events import FilmingObjected, FilmingRuled, Ruling
from episodes.shot import HOLD, Shot, taken
from runtime.bus.protocol import BusError
from runtime.log import get
from runtime.problems import UserProblem
from store import Work
from store.episodes import current, live
from store.mixing import keep_mix, mix_of

_log = get("deeds")
MOST_REASON = 200


class Objected(msgspec.Struct, frozen=True):
    objection_id: str
    cameras: tuple[str, ...]


async def object_to_filming(desk: Desk, by: Person | Device, *, command_id: str = "", everywhere: bool) -> Objected:
    """Off the air at once: this phone's camera, or all of the episode's. Safe to repeat."""
    actor = phone(by) if isinstance(by, Device) else by
    if (done := await already(desk, actor, "object", command_id, Objected)) is not None:
        return done
    cameras = await _covered(desk, by, everywhere=everywhere)
    studio = desk.rooms.studio
    was_on_air = studio is not None and bool({*cameras} & {*on_picture(studio)})
    with desk.field.holding(cameras):
        await desk.field.tell()
        if was_on_air:
            await _say_why(desk)
        return await _write(desk, actor, command_id, cameras, was_on_air=was_on_air)


async def _covered(desk: Desk, by: Person | Device, *, everywhere: bool) -> tuple[str, ...]:
    async with desk.store.read() as session:
        episode = await current(session)
    if episode is None:
        raise UserProblem("no_episode", "没有这一期节目。", 404)
    if isinstance(by, Device) and not everywhere:
        return (by.camera,)
    return tuple(episode.cameras)


async def _say_why(desk: Desk) -> None:
    """The hold card of the premises. A studio that does not take it shows its slate, which is as well."""
    command = Take(source=HOLD, reason="premises", transition="cut", **header(desk, ""))
    try:
        await desk.bus.request("studio.take", command, Done, timeout_s=2.0)
    except BusError as error:
        _log.warning("the studio did not take the hold card", why=str(error))


async def _write(
    desk: Desk, actor: Person | PhoneActor, command_id: str, cameras: tuple[str, ...], *, was_on_air: bool
) -> Objected:
    async def body(work: Work) -> Objected:
        show, episode = await live(work.session), await current(work.session)
        if show is not None and was_on_air:
            shot = Shot(source=HOLD, reason="premises")
            keep_mix(show, taken(mix_of(show), shot, desk.clock.utc_ns()))
        event = FilmingObjected(
            episode_id=episode.id if episode else "",
            objection_id=new_id(),
            cameras=cameras,
            on_air=was_on_air and show is not None,
            by=actor_of(actor) if isinstance(actor, PhoneActor) else actor.user_id,
        )
        work.record(event)
        return Objected(event.objection_id, cameras)

    async with desk.mixing:
        return await once(desk, actor, "object", command_id, Objected, body)


async def rule(desk: Desk, who: Person, *, command_id: str = "", objection_id: str, ruling: Ruling, reason: str) -> Ok:
    """The legal desk decides; `resume` gives the cameras back, and nothing goes on air by it."""
    words = reason.strip()
    if not words or len(words) > MOST_REASON:
        raise UserProblem("ruling_reason", "请写明决定的理由，最多200字。", 422)

    async def body(work: Work) -> Ok:
        if objection_id not in desk.phones.objections:
            raise UserProblem("no_objection", "这次拒绝拍摄已经处理完，请刷新。", 409)
        episode = await current(work.session)
        work.record(
            FilmingRuled(
                episode_id=episode.id if episode else "",
                objection_id=objection_id,
                ruling=ruling,
                reason=words,
                by=who.user_id,
            )
        )
        return Ok()

    done = await once(desk, who, "rule_objection", command_id, Ok, body)
    await desk.field.tell()
    return done
