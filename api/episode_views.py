"""Episodes as staff pages and the API show them. In: the store. Out: rows; of a sealed target only that it exists."""

from typing import Any

import msgspec
from sqlalchemy import select

from api.deeds.load import cores
from api.deeds.outputs import list_outputs
from api.deeds.seen import mark
from api.desk import Desk
from api.episode_slots import all_conflicts, conflict_lines, free_slots, over_midnight, season_words
from api.output_words import load_words, output_words, rendition_choices
from api.plan.month import MOST_SLOTS, begins, month_of, month_view
from api.plan.views import plan_view
from episodes.events import ProgrammeSet
from episodes.people import Role
from episodes.seasons import Season, next_number
from episodes.templates import Template
from runtime.problems import UserProblem
from store.episodes import all_episodes, holidays, live, programme_set, programmes
from store.people import accounts, names
from store.plans import extra_slots, seasons, templates
from store.tables.episodes import Episode, Programme, Target
from web.i18n import Texts
from web.moments import iso, moment

_JUST_OVER = 4


class TargetRow(msgspec.Struct, frozen=True, kw_only=True):
    target_id: str
    ordinal: int
    revealed: bool
    commitment: str
    passed: bool = False


class EpisodeRow(msgspec.Struct, frozen=True, kw_only=True):
    """An episode for staff pages."""

    id: str
    number: int
    title: str
    theme: str
    state: str
    starts_utc_ns: int
    ends_utc_ns: int
    live_utc_ns: int
    cameras: tuple[str, ...]
    rehearsal: bool
    delay_s: float | None
    planned_by: str
    approved_by: str
    legal_basis: str
    programme: str
    programme_id: str
    agency: str
    targets: tuple[TargetRow, ...] = ()

    @property
    def cameras_seen(self) -> str:
        """The mark of the cameras shown."""
        return mark(self.cameras)

    @property
    def sealed(self) -> int:
        """How many targets wait for their reveal."""
        return sum(1 for each in self.targets if not each.revealed and not each.passed)


async def live_episode(desk: Desk) -> str:
    """The id of the episode on air. Raises 409 off air."""
    async with desk.store.read() as session:
        episode = await live(session)
    if episode is None:
        raise UserProblem("not_live", "现在没有正在播出的一期。", 409)
    return episode.id


async def episode_rows(desk: Desk) -> list[EpisodeRow]:
    """All, newest first."""
    async with desk.store.read() as session:
        found = await all_episodes(session)
        houses = {each.id: each for each in await programmes(session)}
        targets = (await session.scalars(select(Target).order_by(Target.ordinal))).all()
        people = await names(session, {by for each in found for by in (each.planned_by, each.approved_by) if by})
    return [_row(each, houses[each.programme_id], targets, people) for each in found]


def _row(episode: Episode, house: Programme, targets: Any, people: dict[str, str]) -> EpisodeRow:
    began_utc_ns = episode.live_utc_ns or episode.starts_utc_ns
    return EpisodeRow(
        id=episode.id,
        number=episode.number,
        title=episode.title,
        theme=episode.theme,
        state=episode.state,
        starts_utc_ns=episode.starts_utc_ns,
        ends_utc_ns=began_utc_ns + (episode.minutes or house.minutes) * 60_000_000_000,
        live_utc_ns=episode.live_utc_ns,
        cameras=tuple(episode.cameras),
        rehearsal=episode.rehearsal,
        delay_s=episode.delay_s,
        planned_by=people.get(episode.planned_by, ""),
        approved_by=people.get(episode.approved_by, ""),
        legal_basis=episode.legal_basis,
        programme=house.name,
        programme_id=house.id,
        agency=house.agency,
        targets=tuple(
            TargetRow(
                target_id=each.id,
                ordinal=each.ordinal,
                revealed=each.revealed,
                commitment=each.commitment,
                passed=each.passed,
            )
            for each in targets
            if each.episode_id == episode.id
        ),
    )


