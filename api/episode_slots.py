"""Coming slots and what collides, for `/produce`. In: programmes, episodes, holidays. Out: starts, notes, sentences."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from api.desk import Desk
from episodes.events import ProgrammeSet
from episodes.slots import Booked, Conflict, Holiday, conflicts, programme_slots
from store.tables.outputs import Output
from web.i18n import Texts

if TYPE_CHECKING:
    from api.episode_views import EpisodeRow

NEXT_SLOTS = 6
_COMING = frozenset({"planned", "approved", "live"})


def free_slots(
    desk: Desk,
    houses: tuple[ProgrammeSet, ...],
    rows: "list[EpisodeRow]",
    holidays: dict[date, Holiday],
    words: Texts,
) -> dict[int, str]:
    """Coming starts in UTC ns that no episode has taken, each with what a holiday did to it or does on it."""
    if not houses:
        return {}
    now = datetime.fromtimestamp(desk.clock.utc_ns() / 1e9, UTC)
    taken = {each.starts_utc_ns for each in rows}
    found: dict[int, str] = {}
    for slot in programme_slots(houses[0], now, NEXT_SLOTS, holidays):
        start = round(slot.starts.timestamp()) * 1_000_000_000
        if start in taken:
            continue
        row = holidays.get(slot.moved_from or slot.day)
        name = row.name if row and row.kind == "holiday" else ""
        if slot.moved_from:
            day = f"{slot.moved_from.month}-{slot.moved_from.day}"
            found[start] = words("原在%(day)s，因%(name)s移到这天", day=day, name=name or words("放假"))
        else:
            found[start] = name
    return found


async def conflict_lines(desk: Desk, chosen: "EpisodeRow", rows: "list[EpisodeRow]", words: Texts) -> list[str]:
    """What another coming episode wants at the same time as this one, in words."""
    coming = [each for each in rows if each.state in _COMING]
    async with desk.store.read() as session:
        query = select(Output.episode_id, Output.name, Output.masked)
        outputs = (await session.execute(query.where(Output.episode_id.in_([each.id for each in coming])))).all()
    booked = [
        Booked(
            episode_id=each.id,
            number=each.number,
            starts=_utc(each.starts_utc_ns),
            ends=_utc(each.ends_utc_ns),
            cameras=frozenset(each.cameras),
            # Keys stay sealed: the same name at the same address is taken for the same place to push to.
            outputs=frozenset(f"{name} {masked}" for of, name, masked in outputs if of == each.id),
        )
        for each in coming
    ]
    numbers = {each.id: each.number for each in coming}
    return [
        _says(each, numbers[each.other if each.one == chosen.id else each.one], words)
        for each in conflicts(booked)
        if chosen.id in {each.one, each.other}
    ]


def _says(conflict: Conflict, number: int, words: Texts) -> str:
    match conflict.kind:
        case "air":
            return words("与第%(number)s期时间重叠，同一时间只能播一期。", number=number)
        case "camera":
            return words("机位%(what)s同时排给了第%(number)s期。", what=conflict.what, number=number)
        case "output":
            return words("转推%(what)s同时排给了第%(number)s期。", what=conflict.what.split(" ")[0], number=number)
        case _:
            return words("%(what)s同时排给了第%(number)s期。", what=conflict.what, number=number)


def _utc(utc_ns: int) -> datetime:
    return datetime.fromtimestamp(utc_ns / 1e9, UTC)
