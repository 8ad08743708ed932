"""The director's hands. In: a source or a delay. Out: a command to studio or playout, and its record."""

from typing import Any, Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from api.deeds.doing import Actor, Ok, already, ask, new_id, once, the_episode
from api.desk import Desk
from episodes.commands import Cue, Done, Freeze, SetSound, Take
from episodes.events import DelaySet, PictureFrozen, SoundSet, SourceTaken
from episodes.shot import (
    CARDS,
    Fault,
    HoldReason,
    Layout,
    Shot,
    Transition,
    clip_id,
    fault,
    is_clip,
    sound_after,
    taken,
)
from runtime.bus.protocol import BusError
from runtime.log import get
from runtime.problems import UserProblem
from runtime.words import N_
from store import Work
from store.episodes import current, live
from store.mixing import keep_mix, mix_of
from store.tables.clips import Clip
from store.tables.episodes import Episode

EXPIRES_S = 3.0
"""A cut that comes later than this is not what the director meant any more."""
MOST_DELAY_S = 120.0
_NS = 1_000_000_000
FAULTS: dict[Fault, str] = {
    "layout": N_("垫片和暂停卡只能占整个画面。"),
    "second": N_("分屏和画中画要选另一路机位或片段。"),
    "reason": N_("暂停卡要选一个理由。"),
    "then": N_("只有片段播完后可以接机位或垫片。"),
}
_log = get("deeds")


async def cue(desk: Desk, _: Actor, *, command_id: str = "", source: str) -> Ok:
    """Ask for a keyframe and start decoding; a clip stands at its first frame.

    Changes nothing that anyone sees, so nothing is recorded.
    """
    await _check_sources(desk, source)
    await ask(desk, "studio.cue", Cue(source=source, **header(desk, command_id)), Done)
    return Ok()


async def take(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    source: str,
    layout: Layout = "full",
    second: str = "",
    reason: HoldReason | Literal[""] = "",
    then: str = "",
    transition: Transition = "cut",
) -> Ok:
    """Put a shot on air: cameras, a clip, `slate`, or `hold` with its reason."""
    if await already(desk, actor, "take", command_id, Ok):
        return Ok()
    shot = Shot(source=source, layout=layout, second=second, reason=reason, then=then)
    if wrong := fault(shot):
        raise UserProblem(f"shot_{wrong}", FAULTS[wrong], 422)
    await _check_sources(desk, *shot.sources, then)
    told = {name: getattr(shot, name) for name in ("source", "layout", "second", "reason", "then")}
    await ask(desk, "studio.take", Take(**told, transition=transition, **header(desk, command_id)), Done)

    async def body(work: Work) -> Ok:
        episode = await live(work.session)
        if episode is not None:
            keep_mix(episode, taken(mix_of(episode), shot, desk.clock.utc_ns()))
        episode_id = episode.id if episode else ""
        work.record(SourceTaken(episode_id=episode_id, **told, transition=transition, by=actor.user_id))
        return Ok()

    async with desk.mixing:
        return await once(desk, actor, "take", command_id, Ok, body)


async def freeze(desk: Desk, actor: Actor, *, command_id: str = "", on: bool) -> Ok:
    """Hold the picture, or let it run."""
    if await already(desk, actor, "freeze", command_id, Ok):
        return Ok()
    await ask(desk, "studio.freeze", Freeze(on=on, **header(desk, command_id)), Done)

    async def body(work: Work) -> Ok:
        episode = await live(work.session)
        if episode is not None:
            keep_mix(episode, msgspec.structs.replace(mix_of(episode), frozen=on))
        work.record(PictureFrozen(episode_id=episode.id if episode else "", on=on, by=actor.user_id))
        return Ok()

    async with desk.mixing:
        return await once(desk, actor, "freeze", command_id, Ok, body)


async def set_sound(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    mic: str | None = None,
    source: str = "",
    muted: bool | None = None,
    gain_db: float | None = None,
) -> Ok:
    """Whose sound is heard (`mic` empty: the picture's), and how loud `source` is; what is None stays."""
    if await already(desk, actor, "set_sound", command_id, Ok):
        return Ok()
    if not source and (muted is not None or gain_db is not None):
        raise UserProblem("sound_source", "请选择要静音或调音量的机位。", 422)
    await _check_sources(desk, mic or "", source)
    async with desk.mixing:
        async with desk.store.read() as session:
            before = mix_of(await _current(session)).sound
        plan = sound_after(before, mic=mic, source=source, muted=muted, gain_db=gain_db)
        await ask(desk, "studio.sound", SetSound(plan=plan, **header(desk, command_id)), Done)

        async def body(work: Work) -> Ok:
            episode = await _current(work.session)
            keep_mix(episode, msgspec.structs.replace(mix_of(episode), sound=plan))
            work.record(
                SoundSet(
                    episode_id=episode.id, mic=plan.mic, muted=plan.muted, gains_db=plan.gains_db, by=actor.user_id
                )
            )
            return Ok()

        return await once(desk, actor, "set_sound", command_id, Ok, body)


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
        await desk.bus.request("studio.take", Take(source=source, **header(desk, "")), Done, timeout_s=2.0)
    except BusError as error:
        _log.warning("the studio did not take the first source", source=source, why=str(error))
        return False
    return True


def header(desk: Desk, command_id: str) -> dict[str, Any]:
    """Id, the studio's epoch, the expiry: a command meant for a studio that has died does nothing to the next."""
    studio = desk.rooms.studio
    return {
        "command_id": command_id or new_id(),
        "epoch": studio.epoch if studio else 0,
        "expires_utc_ns": desk.clock.utc_ns() + round(EXPIRES_S * _NS),
    }


async def _current(session: AsyncSession) -> Episode:
    episode = await current(session)
    if episode is None:
        raise UserProblem("no_episode", "没有这一期节目。", 404)
    return episode


async def _check_sources(desk: Desk, *sources: str) -> None:
    """Cameras and clips must be the episode's."""
    wanted = [source for source in sources if source and source not in CARDS]
    if not wanted:
        return
    async with desk.store.read() as session:
        episode = await current(session)
        for source in wanted:
            if is_clip(source):
                clip = await session.get(Clip, clip_id(source))
                if clip is None or episode is None or clip.episode_id != episode.id or clip.state != "ready":
                    raise UserProblem("no_clip", "这一期没有这个片段，或者它还没有做好。", 404)
            elif episode is None or source not in episode.cameras:
                raise UserProblem("no_camera", "这一期没有这个机位。", 404)
