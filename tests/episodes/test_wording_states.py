"""Every state's words, for both families: exactly the domain's lines, and a conclusion only from a laboratory."""

import pytest

from episodes import rapid_test
from episodes.conclusions import speaks_of_a_conclusion
from episodes.events import RapidTestReviewed
from episodes.limits import SEED, limit_for
from episodes.rapid_test import RapidTest, State
from episodes.wording import card_words
from tests.episodes.test_rapid_test import DAY, reviewed, started

FAMILIES = {
    "screening": ({"method_id": "enzyme_inhibition", "item": "豇豆"}, "62.4", "12.8"),
    "measurement": ({"method_id": "polar_compounds", "item": "煎炸油"}, "27.5", "18.5"),
}
AGAINST = {"screening": "现场快检 初筛：阳性（疑似不符合）", "measurement": "现场检测：读数超出限值（疑似不符合）"}
FOR = {"screening": "现场快检 初筛：未见异常（阴性）", "measurement": "现场检测：读数未超限值"}


def states(family: str) -> dict[str, RapidTest]:
    """One test in each state it can stand in."""
    method, high, low = FAMILIES[family]
    after = rapid_test.after
    against, fine = reviewed(high, **method), reviewed(low, **method)
    sent = after(against, rapid_test.dispatch(against, "江北市食品检验所"))
    withdrawn = after(against, rapid_test.withdraw(against, "dir"))
    again = after(withdrawn, rapid_test.enter_reading(withdrawn, values=(low,), unit="%", invalid=False, by="tess"))
    limit = limit_for(SEED, method["method_id"], method["item"], "蔬菜", DAY)
    result = rapid_test.review(again, values=(low,), unit="%", invalid=False, by="rev", limit=limit, now_utc_ns=3)
    assert isinstance(result, RapidTestReviewed)
    corrected = after(again, rapid_test.correct(again, result, what=f"读数应为{low}%", reason="看错小数点"))
    return {
        "running": rapid_test.begun(started(**method), 1),
        "against": against,
        "for": fine,
        "invalid": reviewed("", invalid=True, **method),
        "lab_pending": sent,
        "lab_pending_corrected": after(corrected, rapid_test.dispatch(corrected, "江北市食品检验所")),
        "lab_compliant": after(sent, rapid_test.conclude(sent, compliant=True, report_no="S-1")),
        "lab_noncompliant": after(sent, rapid_test.conclude(sent, compliant=False, report_no="S-1")),
        "withdrawn": withdrawn,
        "corrected": corrected,
        "voided": after(withdrawn, rapid_test.void(withdrawn, "样品混淆")),
    }


@pytest.mark.parametrize("family", FAMILIES)
def test_every_state_says_its_own_words(family: str) -> None:
    said = {name: card_words(test) for name, test in states(family).items()}
    heads = {name: f"{words.label}{words.headline}" for name, words in said.items()}
    low = FAMILIES[family][2]
    assert heads | {"running": ""} == {
        "running": "",
        "against": AGAINST[family],
        "for": FOR[family],
        "invalid": "检测无效，重新检测",
        "lab_pending": AGAINST[family],
        "lab_pending_corrected": f"更正：读数应为{low}%",
        "lab_compliant": "法定检验结论：合格",
        "lab_noncompliant": "法定检验结论：不合格",
        "withdrawn": "该结果正在核实，暂不作准",
        "corrected": f"更正：读数应为{low}%",
        "voided": "更正：该结果作废",
    }
    assert said["against"].lines == ("非最终结论", "将依法抽样送检")
    assert said["lab_pending"].lines == ("非最终结论", "已抽样送检，以法定检验结论为准")
    assert said["for"].lines == ("仅对本次所检样品",)
    assert said["corrected"].lines[0] == FOR[family], "the corrected result stands below, in full"
    for name in ("lab_compliant", "lab_noncompliant"):
        assert said[name].lines[-1] == f"此前{AGAINST[family]}"
    for name in ("running", "invalid", "withdrawn", "voided"):
        assert (said[name].value, said[name].limit_words) == ("—", ""), "no value without a result that stands"


@pytest.mark.parametrize("family", FAMILIES)
def test_only_a_laboratory_concludes_and_families_never_mix(family: str) -> None:
    other = "阴性" if family == "measurement" else "超出限值"
    for name, test in states(family).items():
        words = card_words(test)
        text = "".join((words.label, words.headline, *words.lines))
        assert speaks_of_a_conclusion(text) == name.startswith(("lab_compliant", "lab_noncompliant")), name
        assert other not in text
    assert {test.state for test in states(family).values()} >= set(State) - {State.ENTERED}
