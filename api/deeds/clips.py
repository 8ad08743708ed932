"""The episode's films. In: an uploaded file, or which one to remove. Out: a row, and its record once it is ready."""

import msgspec
from sqlalchemy import func, select

from api.deeds.doing import Actor, Ok, once, the_episode
from api.desk import Desk
from episodes.events import ClipRemoved
from episodes.shot import CLIP
from runtime.channel import ChannelFull
from runtime.media import clip_source
from runtime.problems import UserProblem
from runtime.words import N_
from store import Work
from store.tables.clips import Clip

MOST_CLIPS = 40
REASONS: dict[str, str] = {
    "unreadable": N_("这个文件打不开，请换 MP4、MOV 或 MKV 视频再传。"),
    "no_picture": N_("这个文件没有画面也没有声音，请换一个文件。"),
    "too_long": N_("片段太长，请剪短再传。"),
    "too_short": N_("片段太短，不到半秒。"),
    "too_large": N_("画面太大，请用不超过4096像素的视频。"),
}


class ClipMade(msgspec.Struct, frozen=True):
    """It is being made ready; the list tells when it is."""

    clip_id: str
    state: str


class ClipView(msgspec.Struct, frozen=True, kw_only=True):
    """A clip as staff see it: `source` is what TAKE calls it."""

    clip_id: str
    source: str
    name: str
    state: str
    reason: str
    seconds: float
    done: float = 0.0


async def check_room(desk: Desk, episode_id: str) -> None:
    """Whether one more may come. Raises UserProblem before anything is uploaded."""
    async with desk.store.read() as session:
        await the_episode(session, episode_id)
        count = await session.scalar(select(func.count()).where(Clip.episode_id == episode_id))
    if (count or 0) >= MOST_CLIPS:
        raise UserProblem("clips_full", "一期最多%(most)s个片段，请先删掉不用的。", 409, most=MOST_CLIPS)


async def add_clip(
    desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, clip_id: str, name: str
) -> ClipMade:
    """A film whose file has come whole (`clip_source`). It is looked at before anything is kept."""
    source = clip_source(desk.places.clips, clip_id)
    try:
        _check(await desk.clips.look(source))

        async def body(work: Work) -> ClipMade:
            await the_episode(work.session, episode_id, lock=True)
            last = await work.session.scalar(select(func.max(Clip.ordinal)).where(Clip.episode_id == episode_id))
            work.session.add(
                Clip(
                    id=clip_id,
                    episode_id=episode_id,
                    name=name,
                    state="making",
                    ordinal=(last or 0) + 1,
                    added_by=actor.user_id,
                    added_utc_ns=desk.clock.utc_ns(),
                )
            )
            return ClipMade(clip_id, "making")

        made = await once(desk, actor, "add_clip", command_id, ClipMade, body)
        if made.clip_id == clip_id:
            desk.clips.put(clip_id)
        else:
            source.unlink(missing_ok=True)
    except ChannelFull:
        await _drop(desk, clip_id)
        raise UserProblem("clips_busy", "片段正在排队处理，请稍后再传。", 503, headers={"Retry-After": "30"}) from None
    except BaseException:
        source.unlink(missing_ok=True)
        raise
    return made


async def remove_clip(desk: Desk, actor: Actor, *, command_id: str = "", clip_id: str) -> Ok:
    """Its files go. A clip that is on air or cued stays."""
    studio = desk.rooms.studio
    if studio is not None and (studio.shows(CLIP + clip_id) or studio.cued == CLIP + clip_id):
        raise UserProblem("clip_on_air", "这个片段正在播出或预备，请先切走。", 409)

    async def body(work: Work) -> Ok:
        row = await work.session.get(Clip, clip_id, with_for_update=True)
        if row is None:
            raise UserProblem("no_clip", "这一期没有这个片段，或者它还没有做好。", 404)
        was_ready = row.state == "ready"
        await work.session.delete(row)
        if was_ready:
            work.record(ClipRemoved(episode_id=row.episode_id, clip_id=clip_id, by=actor.user_id))
        return Ok()

    done = await once(desk, actor, "remove_clip", command_id, Ok, body)
    desk.clips.forget(clip_id)
    return done


async def list_clips(desk: Desk, episode_id: str) -> tuple[ClipView, ...]:
    """In the order they came."""
    async with desk.store.read() as session:
        query = select(Clip).where(Clip.episode_id == episode_id).order_by(Clip.ordinal)
        rows = (await session.scalars(query)).all()
    return tuple(
        ClipView(
            clip_id=row.id,
            source=CLIP + row.id,
            name=row.name,
            state=row.state,
            reason=row.reason,
            seconds=row.duration_ms / 1000,
            done=desk.clips.done.get(row.id, 0.0),
        )
        for row in rows
    )


def _check(reason: str) -> None:
    if reason:
        raise UserProblem(f"clip_{reason}", REASONS[reason], 422)


async def _drop(desk: Desk, clip_id: str) -> None:
    async with desk.store.work("desk") as work:
        if row := await work.session.get(Clip, clip_id):
            await work.session.delete(row)
    desk.clips.forget(clip_id)
