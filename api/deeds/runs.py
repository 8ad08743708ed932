"""The run of show. In: its editor's list, the director's presses. Out: the list and how far the show is, on record."""

from sqlalchemy import select

from api.deeds.doing import Actor, Ok, on_air, once, the_episode
from api.deeds.templates import VersionNow, put_graphics, run_set
from api.desk import Desk
from episodes import run_of_show as rules
from episodes.events import SegmentBegan
from episodes.segments import Segment, checked
from episodes.templates import MOST_GRAPHICS, Graphic, check_graphic
from runtime.problems import UserProblem
from store import Work, plans
from store.people import names
from store.tables.clips import Clip
from store.tables.episodes import Episode


async def save_run(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    episode_id: str,
    base: int,
    segments: tuple[Segment, ...],
    graphics: tuple[Graphic, ...],
) -> VersionNow:
    """The whole list with its prepared graphics, edited upon version `base`; on air too."""

    async def body(work: Work) -> VersionNow:
        row = await the_episode(work.session, episode_id, lock=True)
        if row.state in ("ended", "published"):
            raise UserProblem("episode_over", "这一期已经结束，流程单不能再改。", 409)
        for each in graphics:
            check_graphic(each)
        ids = [each.graphic_id for each in graphics]
        if len(ids) > MOST_GRAPHICS or len(set(ids)) != len(ids):
            raise UserProblem("template_ids", "模板里有重复的编号，或项目太多。请刷新页面再改。", 422)
        clips = (await work.session.scalars(select(Clip.id).where(Clip.episode_id == row.id))).all()
        sources = (*row.cameras, *(f"clip:{each}" for each in clips))
        kept = await plans.run_of(work.session, row.id, lock=True)
        people = await names(work.session, (kept.edited_by,))
        run = rules.edited(
            kept.run,
            base,
            checked(segments, cameras=sources, graphics=ids),
            kept.progress,
            editor=people.get(kept.edited_by, ""),
        )
        now = desk.clock.utc_ns()
        await plans.keep_run(work.session, row.id, run, kept.progress, by=actor.user_id, now_utc_ns=now)
        await put_graphics(work, row.id, graphics)
        work.record(run_set(row.id, run, actor))
        return VersionNow(run.version)

    return await once(desk, actor, "save_run", command_id, VersionNow, body)


async def begin_segment(desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, segment_id: str) -> Ok:
    """Go to a segment, on air."""

    async def body(work: Work) -> Ok:
        row = await on_air(work.session, episode_id)
        await _begin(desk, work, actor, row, segment_id)
        return Ok()

    return await once(desk, actor, "begin_segment", command_id, Ok, body)


async def begin_first(desk: Desk, work: Work, actor: Actor, row: Episode) -> None:
    """A show that goes on air is in its first segment, within that deed; one without a list is in none."""
    kept = await plans.run_of(work.session, row.id)
    if kept.run.segments and not kept.progress.segment_id:
        await _begin(desk, work, actor, row, kept.run.segments[0].segment_id)


async def _begin(desk: Desk, work: Work, actor: Actor, row: Episode, segment_id: str) -> None:
    kept = await plans.run_of(work.session, row.id, lock=True)
    progress = rules.begun(kept.run, kept.progress, segment_id, desk.clock.utc_ns())
    await plans.keep_progress(work.session, row.id, progress)
    work.record(SegmentBegan(episode_id=row.id, segment=segment_id, version=kept.run.version, by=actor.user_id))
