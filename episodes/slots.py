"""PURE. When a programme is on air. In: its rules, the holidays, a time. Out: slots in UTC, and what collides.

A slot is a place in local time: the same hour every week through a change of the clocks. It may begin late, end after
midnight; it belongs to the day it begins on. Holidays move or drop it as its rule says; a working day made up for one
(调休) is an ordinary day. Source: domain, "weekly slots (and every 9th, 19th, 29th)" and rule 12 (holidays are data).
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby, islice
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from episodes.events import ProgrammeSet
from runtime.problems import UserProblem

OnHoliday = Literal["keep", "drop", "before", "after"]
DayKind = Literal["holiday", "working"]
_LAST_DAY = 31
_MOST_YEARS = 12
"""How far ahead a rule is followed: the 29th of February comes within eight years, across 2100 too."""
_MOST_MINUTES = 24 * 60


class Weekly(msgspec.Struct, frozen=True, tag="weekly"):
    """Every week on these days; 0 is Monday."""

    weekdays: tuple[int, ...]


class Monthly(msgspec.Struct, frozen=True, tag="monthly"):
    """Every month on these days. A month without such a day leaves it out."""

    days: tuple[int, ...]


class Once(msgspec.Struct, frozen=True, tag="once"):
    """On one ISO date."""

    day: str


Rule = Weekly | Monthly | Once


class SlotRule(msgspec.Struct, frozen=True, kw_only=True):
    """When, for how long, and what becomes of it on a holiday; `starts` is local `HH:MM`."""

    rule: Rule
    starts: str
    minutes: int
    timezone: str = "Asia/Shanghai"
    on_holiday: OnHoliday = "keep"


class Holiday(msgspec.Struct, frozen=True):
    """A row of the holiday table: a day off, or a working day made up for one."""

    day: date
    kind: DayKind
    name: str = ""


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """One slot. `day` is the local day it begins on, `moved_from` the day the rule named, when a holiday moved it."""

    starts: datetime
    ends: datetime
    day: date
    moved_from: date | None = None


class Booked(msgspec.Struct, frozen=True, kw_only=True):
    """An episode's claim on people and things, in UTC."""

    episode_id: str
    number: int
    starts: datetime
    ends: datetime
    crew: frozenset[str] = frozenset()
    cameras: frozenset[str] = frozenset()
    outputs: frozenset[str] = frozenset()


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """Two episodes want one thing at one time; `kind` is crew, camera, output or air."""

    kind: Literal["crew", "camera", "output", "air"]
    what: str
    one: str
    other: str


def checked(rule: SlotRule) -> SlotRule:
    """The same rule, when it can be followed. Raises UserProblem."""
    _zone(rule)
    _clock(rule)
    if not 1 <= rule.minutes <= _MOST_MINUTES:
        raise UserProblem("slot_minutes", "时长要在1到1440分钟之间。", 422)
    match rule.rule:
        case Weekly(weekdays):
            good = bool(weekdays) and all(0 <= each <= 6 for each in weekdays)  # noqa: PLR2004 - Sunday
        case Monthly(days):
            good = bool(days) and all(1 <= each <= _LAST_DAY for each in days)
        case Once(day):
            good = _is_date(day)
    if not good:
        raise UserProblem("slot_days", "请选播出的日子：星期几、每月几号，或一个日期。", 422)
    return rule


def slots(rule: SlotRule, after: datetime, holidays: Mapping[date, Holiday] | None = None) -> Iterator[Slot]:
    """Every slot that begins after `after`, in order, each once. Ends when the rule does."""
    zone, starts, table = _zone(rule), _clock(rule), holidays or {}
    given: set[date] = set()
    # A slot moved by a holiday lies at most a month from its day; what comes out is put in order again.
    waiting: list[Slot] = []
    first = after.astimezone(zone).date() - _MOST_MOVE
    for day in _days(rule.rule, first):
        on = _moved(day, rule.on_holiday, table)
        if on is not None and on not in given:
            given.add(on)
            slot = _slot(rule, on, day, zone, starts)
            if slot.starts > after:
                waiting.append(slot)
        waiting.sort(key=lambda each: each.starts)
        while waiting and waiting[0].day < day - _MOST_MOVE:
            yield waiting.pop(0)
    yield from waiting


def next_slots(
    rule: SlotRule, after: datetime, count: int, holidays: Mapping[date, Holiday] | None = None
) -> tuple[Slot, ...]:
    """The next `count`."""
    return tuple(islice(slots(checked(rule), after, holidays), count))


