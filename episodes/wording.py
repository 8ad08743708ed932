"""The words of a result card, derived from the record's state and never typed. In: a `RapidTest`. Out: `CardWords`.

Source: domain rule 2. 合格, 不合格 and 违法 come only from a laboratory record, so `CardWords` refuses them under any
other tone: a card that breaks the rule cannot be constructed. The Chinese lines are the wording itself and serve as
gettext msgids for the pages; on the picture they stand as they are.
"""

from decimal import Decimal
from typing import Literal

import msgspec

from episodes.conclusions import speaks_of_a_conclusion
from episodes.events import Comparator, RapidTestReviewed, Verdict
from episodes.rapid_test import RapidTest, State

Tone = Literal[
    "running",
    "negative",
    "positive",
    "invalid",
    "lab_pending",
    "lab_compliant",
    "lab_noncompliant",
    "corrected",
    "withdrawn",
    "voided",
]

THIS_SAMPLE_ONLY = "仅对本次所检样品"
NOT_FINAL = "非最终结论"
WILL_BE_SENT = "将依法抽样送检"
SENT = "已抽样送检，以法定检验结论为准"
SCREENING_MARK = "初筛，非最终结论"
"""What a question or strap that mentions a result carries."""

_SCREENING = "现场快检 初筛："
_MEASUREMENT = "现场检测："
_HEADLINES: dict[Verdict, tuple[str, str]] = {
    "negative": (_SCREENING, "未见异常（阴性）"),
    "positive": (_SCREENING, "阳性（疑似不符合）"),
    "within": (_MEASUREMENT, "读数未超限值"),
    "over": (_MEASUREMENT, "读数超出限值（疑似不符合）"),
    "invalid": ("", "检测无效，重新检测"),
}
_TONES: dict[Verdict, Tone] = {
    "negative": "negative",
    "positive": "positive",
    "within": "negative",
    "over": "positive",
    "invalid": "invalid",
}
_FROM_A_LABORATORY: tuple[Tone, ...] = ("lab_compliant", "lab_noncompliant")


class VerdictWithoutLaboratory(ValueError):  # noqa: N818 - the trade's word
    """A preliminary card was about to say what only a laboratory may."""


class CardWords(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a result card says. `value` is "—" when there is nothing to show.

    `value_share` and `limit_share` place the reading and its limit on the scale, 0 to 1; None draws no scale.
    """

    tone: Tone
    label: str
    headline: str
    lines: tuple[str, ...]
    item: str
    sample_no: str
    value: str = "—"
    unit: str = ""
    limit_words: str = ""
    value_share: float | None = None
    limit_share: float | None = None

    def __post_init__(self) -> None:
        if self.tone in _FROM_A_LABORATORY:
            return
        # The sample's own name may hold anything ("合格证"); the sentences may not.
        said = "".join((self.label, self.headline, *self.lines))
        if speaks_of_a_conclusion(said):
            raise VerdictWithoutLaboratory(said)


def card_words(test: RapidTest) -> CardWords:
    """What the card of `test` says now."""
    match test.state:
        case State.WITHDRAWN:
            return _plain(test, "withdrawn", "该结果正在核实，暂不作准", ())
        case State.VOIDED:
            return _plain(test, "voided", "更正：该结果作废", (test.void_reason,))
        case State.LAB_COMPLIANT:
            return _laboratory(test, "lab_compliant", "合格")
        case State.LAB_NONCOMPLIANT:
            return _laboratory(test, "lab_noncompliant", "不合格")
        case _ if test.result is None:
            return _plain(test, "running", "检测进行中", (test.started.method, "结果出来前不显示读数"))
        case _:
            return _result(test, test.result)


def _result(test: RapidTest, result: RapidTestReviewed) -> CardWords:
    label, headline = _HEADLINES[result.verdict]
    lines = _lines_after(result.verdict, dispatched=test.laboratory is not None)
    tone = _TONES[result.verdict]
    if test.correction is not None and test.state in (State.CORRECTED, State.LAB_PENDING):
        # The correction is the headline; the corrected result stands below it, in full.
        label, headline, lines = "", f"更正：{test.correction.what}", (f"{label}{headline}", *lines)
        tone = "corrected"
    elif test.state is State.LAB_PENDING:
        tone = "lab_pending"
    if result.verdict == "invalid":
        return _plain(test, tone, headline, ())
    return CardWords(
        tone=tone,
        label=label,
        headline=headline,
        lines=lines,
        item=result.item,
        sample_no=result.sample_no,
        value=result.value,
        unit=result.unit,
        limit_words=limit_words(result),
        value_share=_share(result),
        limit_share=0.5,
    )


def _lines_after(verdict: Verdict, *, dispatched: bool) -> tuple[str, ...]:
    match verdict:
        case "positive" | "over":
            return (NOT_FINAL, SENT if dispatched else WILL_BE_SENT)
        case "negative" | "within":
            return (THIS_SAMPLE_ONLY,)
        case _:
            return ()


def _laboratory(test: RapidTest, tone: Tone, conclusion: str) -> CardWords:
    report = test.lab.report_no if test.lab else ""
    laboratory = test.laboratory.laboratory if test.laboratory else ""
    first = _HEADLINES[test.result.verdict] if test.result else ("", "")
    return CardWords(
        tone=tone,
        label="法定检验结论：",
        headline=conclusion,
        lines=(f"{laboratory} 报告{report}", f"此前{''.join(first)}"),
        item=test.started.item,
        sample_no=test.started.sample_no,
    )


def _plain(test: RapidTest, tone: Tone, headline: str, lines: tuple[str, ...]) -> CardWords:
    return CardWords(
        tone=tone,
        label="",
        headline=headline,
        lines=tuple(line for line in lines if line),
        item=test.started.item,
        sample_no=test.started.sample_no,
    )


_SIGNS: dict[Comparator, str] = {">=": "≥", ">": "＞", "<=": "≤", "<": "＜", "within": "±"}


def limit_words(result: RapidTestReviewed) -> str:
    """The limit beside the value: `酶抑制率法，≥50 %为阳性` or `限值≤27 %（GB 2716）`; numbers and units never part."""
    limit = f"{_SIGNS[result.comparator]}{result.limit}\N{NARROW NO-BREAK SPACE}{result.unit}"
    if result.family == "screening":
        return f"{result.method}，{limit}为阳性"
    return f"限值{limit}（{result.basis}）"


def _share(result: RapidTestReviewed) -> float:
    """Where the value lies on a scale on which the limit is the middle."""
    limit = abs(Decimal(result.limit))
    if not limit:
        return 0.5
    return float(min(abs(Decimal(result.value)) / (2 * limit), Decimal(1)))
