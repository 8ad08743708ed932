"""An episode from plan to publication. In: who does what. Out: its state, with the record of it."""

import re
from datetime import UTC, datetime

import msgspec

from api.deeds import approvals
from api.deeds.control import tell_studio
from api.deeds.doing import Actor, Ok, StateNow, new_id, on_air, once, the_episode
from api.desk import Desk
from episodes import episode as rules
from episodes.events import (
    EpisodeEnded,
    EpisodePlanned,
    EpisodePublished,
    PastFiguresSet,
    ProgrammeSet,
    SourceTaken,
    TimelinePosted,
)
from episodes.shot import Shot, taken
from episodes.slots import OnHoliday, programme_slots
from runtime.problems import UserProblem
from store import Work
from store.episodes import live, programme_set, programmes
from store.mixing import keep_mix, mix_of
from store.tables.episodes import Episode, Programme

_MOST_LINE = 200
_CAMERA = re.compile(r"\w[\w-]{0,63}")
_RESERVED = ("slate", "hold", "program", "public", "talkback")


class ProgrammeMade(msgspec.Struct, frozen=True):
    programme_id: str


class EpisodeMade(msgspec.Struct, frozen=True):
    episode_id: str


class LinePosted(msgspec.Struct, frozen=True):
    entry_id: str


async def set_programme(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    programme_id: str = "",
    name: str,
    agency: str,
    weekday: int,
    starts: str,
    minutes: int,
    timezone: str = "Asia/Shanghai",
    days: tuple[int, ...] = (),
    on_holiday: OnHoliday = "keep",
) -> ProgrammeMade:
    """Make a programme with its slots, or change the one named."""

    async def body(work: Work) -> ProgrammeMade:
        event = ProgrammeSet(
            programme_id=programme_id or new_id(),
            name=_words(name, "请填写栏目名称。"),
            agency=_words(agency, "请填写主办单位。"),
            weekday=weekday,
            starts=starts,
            minutes=minutes,
            timezone=timezone,
            days=tuple(sorted(set(days))),
            on_holiday=on_holiday,
        )
        programme_slots(event, datetime.fromtimestamp(desk.clock.utc_ns() / 1e9, UTC), 1)
        await work.session.merge(
            Programme(
                id=event.programme_id,
                name=event.name,
                agency=event.agency,
                weekday=weekday,
                starts=starts,
                minutes=minutes,
                timezone=timezone,
                days=list(event.days),
                on_holiday=on_holiday,
            )
        )
        work.record(event)
        return ProgrammeMade(event.programme_id)

    return await once(desk, actor, "set_programme", command_id, ProgrammeMade, body)


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
    cameras: tuple[str, ...],
    rehearsal: bool = False,
    demo: bool = False,
) -> EpisodeMade:
    """Plan an episode, or change the plan of `episode_id` (changed, it needs approval again). `demo` marks a demo."""

    async def body(work: Work) -> EpisodeMade:
        programme = await _programme(work, programme_id)
        plan = rules.plan(
            EpisodePlanned(
                episode_id=episode_id or new_id(),
                programme_id=programme.id,
                number=number,
                title=title.strip(),
                theme=theme.strip(),
                starts_utc_ns=starts_utc_ns,
                cameras=tuple(camera_name(name) for name in cameras),
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
                state=state,
                rehearsal=plan.rehearsal,
                cameras=list(plan.cameras),
                planned_by=actor.user_id,
                demo=demo,
            )
        )
        work.record(plan)
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
        row.state, row.live_utc_ns = rules.State.LIVE, desk.clock.utc_ns()
        keep_mix(row, taken(mix_of(row), Shot(source=source), row.live_utc_ns))
        if delay_s is not None:
            row.delay_s = delay_s
        work.record(event, SourceTaken(episode_id=row.id, source=source, by=actor.user_id))
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
        words = _words(text, "请写一句话。")
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


async def _programme(work: Work, programme_id: str) -> Programme:
    if programme_id:
        row = await work.session.get(Programme, programme_id)
    else:
        every = await programmes(work.session)
        row = every[0] if len(every) == 1 else None
    if row is None:
        raise UserProblem("no_programme", "请先选择栏目。", 404)
    return row


def as_rule(row: Episode) -> rules.Episode:
    """The row as the rules know it."""
    plan = EpisodePlanned(
        episode_id=row.id,
        programme_id=row.programme_id,
        number=row.number,
        title=row.title,
        theme=row.theme,
        starts_utc_ns=row.starts_utc_ns,
        cameras=tuple(row.cameras),
        rehearsal=row.rehearsal,
    )
    return rules.Episode(plan=plan, state=rules.State(row.state), planned_by=row.planned_by)


def camera_name(name: str) -> str:
    """A camera's name is also a part of an address: `cam-1`, `kitchen`."""
    if (plain := name.strip()) in _RESERVED or not _CAMERA.fullmatch(plain):
        raise UserProblem("camera_name", "机位名请用字母、数字和连字符，不能用 slate、hold、program、public。", 422)
    return plain


def _words(text: str, missing: str) -> str:
    words = text.strip()
    if not words:
        raise UserProblem("words_missing", missing, 422)
    if len(words) > _MOST_LINE:
        raise UserProblem("words_too_long", "最多200字，请写短一些。", 422)
    return words
