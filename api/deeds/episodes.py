"""An episode from plan to publication. In: who does what. Out: its state, with the record of it."""

import re

import msgspec

from api.deeds import approvals
from api.deeds.control import tell_studio
from api.deeds.doing import Actor, Ok, StateNow, checked_words, new_id, on_air, once, the_episode
from api.deeds.gate import let_through
from api.deeds.programmes import ProgrammeMade, set_programme, the_programme
from api.deeds.runs import begin_first
from api.deeds.templates import fill, kept_template
from api.desk import Desk
from episodes import episode as rules
from episodes.events import (
    EpisodeEnded,
    EpisodePlanned,
    EpisodePublished,
    PastFiguresSet,
    SourceTaken,
    TimelinePosted,
)
from episodes.shot import Shot, taken
from episodes.templates import filled
from runtime.problems import UserProblem
from store import Work
from store.episodes import live, programme_set
from store.mixing import keep_mix, mix_of
from store.tables.episodes import Episode, Programme

__all__ = [
    "EpisodeMade",
    "ProgrammeMade",
    "as_rule",
    "camera_name",
    "end",
    "go_live",
    "plan_episode",
    "post_timeline",
    "publish",
    "set_past_figures",
    "set_programme",
]
_CAMERA = re.compile(r"\w[\w-]{0,63}")
_RESERVED = ("slate", "hold", "program", "public", "talkback")


class EpisodeMade(msgspec.Struct, frozen=True):
    episode_id: str


class LinePosted(msgspec.Struct, frozen=True):
    entry_id: str


async def plan_episode(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    episode_id: str = "",
    programme_id: str = "",
    number: int,
    title: str,
    theme: str,
    starts_utc_ns: int,
    cameras: tuple[str, ...] = (),
    minutes: int = 0,
    template_id: str = "",
    rehearsal: bool = False,
    demo: bool = False,
) -> EpisodeMade:
    """Plan an episode, or change the plan of `episode_id` (changed, it needs approval again). `demo` marks a demo.

    A template fills in what is not given, and checklist, kit, graphics, outputs and run of show besides.
    """

    async def body(work: Work) -> EpisodeMade:
        programme = await the_programme(work, programme_id)
        chosen = await kept_template(desk, work, actor, template_id) if template_id else None
        made_of = filled(chosen, cameras, theme.strip()) if chosen else None
        plan = rules.plan(
            EpisodePlanned(
                episode_id=episode_id or new_id(),
                programme_id=programme.id,
                number=number,
                title=title.strip(),
                theme=made_of.theme if made_of else theme.strip(),
                starts_utc_ns=starts_utc_ns,
                minutes=minutes or (made_of.minutes if made_of else 0),
                cameras=tuple(camera_name(name) for name in (made_of.cameras if made_of else cameras)),
                rehearsal=rehearsal,
            )
        )
        if episode_id:
            state = rules.next_state(rules.State((await the_episode(work.session, episode_id, lock=True)).state), plan)
        else:
            state = rules.State.PLANNED
        row = await work.session.merge(
            Episode(
                id=plan.episode_id,
                programme_id=plan.programme_id,
                number=plan.number,
                title=plan.title,
                theme=plan.theme,
                starts_utc_ns=plan.starts_utc_ns,
                minutes=plan.minutes,
                state=state,
                rehearsal=plan.rehearsal,
                cameras=list(plan.cameras),
                planned_by=actor.user_id,
                demo=demo,
            )
        )
        work.record(plan)
        if chosen and made_of:
            await fill(desk, work, actor, plan.episode_id, chosen, made_of)
        await approvals.recheck(desk, work, row, actor.user_id)
        return EpisodeMade(plan.episode_id)

    return await once(desk, actor, "plan_episode", command_id, EpisodeMade, body)


