"""Between director and phones. In: words, taps, 切走我. Out: records; for 切走我 the studio first, the record after.

A phone's cry to be taken off is done before it is written down: nothing on its way may make it wait.
"""

import msgspec

from api.auth.who import Device
from api.deeds.doing import Actor, Ok, PhoneActor, actor_of, already, new_id, once
from api.desk import Desk
from episodes.events import AlarmAcknowledged, CameraAway, CameraBack, PromptHeard, PromptSent
from episodes.shot import Shot, taken
from episodes.status import Alarm, StudioStatus
from runtime.problems import UserProblem
from store import Work
from store.episodes import current, live
from store.mixing import keep_mix, mix_of


class Sent(msgspec.Struct, frozen=True):
    prompt_id: str


async def say(desk: Desk, actor: Actor, *, command_id: str = "", camera: str, text: str) -> Sent:
    """The director's words to one phone, or to all with an empty `camera`."""

    async def body(work: Work) -> Sent:
        episode = await current(work.session)
        if episode is None or (camera and camera not in episode.cameras):
            raise UserProblem("no_camera", "这一期没有这个机位。", 404)
        cameras = (camera,) if camera else tuple(episode.cameras)
        sent = PromptSent(
            episode_id=episode.id, prompt_id=new_id(), cameras=cameras, text=text.strip(), by=actor.user_id
        )
        work.record(sent)
        return Sent(sent.prompt_id)

    return await once(desk, actor, "say", command_id, Sent, body)


async def heard(desk: Desk, device: Device, *, prompt_id: str) -> Ok:
    """The phone's holder tapped 知道了. A tap on words that have been replaced changes nothing."""
    prompt = desk.phones.prompts.get(device.camera)
    if prompt is None or prompt.prompt_id != prompt_id or prompt.heard_utc_ns:
        return Ok()

    async def body(work: Work) -> Ok:
        work.record(
            PromptHeard(
                episode_id=await _episode(work), prompt_id=prompt_id, camera=device.camera, device_id=device.device_id
            )
        )
        return Ok()

    return await once(desk, phone(device), "heard", "", Ok, body)


async def away(desk: Desk, device: Device, *, command_id: str = "") -> Ok:
    """切走我: slate if it was on air, its sound off, no TAKE of it until it is back. Safe to repeat."""
    studio = desk.rooms.studio
    was_on_air = studio is not None and device.camera in on_picture(studio)
    with desk.field.leaving(device.camera):
        await desk.field.tell()
        async with desk.field.writing:
            return await _write_away(desk, device, command_id, was_on_air=was_on_air)


async def _write_away(desk: Desk, device: Device, command_id: str, *, was_on_air: bool) -> Ok:
    actor = phone(device)
    if device.camera in desk.phones.away or await already(desk, actor, "away", command_id, Ok):
        return Ok()

    async def body(work: Work) -> Ok:
        show = await live(work.session)
        if show is not None and was_on_air:
            keep_mix(show, taken(mix_of(show), Shot(), desk.clock.utc_ns()))
        work.record(
            CameraAway(
                episode_id=await _episode(work),
                camera=device.camera,
                device_id=device.device_id,
                on_air=was_on_air and show is not None,
            )
        )
        return Ok()

    return await once(desk, actor, "away", command_id, Ok, body)


async def back(desk: Desk, actor: Actor, *, command_id: str = "", camera: str) -> Ok:
    """The camera may be taken again; nothing goes on air by it."""
    await desk.field.has_gone(camera)
    async with desk.field.writing:
        await _write_back(desk, actor, command_id, camera)
    await desk.field.tell()
    return Ok()


async def _write_back(desk: Desk, actor: Actor, command_id: str, camera: str) -> None:
    if camera not in desk.phones.away:
        return

    async def body(work: Work) -> Ok:
        by = actor_of(actor) if isinstance(actor, PhoneActor) else actor.user_id
        work.record(CameraBack(episode_id=await _episode(work), camera=camera, by=by))
        return Ok()

    await once(desk, actor, "back", command_id, Ok, body)


async def acknowledge(desk: Desk, actor: Actor, *, command_id: str = "", room: str, code: str, about: str) -> Ok:
    """Somebody saw this alarm. It stays, quietly, until what it tells of is over."""
    alarm: Alarm | None = desk.rooms.alarms.get((room, code, about))
    if alarm is None:
        raise UserProblem("no_alarm", "这条告警已经解除。", 404)
    desk.rooms.acknowledge(alarm)

    async def body(work: Work) -> Ok:
        work.record(
            AlarmAcknowledged(
                episode_id=await _episode(work),
                room=room,
                code=code,
                about=about,
                since_utc_ns=alarm.utc_ns,
                by=actor.user_id,
            )
        )
        return Ok()

    return await once(desk, actor, "acknowledge", command_id, Ok, body)


def on_picture(studio: StudioStatus) -> tuple[str, ...]:
    """The cameras the programme shows now."""
    return studio.airing


def phone(device: Device) -> PhoneActor:
    """The phone as an actor of its own camera's deeds."""
    return PhoneActor(device.device_id, device.camera)


async def _episode(work: Work) -> str:
    found = await current(work.session)
    return found.id if found else ""
