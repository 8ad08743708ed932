"""The rules of the spot: moments that can be believed, answers that never overwrite unseen, licences in what is scanned."""

import pytest

from episodes.checklist import STARTER, shown
from episodes.events import Answer
from episodes.inspection import AHEAD_NS, LATE_NS, Answered, answered, moment
from episodes.licence import credit_code_check, found_in
from episodes.positions import Position, plan
from episodes.templates import Checklist, ChecklistItem
from runtime.problems import UserProblem

NOW = 10**18
CODE = "91440700MA4UQ8X10" + credit_code_check("91440700MA4UQ8X10")


def refused(deed, *args: object, **more: object) -> str:
    with pytest.raises(UserProblem) as said:
        deed(*args, **more)
    return said.value.code


def test_a_moment_is_believed_within_its_bounds() -> None:
    assert moment(NOW - LATE_NS, NOW, paper=False) == NOW - LATE_NS
    assert refused(moment, NOW - LATE_NS - 1, NOW, paper=False) == "too_late"
    assert moment(NOW - 30 * LATE_NS, NOW, paper=True) == NOW - 30 * LATE_NS
    assert moment(NOW + AHEAD_NS, NOW, paper=False) == NOW, "a clock that is a little fast"
    assert refused(moment, NOW + AHEAD_NS + 1, NOW, paper=True) == "future"


@pytest.mark.parametrize("before", ["pass", "fail", "na"])
def test_an_answer_counts_on(before: Answer) -> None:
    first = answered(Answered(), 0, before, sentence="一句")
    assert (first.version, first.answer) == (1, before)
    assert refused(answered, first, 0, "na", sentence="") == "conflict"
    assert answered(first, 1, "na", sentence="").version == 2


def test_a_finding_is_not_unsaid() -> None:
    stands = Answered(version=1, answer="fail", finding_id="f1")
    assert refused(answered, stands, 1, "pass", sentence="") == "finding_open"
    assert answered(stands, 1, "fail", sentence="又一句").finding_id == "f1"
    assert refused(answered, Answered(), 0, "fail", sentence=" ") == "sentence"


@pytest.mark.parametrize(
    "said",
    [
        CODE,
        CODE.lower(),
        f" {CODE[:9]} {CODE[9:]} ",
        f"统一社会信用代码:{CODE}\n名称:某某市场",
        f"https://www.gsxt.gov.cn/?uniscid={CODE}&x=1",
        f"JY1440703001234 {CODE}",
    ],
)
def test_a_licence_is_found_in_what_a_code_says(said: str) -> None:
    assert found_in(said) == CODE


def test_what_holds_no_licence_stays_what_it_is() -> None:
    assert found_in("hello") == "HELLO"
    wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
    assert found_in(f"代码:{wrong}") != CODE


def test_the_checklist_is_the_episodes_own_or_the_starter() -> None:
    assert shown(Checklist()) is STARTER
    assert {"key", "general"} == {each.weight for each in STARTER.items}
    own = Checklist(
        name="农贸", template_version=2, version=1, items=(ChecklistItem(item_id="a", words="查什么", weight="key"),)
    )
    assert shown(own).template == "农贸-2.1"
    assert [(each.item_id, each.weight) for each in shown(own).items] == [("a", "key")]


def test_a_plan_tells_distances_and_no_place() -> None:
    at = {"a": Position(latitude=22.5, longitude=113.0, accuracy_m=5, utc_ns=NOW)}
    assert plan(at, NOW + 7_000_000_000).spots[0].age_s == 7
    at["b"] = Position(latitude=22.5, longitude=113.001, accuracy_m=5, utc_ns=NOW)
    drawn = plan(at, NOW)
    assert [(each.metres) for each in drawn.apart] == [103]
    assert drawn.spots[0].east_m == -drawn.spots[1].east_m
    assert plan({}, NOW).spots == ()
