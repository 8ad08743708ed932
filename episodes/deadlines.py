"""PURE. Deadlines. In: the dated table, a rule's name, a moment, the holidays. Out: the moment it is due, in UTC.

Source: domain rule 12. How long something may take is data: which rule, from when on, how long, in what unit, on what
basis. Hours run without a break. Days and working days begin with the day after and end with the end of the last day;
a last day that is free gives way to the next working day. Figures marked † in the domain are only the seed.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from episodes.limits import ANY
from episodes.slots import Holiday, is_free_day
from runtime.problems import UserProblem

Unit = Literal["hours", "days", "working_days"]
RULES = (
    "order_to_correct",
    "on_the_spot",
    "follow_up",
    "retest",
    "retest_lab",
    "objection",
    "masking",
    "correction",
    "referral",
    "delisting",
    "record_link",
)
"""What the table may hold; a row of another name is refused, for nothing would ever ask for it."""
MOST_LENGTH = 3660
_NS = 1_000_000_000


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `until` is the first day on which it no longer counts."""

    rule: str
    food_category: str = ANY
    length: int
    unit: Unit
    basis: str
    since: date
    until: date | None = None


def _row(rule: str, length: int, unit: Unit, basis: str, category: str = ANY) -> Deadline:
    return Deadline(rule=rule, length=length, unit=unit, basis=basis, food_category=category, since=date(2019, 12, 1))


_FARM = "《食用农产品市场销售质量安全监督管理办法》"
_SAMPLING = "《食品安全抽样检验管理办法》"
_OWN = "本局规定"
SEED: tuple[Deadline, ...] = (
    *(_row("retest", 4, "hours", _FARM, category) for category in ("蔬菜", "水果", "畜禽肉", "水产品", "鲜蛋")),
    _row("retest_lab", 7, "working_days", _SAMPLING),
    _row("order_to_correct", 15, "days", _OWN),
    _row("on_the_spot", 24, "hours", _OWN),
    _row("follow_up", 5, "working_days", _OWN),
    _row("objection", 5, "working_days", _OWN),
    _row("masking", 1, "working_days", _OWN),
    _row("correction", 3, "working_days", _OWN),
    _row("referral", 5, "working_days", _OWN),
    _row("delisting", 2, "working_days", _OWN),
    _row("record_link", 90, "days", _OWN),
)
"""The seed, to be replaced by a bureau's own dated table."""


def deadline_for(table: Iterable[Deadline], rule: str, day: date, food_category: str = "") -> Deadline | None:
    """The most particular row in force on `day`; None when none stands."""
    rows = [
        row
        for row in table
        if row.rule == rule
        and row.food_category in (food_category or ANY, ANY)
        and row.since <= day
        and (row.until is None or day < row.until)
    ]
    return max(rows, key=lambda row: (row.food_category != ANY, row.since), default=None)


def needed(table: Iterable[Deadline], rule: str, day: date) -> Deadline:
    """`deadline_for`, where nothing can go on without it. Raises UserProblem."""
    row = deadline_for(table, rule, day)
    if row is None:
        raise UserProblem("no_deadline", "期限表里没有“%(rule)s”在今天有效的一行。请制片补充期限表。", 409, rule=rule)
    return row


def due(row: Deadline, begins_utc_ns: int, zone: ZoneInfo, holidays: Mapping[date, Holiday]) -> int:
    """When what began at `begins_utc_ns` is due, in UTC nanoseconds."""
    if row.unit == "hours":
        return begins_utc_ns + row.length * 3600 * _NS
    begins = day_of(begins_utc_ns, zone)
    last = begins + timedelta(days=row.length) if row.unit == "days" else _after_working(begins, row.length, holidays)
    while is_free_day(last, holidays):
        last += timedelta(days=1)
    ends = datetime.combine(last + timedelta(days=1), time(), tzinfo=zone)
    return round(ends.timestamp()) * _NS


def _after_working(begins: date, count: int, holidays: Mapping[date, Holiday]) -> date:
    day = begins
    while count:
        day += timedelta(days=1)
        count -= not is_free_day(day, holidays)
    return day


def day_of(utc_ns: int, zone: ZoneInfo) -> date:
    """The calendar day at that moment, where the programme lives."""
    return datetime.fromtimestamp(utc_ns / 1e9, UTC).astimezone(zone).date()


def last_day(due_utc_ns: int, zone: ZoneInfo) -> date:
    """The last day on which it is still in time: a deadline at midnight belongs to the day that ends."""
    return day_of(due_utc_ns - _NS, zone)


def seconds_left(due_utc_ns: int, now_utc_ns: int) -> int:
    """Never below nought."""
    return max(0, due_utc_ns - now_utc_ns) // _NS