async def episodes_json(desk: Desk) -> list[dict[str, Any]]:
    """As the API gives them."""
    return [
        {
            "episode_id": each.id,
            "number": each.number,
            "title": each.title,
            "theme": each.theme,
            "state": each.state,
            "starts": iso(each.starts_utc_ns),
            "cameras": list(each.cameras),
            "rehearsal": each.rehearsal,
            "targets": [
                {"target_id": one.target_id, "ordinal": one.ordinal, "revealed": one.revealed} for one in each.targets
            ],
        }
        for each in await episode_rows(desk)
    ]


class ProduceView(msgspec.Struct, frozen=True, kw_only=True):
    """What `/produce` shows besides who asks."""

    programmes: tuple[ProgrammeSet, ...]
    episodes: list[EpisodeRow]
    slots: tuple[int, ...]
    chosen: EpisodeRow | None
    outputs: list[dict[str, Any]]
    next_number: int
    users: tuple[Any, ...]
    roles: tuple[Role, ...]


async def produce_view(desk: Desk, number: int | None, words: Texts, month: str = "") -> dict[str, Any]:
    """Values for `produce.html`; `number` chooses an episode, else the coming one; `month` is `2026-06`, else its."""
    rows = await episode_rows(desk)
    async with desk.store.read() as session:
        houses = tuple(programme_set(each) for each in await programmes(session))
        users = await accounts(session)
        days_off = await holidays(session)
        every_season, extras = await seasons(session), await extra_slots(session)
    free = free_slots(desk, houses, rows, days_off, words, seasons=every_season, extras=extras)
    clashes, _ = await all_conflicts(desk, rows)
    chosen = next((each for each in rows if each.number == number), None)
    if chosen is None:
        coming = [each for each in rows if each.state in {"live", "approved", "planned"}]
        order = {"live": 0, "approved": 1, "planned": 1}
        chosen = min(
            coming, key=lambda each: (order[each.state], each.starts_utc_ns), default=rows[0] if rows else None
        )
    listed, now = await list_outputs(desk, chosen.id) if chosen else (), desk.clock.utc_ns()
    first = month_of(month, chosen.starts_utc_ns if chosen else now)
    in_month = free_slots(
        desk,
        houses,
        rows,
        days_off,
        words,
        seasons=every_season,
        extras=extras,
        after=begins(first),
        count=MOST_SLOTS,
    )
    view = ProduceView(
        programmes=houses,
        episodes=_near(rows, chosen),
        slots=tuple(free),
        chosen=chosen,
        outputs=[output_words(each, words, now, chosen.ends_utc_ns) for each in listed] if chosen else [],
        next_number=next_number(
            every_season,
            moment(min(free, default=now)).date(),
            max((each.number for each in rows if not each.rehearsal), default=0),
        ),
        users=users,
        roles=tuple(Role),
    )
    shown = {name: getattr(view, name) for name in view.__struct_fields__}
    return {
        **shown,
        "slot_notes": free,
        "clashing": {name for each in clashes for name in (each.one, each.other)},
        "row_notes": {each.id: _row_note(each, every_season, words) for each in rows},
        "seasons": every_season,
        "month": month_view(first, now, rows, in_month, days_off, words),
        "plan": await plan_view(desk, chosen, words) if chosen else None,
        "templates": await _offered(desk),
        "conflicts": await conflict_lines(desk, chosen, rows, words) if chosen else [],
        "days_off": len(days_off),
        "house_policy": desk.settings.playout,
        "renditions": rendition_choices(words),
        "load": load_words(listed, cores(desk), words),
    }


def _near(rows: list[EpisodeRow], chosen: EpisodeRow | None) -> list[EpisodeRow]:
    """What is to come, on air or just over, and the chosen one; the calendar has the others."""
    over = [each for each in rows if each.state in {"ended", "published"}][:_JUST_OVER]
    near = {each.id for each in (*over, *([chosen] if chosen else []))}
    return [each for each in rows if each.id in near or each.state in {"live", "approved", "planned"}]


def _row_note(row: EpisodeRow, every_season: tuple[Season, ...], words: Texts) -> str:
    """Which episode of its season it is, and that it ends after midnight."""
    said = (season_words(row, every_season, words), over_midnight(row.starts_utc_ns, row.ends_utc_ns, words))
    return " · ".join(each for each in said if each)


async def _offered(desk: Desk) -> tuple[Template, ...]:
    async with desk.store.read() as session:
        return await templates(session)
