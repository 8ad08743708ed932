"""Coming slots and what collides, for `/produce`. In: programmes, episodes, holidays. Out: starts, notes, sentences."""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select

from api.desk import Desk
from episodes.coming import Coming, Extra, coming
from episodes.events import ProgrammeSet
from episodes.seasons import Season, place_in, season_on
from episodes.slots import Booked, Conflict, Holiday, conflicts
from store.people import names
from store.plans import crews_of
from store.tables.outputs import Output
from web.i18n import Texts
from web.moments import moment

if TYPE_CHECKING:
    from api.episode_views import EpisodeRow

NEXT_SLOTS = 6
_COMING = frozenset({"planned", "approved", "live"})


class FreeSlot(msgspec.Struct, frozen=True, kw_only=True):
    """A coming slot that no episode has taken: what is to be said of it; `extra_id` of one that was added for once."""

    note: str
    minutes: int
    extra_id: str = ""


def free_slots(
    desk: Desk,
    houses: tuple[ProgrammeSet, ...],
    rows: "list[EpisodeRow]",
    holidays: dict[date, Holiday],
    words: Texts,
    *,
    seasons: tuple[Season, ...] = (),
    extras: tuple[Extra, ...] = (),
    after: datetime | None = None,
    count: int = NEXT_SLOTS,
) -> dict[int, FreeSlot]:
    """Coming starts in UTC ns that no episode has taken, each with what a holiday did to it or does on it.

    The next `count`, from now on or from `after`, whichever is later.
    """
    if not houses:
        return {}
    now = max(_utc(desk.clock.utc_ns()), after or _utc(0))
    taken = {each.starts_utc_ns for each in rows}
    found: dict[int, FreeSlot] = {}
    for each in coming(houses[0], now, count, holidays=holidays, seasons=seasons, extras=extras):
        start = round(each.slot.starts.timestamp()) * 1_000_000_000
        if start in taken:
            continue
        minutes = round((each.slot.ends - each.slot.starts) / timedelta(minutes=1))
        extra_id = each.extra.slot_id if each.extra else ""
        found[start] = FreeSlot(note=_note(each, start, holidays, words), minutes=minutes, extra_id=extra_id)
    return found


def _note(each: Coming, start: int, holidays: dict[date, Holiday], words: Texts) -> str:
    """Why a slot is where it is, and that it ends on another day than it begins on."""
    slot, said = each.slot, []
    row = holidays.get(slot.moved_from or slot.day)
    name = row.name if row and row.kind == "holiday" else ""
    if slot.moved_from:
        day = f"{slot.moved_from.month}-{slot.moved_from.day}"
        said.append(words("原在%(day)s，因%(name)s移到这天", day=day, name=name or words("放假")))
    elif each.extra:
        said.append(each.extra.note or words("临时加的"))
    elif name:
        said.append(name)
    if night := over_midnight(start, round(slot.ends.timestamp()) * 1_000_000_000, words):
        said.append(night)
    return " · ".join(said)


def over_midnight(starts_utc_ns: int, ends_utc_ns: int, words: Texts) -> str:
    """`到次日00:30` for a show that ends on another day than it begins on; it belongs to the day it begins on."""
    begins, ends = moment(starts_utc_ns), moment(ends_utc_ns)
    if begins.date() == ends.date() or (ends.hour, ends.minute) == (0, 0):
        return ""
    return words("到次日%(clock)s", clock=f"{ends:%H:%M}")


def season_words(row: "EpisodeRow", seasons: tuple[Season, ...], words: Texts) -> str:
    """`第二季 第7期` for an episode within a season, else nothing."""
    own = tuple(each for each in seasons if each.programme_id == row.programme_id)
    season = season_on(own, moment(row.starts_utc_ns).date())
    if season is None or row.rehearsal or not (place := place_in(season, row.number)):
        return ""
    return words("%(season)s 第%(place)s期", season=season.name, place=place)


async def conflict_lines(desk: Desk, chosen: "EpisodeRow", rows: "list[EpisodeRow]", words: Texts) -> list[str]:
    """What another coming episode wants at the same time as this one, in words."""
    numbers = {each.id: each.number for each in rows}
    found, people = await all_conflicts(desk, rows)
    return [
        _says(each, numbers[each.other if each.one == chosen.id else each.one], people, words)
        for each in found
        if chosen.id in {each.one, each.other}
    ]


async def all_conflicts(desk: Desk, rows: "list[EpisodeRow]") -> tuple[tuple[Conflict, ...], dict[str, str]]:
    """Every conflict among coming episodes, and the names of the people in them."""
    coming_rows = [each for each in rows if each.state in _COMING]
    ids = [each.id for each in coming_rows]
    async with desk.store.read() as session:
        query = select(Output.episode_id, Output.name, Output.masked)
        outputs = (await session.execute(query.where(Output.episode_id.in_(ids)))).all()
        crews = await crews_of(session, ids)
        people = await names(session, {each.user_id for crew in crews.values() for each in crew})
    booked = [
        Booked(
            episode_id=each.id,
            number=each.number,
            starts=_utc(each.starts_utc_ns),
            ends=_utc(each.ends_utc_ns),
            # Who practises a show is not wanted elsewhere by it.
            crew=frozenset() if each.rehearsal else frozenset(one.user_id for one in crews[each.id]),
            cameras=frozenset(each.cameras),
            # Keys stay sealed: the same name at the same address is taken for the same place to push to.
            outputs=frozenset(f"{name} {masked}" for of, name, masked in outputs if of == each.id),
        )
        for each in coming_rows
    ]
    return conflicts(booked), people


def _says(conflict: Conflict, number: int, people: dict[str, str], words: Texts) -> str:
    match conflict.kind:
        case "air":
            return words("与第%(number)s期时间重叠，同一时间只能播一期。", number=number)
        case "camera":
            return words("机位%(what)s同时排给了第%(number)s期。", what=conflict.what, number=number)
        case "output":
            return words("转推%(what)s同时排给了第%(number)s期。", what=conflict.what.split(" ")[0], number=number)
        case _:
            who = people.get(conflict.what, conflict.what)
            return words("%(what)s同时排给了第%(number)s期。", what=who, number=number)


def _utc(utc_ns: int) -> datetime:
    return datetime.fromtimestamp(utc_ns / 1e9, UTC)
