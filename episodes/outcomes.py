"""PURE. Outcomes of an inspection on their separate axes, and the notices that go out. In: what stands. Out: events.

Source: domain rule 5. Immediate measure, case, penalty, no penalty, platform delisting and hygiene grade are axes, not
a partition: one entity may carry several, and nothing adds them up. On one axis a case has one standing at a time; a
penalty and a waiver of it exclude each other. A referral or delisting notice needs the outcome it tells of.
"""

from collections.abc import Iterable, Mapping

import msgspec

from episodes.events import Axis, NoticeKind, OutcomeRecorded
from episodes.figures import Figures
from runtime.problems import UserProblem
from runtime.words import N_

AXES: Mapping[Axis, tuple[str, ...]] = {
    "measure": ("seizure", "interview"),
    "case": ("not_filed", "filed", "referred"),
    "penalty": ("warning", "fine", "business_suspension"),
    "no_penalty": ("minor", "first_offence"),
    "delisting": ("platform_delisting_order",),
    "grade": ("hygiene_grade_downgrade",),
}
"""Orders to correct are `episodes.orders`: they have a deadline and a finding of their own."""
WORDS: Mapping[str, str] = {
    "measure": N_("当场措施"),
    "case": N_("立案"),
    "penalty": N_("处罚"),
    "no_penalty": N_("不予处罚"),
    "delisting": N_("平台下线"),
    "grade": N_("量化分级"),
    "seizure": N_("查封扣押"),
    "interview": N_("约谈"),
    "not_filed": N_("不立案"),
    "filed": N_("已立案"),
    "referred": N_("移送"),
    "warning": N_("警告"),
    "fine": N_("罚款"),
    "business_suspension": N_("停业整顿"),
    "minor": N_("情节轻微"),
    "first_offence": N_("首违不罚"),
    "platform_delisting_order": N_("责令第三方下线整顿"),
    "hygiene_grade_downgrade": N_("量化分级降级"),
}
NEEDS: Mapping[NoticeKind, tuple[Axis, str]] = {
    "referral": ("case", "referred"),
    "delisting": ("delisting", "platform_delisting_order"),
}
_ONE_AT_A_TIME: frozenset[Axis] = frozenset({"case", "delisting", "grade"})
_EXCLUDE: tuple[tuple[Axis, Axis], ...] = (("penalty", "no_penalty"),)
_GRADES = "ABC"
MOST_DETAIL = 200


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """An outcome that has not been taken back."""

    outcome_id: str
    axis: Axis
    outcome: str


def record(new: OutcomeRecorded, standing: Iterable[Standing]) -> OutcomeRecorded:
    """The same event, when it may stand beside the others. Raises UserProblem."""
    if new.outcome not in AXES.get(new.axis, ()):
        raise UserProblem("outcome_unknown", "没有这一项处理，请重新选择。", 422)
    if len(new.detail) > MOST_DETAIL:
        raise UserProblem("words_too_long", "最多200字，请写短一些。", 422)
    for each in standing:
        if each.axis == new.axis and (new.axis in _ONE_AT_A_TIME or each.outcome == new.outcome):
            raise UserProblem("outcome_stands", "这一项已有处理：%(what)s。请先撤回它。", 409, what=WORDS[each.outcome])
        if any({each.axis, new.axis} == set(pair) for pair in _EXCLUDE):
            raise UserProblem(
                "outcome_excluded", "处罚与不予处罚不能并存。请先撤回%(what)s。", 409, what=WORDS[each.outcome]
            )
    if new.axis == "grade":
        _lowered(new.detail)
    return new


def _lowered(detail: str) -> None:
    before, _, after = detail.partition("→")
    known = before.strip() in tuple(_GRADES) and after.strip() in tuple(_GRADES)
    if not known or _GRADES.index(after.strip()) <= _GRADES.index(before.strip()):
        raise UserProblem("grade_words", "请写明从哪级降到哪级，例如：A→B。", 422)


def notice(kind: NoticeKind, standing: Iterable[Standing]) -> None:
    """Whether this notice has its ground. Raises UserProblem."""
    axis, outcome = NEEDS[kind]
    if not any((each.axis, each.outcome) == (axis, outcome) for each in standing):
        raise UserProblem("notice_ground", "请先登记处理结果“%(what)s”，再发函。", 409, what=WORDS[outcome])


def counted(outcomes: Iterable[OutcomeRecorded]) -> Figures:
    """What the public record counts; each figure counts records, not papers."""
    seen = {(each.record_id, each.outcome) for each in outcomes}

    def count(*kinds: str) -> int:
        return len({record_id for record_id, outcome in seen if outcome in kinds})

    return Figures(
        cases_filed=count("filed"),
        business_suspensions=count("business_suspension"),
        platform_delisting_orders=count("platform_delisting_order"),
        hygiene_grade_downgrades=count("hygiene_grade_downgrade"),
    )
