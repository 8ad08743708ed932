"""Deadlines: hours without a break, days and working days over weekends, holidays and working days made up for them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from episodes.deadlines import SEED, Deadline, day_of, deadline_for, due, last_day, needed, seconds_left
from episodes.slots import Holiday, is_free_day
from runtime.problems import UserProblem

CHINA = ZoneInfo("Asia/Shanghai")
NS = 1_000_000_000
GOLDEN_WEEK = {
    **{date(2026, 10, day): Holiday(date(2026, 10, day), "holiday") for day in range(1, 8)},
    date(2026, 10, 10): Holiday(date(2026, 10, 10), "working"),
}


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=CHINA).timestamp()) * NS


def row(length: int, unit: str, **more: object) -> Deadline:
    return Deadline(rule="x", length=length, unit=unit, basis="b", since=date(2020, 1, 1), **more)


@pytest.mark.parametrize(
    ("length", "unit", "begins", "ends"),
    [
        (4, "hours", "2026-10-02 22:30", "2026-10-03 02:30"),
        (1, "days", "2026-06-15 00:00", "2026-06-17 00:00"),
        (1, "days", "2026-06-15 23:59", "2026-06-17 00:00"),
        # A last day that is free gives way: Saturday to Monday.
        (5, "days", "2026-06-15 09:00", "2026-06-23 00:00"),
        (5, "working_days", "2026-06-15 09:00", "2026-06-23 00:00"),
        # Over the holiday; Saturday the 10th is worked.
        (1, "working_days", "2026-09-30 19:00", "2026-10-09 00:00"),
        (3, "working_days", "2026-09-30 19:00", "2026-10-11 00:00"),
        (3, "days", "2026-09-30 19:00", "2026-10-09 00:00"),
    ],
)
def test_when_it_is_due(length: int, unit: str, begins: str, ends: str) -> None:
    assert due(row(length, unit), at(begins), CHINA, GOLDEN_WEEK) == at(ends)


def test_midnight_belongs_to_the_day_that_ends() -> None:
    ends = due(row(5, "working_days"), at("2026-06-15 09:00"), CHINA, {})
    assert last_day(ends, CHINA) == date(2026, 6, 22)
    assert seconds_left(ends, ends + 5 * NS) == 0
    assert seconds_left(ends, ends - 5 * NS) == 5


def test_another_zone_has_other_days() -> None:
    late = at("2026-06-15 01:00")
    assert day_of(late, CHINA) == date(2026, 6, 15)
    assert day_of(late, ZoneInfo("UTC")) == date(2026, 6, 14)
    # A day of 23 hours: its end is still its midnight.
    berlin = ZoneInfo("Europe/Berlin")
    begins = int(datetime(2026, 3, 26, 12, tzinfo=berlin).timestamp()) * NS
    ends = due(row(4, "days"), begins, berlin, {})
    assert datetime.fromtimestamp(ends / NS, UTC).astimezone(berlin).isoformat() == "2026-03-31T00:00:00+02:00"


def test_the_row_of_the_day_and_of_the_category_counts() -> None:
    old = row(7, "days", until=date(2026, 1, 1))
    new = Deadline(rule="x", length=5, unit="days", basis="b", since=date(2026, 1, 1))
    fish = Deadline(rule="x", length=1, unit="days", basis="b", since=date(2020, 1, 1), food_category="水产品")
    table = (new, old, fish)
    assert deadline_for(table, "x", date(2025, 12, 31)) == old
    assert deadline_for(table, "x", date(2026, 1, 1)) == new
    assert deadline_for(table, "x", date(2026, 1, 1), "水产品") == fish
    assert deadline_for(table, "x", date(2019, 1, 1)) is None
    with pytest.raises(UserProblem, match="no_deadline"):
        needed(table, "y", date(2026, 1, 1))


def test_the_seed_holds_every_rule_that_anybody_asks_for() -> None:
    today = date(2026, 6, 18)
    assert deadline_for(SEED, "retest", today, "蔬菜").length == 4
    assert deadline_for(SEED, "retest", today, "煎炸油") is None, "four hours are for farm produce"
    for rule in ("retest_lab", "order_to_correct", "on_the_spot", "follow_up", "objection", "masking", "record_link"):
        assert needed(SEED, rule, today)


days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
tables = st.dictionaries(days, st.sampled_from(["holiday", "working"]), max_size=60).map(
    lambda kinds: {day: Holiday(day, kind) for day, kind in kinds.items()}
)


@given(days, st.integers(1, 30), tables)
def test_working_days_are_counted_and_the_last_is_one(begins: date, length: int, table: dict[date, Holiday]) -> None:
    start = int(datetime(begins.year, begins.month, begins.day, 15, tzinfo=CHINA).timestamp()) * NS
    ends = last_day(due(row(length, "working_days"), start, CHINA, table), CHINA)
    between = [begins + timedelta(days=n) for n in range(1, (ends - begins).days + 1)]
    assert sum(not is_free_day(day, table) for day in between) == length
    assert not is_free_day(ends, table)


@given(days, st.integers(1, 30), tables, st.sampled_from(["hours", "days", "working_days"]))
def test_later_begins_later_ends_and_longer_is_never_sooner(
    begins: date, length: int, table: dict[date, Holiday], unit: str
) -> None:
    start = int(datetime(begins.year, begins.month, begins.day, 8, tzinfo=CHINA).timestamp()) * NS
    ends = due(row(length, unit), start, CHINA, table)
    assert ends > start
    assert due(row(length, unit), start + 86_400 * NS, CHINA, table) >= ends
    assert due(row(length + 1, unit), start, CHINA, table) >= ends