async def go_live(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    episode_id: str,
    delay_s: float | None = None,
    source: str = "slate",
) -> StateNow:
    """On air with `source`. The record is written before playout is told; playout is told until it does it."""
    if desk.rooms.playout is None:
        raise UserProblem("playout_away", "播出进程还没有就绪，请过几秒再开播。", 503, headers={"Retry-After": "2"})

    async def body(work: Work) -> StateNow:
        row = await the_episode(work.session, episode_id, lock=True)
        if await live(work.session) is not None:
            raise UserProblem("already_live", "另一期正在播出，请先结束它。", 409)
        if source != "slate" and source not in row.cameras:
            raise UserProblem("no_camera", "这一期没有这个机位。", 404)
        programme = await work.session.get_one(Programme, row.programme_id)
        event = rules.go_live(as_rule(row), programme_set(programme), demo=row.demo)
        await let_through(desk, work, row.id, delay_s)
        row.state, row.live_utc_ns = rules.State.LIVE, desk.clock.utc_ns()
        keep_mix(row, taken(mix_of(row), Shot(source=source), row.live_utc_ns))
        if delay_s is not None:
            row.delay_s = delay_s
        work.record(event, SourceTaken(episode_id=row.id, source=source, by=actor.user_id))
        await begin_first(desk, work, actor, row)
        return StateNow(row.state)

    answer = await once(desk, actor, "go_live", command_id, StateNow, body)
    await tell_studio(desk, source)
    await desk.desired.apply()
    return answer


async def end(desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str) -> StateNow:
    """Off air: the delay drains, then outputs, recording and HLS close."""

    async def body(work: Work) -> StateNow:
        row = await the_episode(work.session, episode_id, lock=True)
        event = EpisodeEnded(episode_id=row.id)
        row.state = rules.next_state(rules.State(row.state), event)
        row.ended_utc_ns = desk.clock.utc_ns()
        work.record(event)
        return StateNow(row.state)

    answer = await once(desk, actor, "end", command_id, StateNow, body)
    await desk.desired.apply()
    return answer


async def publish(desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str) -> StateNow:
    """The ended episode's record is published."""

    async def body(work: Work) -> StateNow:
        row = await the_episode(work.session, episode_id, lock=True)
        event = EpisodePublished(episode_id=row.id)
        row.state = rules.next_state(rules.State(row.state), event)
        work.record(event)
        return StateNow(row.state)

    return await once(desk, actor, "publish", command_id, StateNow, body)


async def post_timeline(desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, text: str) -> LinePosted:
    """A host's line in the 图文."""

    async def body(work: Work) -> LinePosted:
        await on_air(work.session, episode_id)
        words = checked_words(text, "请写一句话。")
        entry = TimelinePosted(episode_id=episode_id, entry_id=new_id(), text=words, by=actor.user_id)
        work.record(entry)
        return LinePosted(entry.entry_id)

    return await once(desk, actor, "post_timeline", command_id, LinePosted, body)


async def set_past_figures(desk: Desk, actor: Actor, *, command_id: str = "", figures: PastFiguresSet) -> Ok:
    """Totals reported before this system kept the record."""

    async def body(work: Work) -> Ok:
        counts = [value for value in msgspec.structs.astuple(figures) if isinstance(value, int)]
        if min(counts) < 0 or figures.findings_verified > figures.findings:
            raise UserProblem("figures", "数字不能为负，已整改数不能多于问题数。", 422)
        work.record(figures)
        return Ok()

    return await once(desk, actor, "set_past_figures", command_id, Ok, body)


def as_rule(row: Episode) -> rules.Episode:
    """The row as the rules know it."""
    plan = EpisodePlanned(
        episode_id=row.id,
        programme_id=row.programme_id,
        number=row.number,
        title=row.title,
        theme=row.theme,
        starts_utc_ns=row.starts_utc_ns,
        minutes=row.minutes,
        cameras=tuple(row.cameras),
        rehearsal=row.rehearsal,
    )
    return rules.Episode(plan=plan, state=rules.State(row.state), planned_by=row.planned_by)


def camera_name(name: str) -> str:
    """A camera's name is also a part of an address: `cam-1`, `kitchen`."""
    if (plain := name.strip()) in _RESERVED or not _CAMERA.fullmatch(plain):
        raise UserProblem("camera_name", "机位名请用字母、数字和连字符，不能用 slate、hold、program、public。", 422)
    return plain
