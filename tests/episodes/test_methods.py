"""Repeats by method, the house's tables as CSV, and what an instrument may send."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from episodes import device_readings as devices
from episodes import house_tables, rapid_test
from episodes.deadlines import SEED as DEADLINES
from episodes.events import RapidTestReviewed, ReadingEntered, ReadingMismatched, ReadingsApart
from episodes.limits import SEED as LIMITS
from episodes.limits import limit_for, verdict_of
from episodes.methods import SEED as METHODS
from episodes.methods import combined, method_of
from episodes.rapid_test import RapidTest, State
from runtime.problems import ProtocolProblem, UserProblem
from tests.episodes.test_rapid_test import DAY, started

NOW = 1_781_000_000_000_000_000
NS = 1_000_000_000


def fuel(**more: object) -> RapidTest:
    """A dispenser: three readings, their mean, at most 0.10 apart."""
    method = method_of(METHODS, "fuel_dispenser")
    repeats = {"readings": method.readings, "combine": method.combine, "apart": str(method.apart)}
    return rapid_test.begun(msgspec.structs.replace(started("fuel_dispenser", "燃油"), **(repeats | more)), 1)


def enter(test: RapidTest, *values: str) -> ReadingEntered | ReadingsApart:
    return rapid_test.enter_reading(test, values=values, unit="%", invalid=False, by="tess")


def test_three_readings_become_their_mean_and_the_second_person_reads_all_three() -> None:
    test = fuel()
    entered = enter(test, "0.28", "0.32", "0.30")
    assert (entered.value, entered.readings) == ("0.3", ("0.28", "0.32", "0.30"))
    test = rapid_test.after(test, entered)
    limit = limit_for(LIMITS, "fuel_dispenser", "燃油", "", DAY)

    def review(*values: str) -> RapidTestReviewed | ReadingMismatched:
        return rapid_test.review(test, values=values, unit="%", invalid=False, by="rev", limit=limit, now_utc_ns=2)

    # The same mean out of other readings is no agreement.
    assert isinstance(review("0.30", "0.30", "0.30"), ReadingMismatched)
    agreed = review("0.28", "0.320", "0.3")
    assert (agreed.value, agreed.verdict, agreed.readings) == ("0.3", "within", ("0.28", "0.32", "0.30"))
    with pytest.raises(UserProblem, match="readings_count"):
        review("0.28")


def test_repeats_that_lie_apart_are_recorded_and_read_again() -> None:
    test = fuel()
    apart = enter(test, "0.20", "0.31", "0.25")
    assert isinstance(apart, ReadingsApart)
    assert rapid_test.after(test, apart).state is State.AWAITING
    assert isinstance(enter(test, "0.20", "0.30", "0.25"), ReadingEntered), "exactly as far as allowed"
    for wrong in ((), ("0.2",), ("0.2",) * 4):
        with pytest.raises(UserProblem, match="readings_count"):
            enter(test, *wrong)
    with pytest.raises(UserProblem, match="reading_not_number"):
        enter(test, "0.2", "x", "0.2")


@pytest.mark.parametrize(
    ("readings", "combine", "value"),
    [
        (("12.1", "12.4"), "mean", "12.25"),
        (("1", "1", "2"), "mean", "1.3"),
        (("0.05", "0.06"), "mean", "0.055"),
        (("-0.31", "0.30"), "largest", "-0.31"),
        (("990", "989", "991"), "mean", "990"),
    ],
)
def test_how_readings_become_one(readings: tuple[str, ...], combine: str, value: str) -> None:
    assert combined(readings, len(readings), combine, "") == value


@given(st.lists(st.decimals("-99", "99", places=2), min_size=2, max_size=10))
def test_a_mean_lies_between_its_readings(values: list[Decimal]) -> None:
    mean = Decimal(combined([str(each) for each in values], len(values), "mean", "") or "nan")
    assert min(values) - Decimal("0.001") <= mean <= max(values) + Decimal("0.001")


def test_exactly_at_the_limit_after_the_mean_is_judged_as_it_is_shown() -> None:
    limit = limit_for(LIMITS, "enzyme_inhibition", "豇豆", "", DAY)
    value = combined(("49.9", "50.1"), 2, "mean", "")
    assert (value, verdict_of(limit, Decimal(value or "0"))) == ("50", "positive")


@pytest.mark.parametrize("table", ["limits", "methods", "deadlines"])
def test_a_table_written_and_read_is_the_same(table: str) -> None:
    seed = {"limits": LIMITS, "methods": METHODS, "deadlines": DEADLINES}[table]
    again = house_tables.read(table, "\ufeff" + house_tables.written(table, seed), METHODS)
    assert again == tuple(seed)
    assert msgspec.convert(house_tables.encoded(again), type=tuple[type(seed[0]), ...], strict=False) == again


LIMIT_HEAD = ",".join(house_tables.COLUMNS["limits"])
GOOD = "polar_compounds,煎炸油,,<=,25,%,GB 2716,2027-01-01,"


@pytest.mark.parametrize(
    ("table", "text", "code"),
    [
        ("limits", "", "table_empty"),
        ("limits", LIMIT_HEAD, "table_empty"),
        ("limits", f"method_id,item\n{GOOD}", "table_columns"),
        ("limits", f"{LIMIT_HEAD}\n{GOOD.replace('%', 'mg/kg')}", "limit_unit"),
        ("limits", f"{LIMIT_HEAD}\n{GOOD.replace('polar_compounds', 'x')}", "table_line"),
        ("limits", f"{LIMIT_HEAD}\n{GOOD.replace('<=', '=<')}", "table_choice"),
        ("limits", f"{LIMIT_HEAD}\n{GOOD.replace(',25,', ',NaN,')}", "table_line"),
        ("limits", f"{LIMIT_HEAD}\n{GOOD.replace('2027-01-01', '1.1.2027')}", "table_line"),
        ("limits", f"{LIMIT_HEAD}\n{GOOD}2026-01-01", "table_line"),
        ("limits", f"{LIMIT_HEAD}\n{GOOD}\n{GOOD}", "table_twice"),
        (
            "deadlines",
            "rule,food_category,length,unit,basis,since,until\nwhatever,,5,days,b,2026-01-01,",
            "table_choice",
        ),
        ("deadlines", "rule,food_category,length,unit,basis,since,until\nretest,,0,days,b,2026-01-01,", "table_line"),
        (
            "deadlines",
            "rule,food_category,length,unit,basis,since,until\nretest,,5,weeks,b,2026-01-01,",
            "table_choice",
        ),
        (
            "methods",
            ",".join(house_tables.COLUMNS["methods"]) + "\nm,M,screening,q,%,5,3,single,,,",
            "table_line",
        ),
    ],
)
def test_a_row_that_cannot_be_right_refuses_the_table(table: str, text: str, code: str) -> None:
    with pytest.raises(UserProblem, match=code) as refused:
        house_tables.read(table, text, METHODS)
    if code in ("limit_unit", "table_line", "table_choice"):
        assert refused.value.params["line"] == 2


def test_the_row_of_the_day_counts() -> None:
    text = f"{LIMIT_HEAD}\n{GOOD}\npolar_compounds,煎炸油,,<=,27,%,GB 2716,2019-06-21,2027-01-01"
    rows = house_tables.read("limits", text, METHODS)
    for day, value in ((date(2026, 12, 31), 27), (date(2027, 1, 1), 25)):
        assert limit_for(rows, "polar_compounds", "煎炸油", "食用油", day).value == value


KEY, NONCE = b"k" * 32, "n0nce" * 4
BODY = msgspec.json.encode(
    devices.Upload(measurement_id="m1", sample_no="S1", unit="%", values=("62.4",), read_utc_ns=NOW)
)


def test_only_what_the_device_signed_now_is_heard() -> None:
    second = str(NOW // NS)
    good = devices.signature(KEY, second, NONCE, BODY)
    devices.check_signature(KEY, second, NONCE, BODY, good, NOW)
    devices.check_signature(KEY, second, NONCE, BODY, good.upper(), NOW + devices.SKEW_S * NS)
    for key, when, nonce, body, now, code in (
        (b"x" * 32, second, NONCE, BODY, NOW, "signature_wrong"),
        (KEY, second, NONCE, BODY + b" ", NOW, "signature_wrong"),
        (KEY, second, NONCE + "x", BODY, NOW, "signature_wrong"),
        (KEY, str(NOW // NS + 1), NONCE, BODY, NOW, "signature_wrong"),
        (KEY, second, NONCE, BODY, NOW + (devices.SKEW_S + 1) * NS, "clock_off"),
        (KEY, second, NONCE, BODY, NOW - (devices.SKEW_S + 1) * NS, "clock_off"),
    ):
        with pytest.raises(ProtocolProblem, match=code):
            devices.check_signature(key, when, nonce, body, good, now)
    for when, nonce, code in (("soon", NONCE, "timestamp_wrong"), (second, "short", "nonce_wrong")):
        with pytest.raises(ProtocolProblem, match=code):
            devices.check_signature(KEY, when, nonce, BODY, devices.signature(KEY, when, nonce, BODY), NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"values": []},
        {"values": ["1e5"]},
        {"values": ["nan"]},
        {"values": ["1"] * 11},
        {"invalid": True},
        {"sample_no": ""},
        {"unit": "x" * 65},
        {"more": 1},
    ],
)
def test_a_body_that_does_not_fit_is_refused(change: dict[str, object]) -> None:
    body = msgspec.json.encode(msgspec.json.decode(BODY) | change)
    with pytest.raises(ProtocolProblem, match="body_wrong"):
        devices.upload(body, NOW)


def test_a_reading_from_the_future_or_of_another_sample_is_refused() -> None:
    late = msgspec.json.encode(msgspec.json.decode(BODY) | {"read_utc_ns": NOW + (devices.SKEW_S + 1) * NS})
    with pytest.raises(UserProblem, match="read_in_future"):
        devices.upload(late, NOW)
    sent = devices.upload(BODY, NOW)
    fits = {"sample_no": "S1", "unit": "%", "device_id": "D1", "of_device": "D1"}
    devices.take_over(sent, **fits)
    for other, code in (
        ({"sample_no": "S2"}, "other_sample"),
        ({"unit": "mg/g"}, "wrong_unit"),
        ({"of_device": "D2"}, "other_device"),
    ):
        with pytest.raises(UserProblem, match=code):
            devices.take_over(sent, **(fits | other))
