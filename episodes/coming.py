"""PURE. The coming slots of a programme. In: its rules, holidays, seasons, extra slots. Out: slots in order, each once.

While a programme has seasons, regular slots outside them are off; an extra slot is somebody's own decision and stays.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import takewhile

import msgspec

from episodes.events import ProgrammeSet
from episodes.seasons import Season, on_air_on
from episodes.slots import Holiday, Slot, SlotRule, checked, every_slot, slots


class Extra(msgspec.Struct, frozen=True, kw_only=True):
    """A slot for once, with its remark."""

    slot_id: str
    rule: SlotRule
    note: str = ""


class Coming(msgspec.Struct, frozen=True, kw_only=True):
    """A slot to come; `extra` is the extra slot it comes from, None for a regular one."""

    slot: Slot
    extra: Extra | None = None


def coming(
    programme: ProgrammeSet,
    after: datetime,
    count: int,
    *,
    holidays: Mapping[date, Holiday] | None = None,
    seasons: Iterable[Season] = (),
    extras: Iterable[Extra] = (),
) -> tuple[Coming, ...]:
    """The next `count`. An extra slot at a regular one's hour takes its place. Raises UserProblem."""
    own = tuple(each for each in seasons if each.programme_id == programme.programme_id)
    once = sorted(
        (Coming(slot=slot, extra=each) for each in extras for slot in slots(checked(each.rule), after)),
        key=lambda each: each.slot.starts,
    )
    regular = (Coming(slot=slot) for slot in _within(every_slot(programme, after, holidays), own))
    found: list[Coming] = []
    # Extra ones come first of those that begin together: the regular one after it is left out.
    for each in heapq.merge(once, regular, key=lambda each: each.slot.starts):
        if len(found) == count:
            break
        if not found or found[-1].slot.starts != each.slot.starts:
            found.append(each)
    return tuple(found)


def _within(every: Iterator[Slot], seasons: tuple[Season, ...]) -> Iterator[Slot]:
    if not seasons:
        return every
    last = max(each.last_day for each in seasons)
    return (slot for slot in takewhile(lambda slot: slot.day <= last, every) if on_air_on(seasons, slot.day))
