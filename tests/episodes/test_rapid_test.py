"""The way of a reading: two people, one truth."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from episodes import rapid_test
from episodes.conclusions import VERDICT_WORDS
from episodes.events import RapidTestReviewed, RapidTestStarted, ReadingMismatched
from episodes.limits import SEED, limit_for, verdict_of
from episodes.rapid_test import RapidTest, State
from episodes.wording import CardWords, VerdictWithoutLaboratory, card_words
from runtime.problems import UserProblem

DAY = date(2026, 11, 22)


def started(method_id: str = "enzyme_inhibition", item: str = "豇豆", **more: str) -> RapidTestStarted:
    limit = limit_for(SEED, method_id, item, "蔬菜", DAY)
    fields = {
        "episode_id": "e1", "test_id": "t1", "sample_no": "JB103-02", "item": item, "food_category": "蔬菜",
        "batch": "B1", "stall_code": "A12", "method_id": method_id, "method": limit.method, "family": limit.family,
        "unit": limit.unit, "reagent_batch": "R7", "reagent_expires": "2027-01-01", "device_id": "D1", "tester": "tess",
    } | more  # fmt: skip
    return RapidTestStarted(**fields)


def reviewed(value: str, second: str | None = None, *, invalid: bool = False, **more: str) -> RapidTest:
    test = rapid_test.begun(started(**more), 1)
    unit = test.started.unit
    test = rapid_test.after(
        test, rapid_test.enter_reading(test, values=(value,), unit=unit, invalid=invalid, by="tess")
    )
    limit = limit_for(SEED, test.started.method_id, test.started.item, "蔬菜", DAY)
    event = rapid_test.review(
        test, values=(second or value,), unit=unit, invalid=invalid, by="rev", limit=limit, now_utc_ns=2
    )
    return rapid_test.after(test, event)


@pytest.mark.parametrize(
    ("method_id", "item", "value", "verdict"),
    [
        ("enzyme_inhibition", "豇豆", "49.9", "negative"),
        ("enzyme_inhibition", "豇豆", "50", "positive"),
        ("enzyme_inhibition", "豇豆", "62.4", "positive"),
        ("polar_compounds", "煎炸油", "27", "within"),
        ("polar_compounds", "煎炸油", "27.1", "over"),
        ("acid_value", "煎炸油", "5", "within"),
        ("fuel_dispenser", "燃油", "-0.3", "within"),
        ("fuel_dispenser", "燃油", "-0.31", "over"),
        ("precious_metal_xrf", "足金", "990", "within"),
        ("precious_metal_xrf", "足金", "989.9", "over"),
        ("precious_metal_xrf", "18K金", "749", "over"),
        ("precious_metal_xrf", "银", "925", "within"),
    ],
)
def test_limits_at_and_beside_the_boundary(method_id: str, item: str, value: str, verdict: str) -> None:
    assert verdict_of(limit_for(SEED, method_id, item, "x", DAY), Decimal(value)) == verdict


def test_a_limit_counts_only_while_in_force() -> None:
    with pytest.raises(UserProblem, match="no_limit"):
        limit_for(SEED, "polar_compounds", "煎炸油", "x", date(2001, 1, 1))


def test_two_who_read_the_same_make_a_result() -> None:
    test = reviewed("62.4", "62.40")
    assert test.state is State.REVIEWED
    assert test.result is not None
    assert (test.result.value, test.result.verdict) == ("62.4", "positive")


def test_a_mismatch_does_not_air_and_both_enter_again() -> None:
    test = rapid_test.begun(started(), 1)
    test = rapid_test.after(test, rapid_test.enter_reading(test, values=("62.4",), unit="%", invalid=False, by="tess"))
    limit = limit_for(SEED, "enzyme_inhibition", "豇豆", "蔬菜", DAY)
    event = rapid_test.review(test, values=("26.4",), unit="%", invalid=False, by="rev", limit=limit, now_utc_ns=2)
    assert isinstance(event, ReadingMismatched)
    test = rapid_test.after(test, event)
    assert test.state is State.AWAITING
    assert test.reading is None
    assert card_words(test).tone == "running"


def test_nobody_confirms_their_own_reading() -> None:
    test = rapid_test.begun(started(), 1)
    test = rapid_test.after(test, rapid_test.enter_reading(test, values=("1",), unit="%", invalid=False, by="other"))
    limit = limit_for(SEED, "enzyme_inhibition", "豇豆", "蔬菜", DAY)
    for who in ("other", "tess"):
        with pytest.raises(UserProblem, match="same_person"):
            rapid_test.review(test, values=("1",), unit="%", invalid=False, by=who, limit=limit, now_utc_ns=2)


@pytest.mark.parametrize(
    "value", ["", "abc", "NaN", "Infinity", "1e9", "10000000", "1,5", "１２", "1 2", "0x1f", "--1"]
)
def test_a_reading_that_is_no_number_is_refused(value: str) -> None:
    test = rapid_test.begun(started(), 1)
    with pytest.raises(UserProblem, match="reading"):
        rapid_test.enter_reading(test, values=(value,), unit="%", invalid=False, by="tess")


def test_the_unit_must_be_the_methods() -> None:
    with pytest.raises(UserProblem, match="wrong_unit"):
        rapid_test.enter_reading(rapid_test.begun(started(), 1), values=("1",), unit="mg/g", invalid=False, by="tess")


def test_an_expired_reagent_is_refused() -> None:
    with pytest.raises(UserProblem, match="reagent_expired"):
        rapid_test.start(started(reagent_expires="2026-11-21"), DAY)
    assert rapid_test.start(started(reagent_expires="2026-11-22"), DAY)


def test_an_invalid_test_shows_no_value_and_is_run_again() -> None:
    test = reviewed("", invalid=True)
    words = card_words(test)
    assert (words.tone, words.headline, words.value) == ("invalid", "检测无效，重新检测", "—")
    again = rapid_test.enter_reading(test, values=("10",), unit="%", invalid=False, by="tess")
    assert rapid_test.after(test, again).state is State.ENTERED


def test_a_decided_test_takes_no_new_reading() -> None:
    with pytest.raises(UserProblem, match="test_decided"):
        rapid_test.enter_reading(reviewed("10"), values=("11",), unit="%", invalid=False, by="tess")


def test_withdraw_then_correct() -> None:
    test = reviewed("62.4")
    test = rapid_test.after(test, rapid_test.withdraw(test, "dir"))
    assert card_words(test).headline == "该结果正在核实，暂不作准"
    with pytest.raises(UserProblem, match="already_withdrawn"):
        rapid_test.withdraw(test, "dir")
    test = rapid_test.after(test, rapid_test.enter_reading(test, values=("12.4",), unit="%", invalid=False, by="tess"))
    assert test.state is State.WITHDRAWN
    limit = limit_for(SEED, "enzyme_inhibition", "豇豆", "蔬菜", DAY)
    result = rapid_test.review(test, values=("12.4",), unit="%", invalid=False, by="rev", limit=limit, now_utc_ns=5)
    assert isinstance(result, RapidTestReviewed)
    event = rapid_test.correct(test, result, what="读数应为12.4 %", reason="看错小数点")
    test = rapid_test.after(test, event)
    words = card_words(test)
    assert test.state is State.CORRECTED
    assert words.headline == "更正：读数应为12.4 %"
    assert words.lines[0] == "现场快检 初筛：未见异常（阴性）"


def test_a_correction_needs_a_withdrawal() -> None:
    test = reviewed("62.4")
    assert test.result is not None
    with pytest.raises(UserProblem, match="withdraw_first"):
        rapid_test.correct(test, test.result, what="x", reason="y")


def test_sent_is_said_only_once_it_is_recorded() -> None:
    test = reviewed("62.4")
    assert card_words(test).lines == ("非最终结论", "将依法抽样送检")
    test = rapid_test.after(test, rapid_test.dispatch(test, "江北市食品检验所"))
    assert card_words(test).lines == ("非最终结论", "已抽样送检，以法定检验结论为准")
    test = rapid_test.after(test, rapid_test.conclude(test, compliant=True, report_no="S-1"))
    assert (card_words(test).tone, card_words(test).headline) == ("lab_compliant", "合格")


def test_no_verdict_word_outside_a_laboratory() -> None:
    for word in VERDICT_WORDS:
        with pytest.raises(VerdictWithoutLaboratory):
            CardWords(tone="positive", label="", headline=f"豇豆{word}", lines=(), item="豇豆", sample_no="1")


def test_a_correction_cannot_say_what_only_a_laboratory_may() -> None:
    test = reviewed("62.4")
    test = rapid_test.after(test, rapid_test.withdraw(test, "dir"))
    with pytest.raises(UserProblem, match="verdict_word"):
        rapid_test.void(test, "豇豆其实合格")


def test_measurement_has_its_own_words_and_never_screening_ones() -> None:
    words = card_words(reviewed("18.5", method_id="polar_compounds", item="煎炸油"))
    assert f"{words.label}{words.headline}" == "现场检测：读数未超限值"
    assert "阴性" not in "".join((words.label, words.headline, *words.lines))
    assert words.limit_words.startswith("限值≤27")


PRESSES = ("enter", "review", "bad", "withdraw", "correct", "void", "dispatch", "lab")


@given(st.lists(st.sampled_from(PRESSES), max_size=25))
def test_whatever_is_pressed_every_event_has_a_move_and_a_card(presses: list[str]) -> None:
    test = rapid_test.begun(started(), 1)
    limit = limit_for(SEED, "enzyme_inhibition", "豇豆", "蔬菜", DAY)

    def do(press: str) -> object:
        match press:
            case "enter":
                return rapid_test.enter_reading(test, values=("62.4",), unit="%", invalid=False, by="tess")
            case "review" | "bad" | "correct":
                value = "1" if press == "bad" else "62.4"
                event = rapid_test.review(
                    test, values=(value,), unit="%", invalid=False, by="rev", limit=limit, now_utc_ns=2
                )
                if test.state is State.WITHDRAWN and isinstance(event, RapidTestReviewed):
                    return rapid_test.correct(test, event, what="读数", reason="重测")
                return event
            case "withdraw":
                return rapid_test.withdraw(test, "dir")
            case "void":
                return rapid_test.void(test, "样品混淆")
            case "dispatch":
                return rapid_test.dispatch(test, "检验所")
            case _:
                return rapid_test.conclude(test, compliant=False, report_no="S-1")

    for press in presses:
        try:
            event = do(press)
        except UserProblem:
            continue
        test = rapid_test.after(test, event)
        assert card_words(test)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(test), type=RapidTest) == test