def programme_slots(
    programme: ProgrammeSet, after: datetime, count: int, holidays: Mapping[date, Holiday] | None = None
) -> tuple[Slot, ...]:
    """The next `count` of a programme: its weekly and its monthly days together, a day once. Raises UserProblem."""
    return tuple(islice(every_slot(programme, after, holidays), count))


def every_slot(
    programme: ProgrammeSet, after: datetime, holidays: Mapping[date, Holiday] | None = None
) -> Iterator[Slot]:
    """All of them, in order, as far as the rules are followed. Raises UserProblem."""
    rules: list[Rule] = [Weekly((programme.weekday,))] if programme.weekday >= 0 else []
    if programme.days or not rules:
        rules.append(Monthly(programme.days))
    all_of_them = [
        slots(
            checked(
                SlotRule(
                    rule=rule,
                    starts=programme.starts,
                    minutes=programme.minutes,
                    timezone=programme.timezone,
                    on_holiday=programme.on_holiday,
                )
            ),
            after,
            holidays,
        )
        for rule in rules
    ]
    merged = heapq.merge(*all_of_them, key=lambda slot: slot.starts)
    return (next(same) for _, same in groupby(merged, key=lambda slot: slot.starts))


def is_free_day(day: date, holidays: Mapping[date, Holiday]) -> bool:
    """Whether people are off: a holiday, or a weekend that no working day was made of."""
    if row := holidays.get(day):
        return row.kind == "holiday"
    return day.weekday() >= 5  # noqa: PLR2004 - Saturday


def conflicts(booked: Iterable[Booked]) -> tuple[Conflict, ...]:
    """Every person, camera and output that two episodes want at one time; two at once on air, too."""
    found: list[Conflict] = []
    by_start = sorted(booked, key=lambda each: (each.starts, each.episode_id))
    for at, one in enumerate(by_start):
        for other in by_start[at + 1 :]:
            if other.starts >= one.ends:
                break
            found.append(Conflict(kind="air", what="", one=one.episode_id, other=other.episode_id))
            for kind, mine, theirs in (
                ("crew", one.crew, other.crew),
                ("camera", one.cameras, other.cameras),
                ("output", one.outputs, other.outputs),
            ):
                found += [
                    Conflict(kind=kind, what=what, one=one.episode_id, other=other.episode_id)  # type: ignore[arg-type]
                    for what in sorted(mine & theirs)
                ]
    return tuple(found)


_MOST_MOVE = timedelta(days=31)


def _days(rule: Rule, first: date) -> Iterator[date]:
    if isinstance(rule, Once):
        yield date.fromisoformat(rule.day)
        return
    end = min(first.toordinal() + _MOST_YEARS * 366, date.max.toordinal() - 2)
    for ordinal in range(first.toordinal(), end):
        day = date.fromordinal(ordinal)
        if (day.weekday() in rule.weekdays) if isinstance(rule, Weekly) else (day.day in rule.days):
            yield day


def _moved(day: date, how: OnHoliday, holidays: Mapping[date, Holiday]) -> date | None:
    """Where a slot goes; only a row of the table moves it, an ordinary weekend is a programme's own choice."""
    if how == "keep" or (row := holidays.get(day)) is None or row.kind == "working":
        return day
    if how == "drop":
        return None
    step = timedelta(days=-1 if how == "before" else 1)
    on = day
    while (row := holidays.get(on)) is not None and row.kind == "holiday":
        on += step
        if abs(on - day) > _MOST_MOVE:
            return None
    return on


def _slot(rule: SlotRule, on: date, day: date, zone: ZoneInfo, starts: time) -> Slot:
    begins = datetime.combine(on, starts, tzinfo=zone).astimezone(UTC)
    ends = begins + timedelta(minutes=rule.minutes)
    return Slot(starts=begins, ends=ends, day=on, moved_from=None if on == day else day)


def _zone(rule: SlotRule) -> ZoneInfo:
    try:
        return ZoneInfo(rule.timezone)
    except (ValueError, KeyError, OSError):
        raise UserProblem("slot_zone", "时区请用 Asia/Shanghai 这样的名字。", 422) from None


def _clock(rule: SlotRule) -> time:
    try:
        return datetime.strptime(rule.starts, "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone
    except ValueError:
        raise UserProblem("slot_starts", "播出时间请写成 19:00 这样的格式。", 422) from None


def _is_date(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True
