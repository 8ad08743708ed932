"""Slots by week, by month and once: time zones, month ends, leap years, holidays; and what two episodes want at once."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from episodes.slots import (
    Booked,
    Holiday,
    Monthly,
    Once,
    SlotRule,
    Weekly,
    checked,
    conflicts,
    is_free_day,
    next_slots,
)  # fmt: skip
from runtime.problems import UserProblem

ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland"])
MOMENTS = st.datetimes(datetime(2019, 1, 1), datetime(2098, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds it
CLOCKS = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59))
RULES = st.one_of(
    st.builds(Weekly, st.lists(st.integers(0, 6), min_size=1, max_size=3).map(tuple)),
    st.builds(Monthly, st.lists(st.integers(1, 31), min_size=1, max_size=3).map(tuple)),
)
NINE = SlotRule(rule=Monthly((9, 19, 29)), starts="19:00", minutes=90)


def days(rule: SlotRule, after: str, count: int, *rows: Holiday) -> list[str]:
    found = next_slots(rule, datetime.fromisoformat(after).replace(tzinfo=UTC), count, {row.day: row for row in rows})
    return [str(each.day) for each in found]


@settings(max_examples=60, deadline=None)
@given(rule=RULES, starts=CLOCKS, zone=ZONES, after=MOMENTS, minutes=st.integers(1, 1440))
def test_slots_are_the_days_of_the_rule_at_its_local_hour(rule, starts, zone, after, minutes) -> None:
    found = next_slots(SlotRule(rule=rule, starts=starts, minutes=minutes, timezone=zone), after, 5)
    assert len(found) == 5
    assert [each.starts for each in found] == sorted({each.starts for each in found})
    for each in found:
        assert each.starts > after
        assert each.ends - each.starts == timedelta(minutes=minutes)
        assert each.day.weekday() in rule.weekdays if isinstance(rule, Weekly) else each.day.day in rule.days
        local = each.starts.astimezone(ZoneInfo(zone))
        there_is = datetime.combine(each.day, local.time(), tzinfo=ZoneInfo(zone)).astimezone(UTC) == each.starts
        assert not there_is or abs(local.hour * 60 + local.minute - int(starts[:2]) * 60 - int(starts[3:])) in {
            0,
            30,
            60,
        }


@settings(max_examples=60, deadline=None)
@given(
    rule=RULES,
    after=MOMENTS,
    off=st.sets(st.integers(0, 40), max_size=12),
    how=st.sampled_from(["drop", "before", "after"]),
)
def test_no_slot_falls_on_a_holiday_and_none_is_given_twice(rule, after, off, how) -> None:
    table = {day: Holiday(day, "holiday") for n in off if (day := after.date() + timedelta(days=n))}
    found = next_slots(SlotRule(rule=rule, starts="19:00", minutes=90, on_holiday=how), after, 8, table)
    assert not [each for each in found if each.day in table]
    assert len({each.day for each in found}) == len(found) == 8
    assert [each.starts for each in found] == sorted(each.starts for each in found)


@settings(max_examples=40, deadline=None)
@given(after=MOMENTS)
def test_going_on_from_a_slot_gives_the_rest(after: datetime) -> None:
    all_of_them = next_slots(NINE, after, 6)
    assert next_slots(NINE, all_of_them[1].starts, 4) == all_of_them[2:]


def test_month_ends_and_leap_years() -> None:
    assert days(NINE, "2026-01-30T00:00", 3) == ["2026-02-09", "2026-02-19", "2026-03-09"]
    assert days(NINE, "2028-02-20T00:00", 2) == ["2028-02-29", "2028-03-09"]
    last = SlotRule(rule=Monthly((31,)), starts="19:00", minutes=60)
    assert days(last, "2026-01-31T12:00", 3) == ["2026-03-31", "2026-05-31", "2026-07-31"]
    leap = SlotRule(rule=Once("2028-02-29"), starts="19:00", minutes=60)
    assert days(leap, "2026-01-01T00:00", 3) == ["2028-02-29"]
    assert days(leap, "2028-03-01T00:00", 3) == []


def test_a_slot_over_midnight_belongs_to_the_day_it_begins_on() -> None:
    (late,) = next_slots(SlotRule(rule=Weekly((4,)), starts="23:30", minutes=90), datetime(2026, 6, 15, tzinfo=UTC), 1)
    assert (str(late.day), late.ends.astimezone(ZoneInfo("Asia/Shanghai")).isoformat()[:16]) == (
        "2026-06-19",
        "2026-06-20T01:00",
    )


def test_a_holiday_moves_the_slot_as_its_rule_says_and_a_made_up_working_day_does_not() -> None:
    off = [Holiday(date(2026, 6, day), "holiday", "端午节") for day in (19, 20, 21)]
    friday = SlotRule(rule=Weekly((4,)), starts="19:00", minutes=90)
    after = "2026-06-15T00:00"

    def on(how: str) -> list[str]:
        return days(SlotRule(rule=friday.rule, starts="19:00", minutes=90, on_holiday=how), after, 2, *off)

    assert on("keep") == ["2026-06-19", "2026-06-26"]
    assert on("drop") == ["2026-06-26", "2026-07-03"]
    assert on("before") == ["2026-06-18", "2026-06-26"]
    assert on("after") == ["2026-06-22", "2026-06-26"]
    sunday = SlotRule(rule=Weekly((6,)), starts="19:00", minutes=90, on_holiday="drop")
    made_up = Holiday(date(2026, 6, 28), "working")
    assert days(sunday, after, 2, *off, made_up) == ["2026-06-28", "2026-07-05"]
    table = {row.day: row for row in [*off, made_up]}
    assert [is_free_day(date(2026, 6, day), table) for day in (18, 19, 27, 28)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("slot_days", SlotRule(rule=Weekly(()), starts="19:00", minutes=90)),
        ("slot_days", SlotRule(rule=Weekly((7,)), starts="19:00", minutes=90)),
        ("slot_days", SlotRule(rule=Monthly((0,)), starts="19:00", minutes=90)),
        ("slot_days", SlotRule(rule=Once("2026-02-29"), starts="19:00", minutes=90)),
        ("slot_starts", SlotRule(rule=Weekly((1,)), starts="24:00", minutes=90)),
        ("slot_minutes", SlotRule(rule=Weekly((1,)), starts="19:00", minutes=0)),
        ("slot_zone", SlotRule(rule=Weekly((1,)), starts="19:00", minutes=90, timezone="Mars/North")),
        ("slot_zone", SlotRule(rule=Weekly((1,)), starts="19:00", minutes=90, timezone="../etc")),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused(code: str, rule: SlotRule) -> None:
    with pytest.raises(UserProblem, match=code):
        checked(rule)


def test_two_episodes_at_once_are_told_with_what_both_want() -> None:
    def booked(number: int, hour: int, **more: frozenset[str]) -> Booked:
        starts = datetime(2026, 6, 19, hour, tzinfo=UTC)
        return Booked(episode_id=f"e{number}", number=number, starts=starts, ends=starts + timedelta(hours=2), **more)

    one = booked(1, 11, crew=frozenset({"wu", "li"}), cameras=frozenset({"cam-1"}), outputs=frozenset({"rtmp://a"}))
    two = booked(2, 12, crew=frozenset({"li"}), cameras=frozenset({"cam-1", "cam-2"}))
    three = booked(3, 13, crew=frozenset({"wu"}))
    four = booked(4, 14, crew=frozenset({"wu"}))
    found = {(each.kind, each.what, each.one, each.other) for each in conflicts([four, two, three, one])}
    assert found == {
        ("air", "", "e1", "e2"), ("crew", "li", "e1", "e2"), ("camera", "cam-1", "e1", "e2"),
        ("air", "", "e2", "e3"), ("air", "", "e3", "e4"), ("crew", "wu", "e3", "e4"),
    }  # fmt: skip
