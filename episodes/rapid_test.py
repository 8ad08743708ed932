"""A rapid test from sample to verdict. In: its state, what a person did, the limit. Out: events, or a UserProblem.

Sources: domain rules 2 and 3. A test is preliminary; two people read the same before anything airs; an invalid test
never airs as a result; a withdrawal needs one press and no approval; a correction comes only out of a withdrawal.
`aired` is no event: the public clock sets it when the public's picture has reached the record.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from episodes.checked import checked_number, checked_words, preliminary_words
from episodes.events import (
    AnyEvent,
    LabConcluded,
    RapidTestCorrected,
    RapidTestReviewed,
    RapidTestStarted,
    RapidTestVoided,
    RapidTestWithdrawn,
    ReadingEntered,
    ReadingMismatched,
    ReadingsApart,
    SampleDispatched,
)
from episodes.limits import Limit, verdict_of
from episodes.methods import combined
from runtime.problems import UserProblem


class State(StrEnum):
    """Where a test stands."""

    AWAITING = "awaiting"
    ENTERED = "entered"
    REVIEWED = "reviewed"
    LAB_PENDING = "lab_pending"
    LAB_COMPLIANT = "lab_compliant"
    LAB_NONCOMPLIANT = "lab_noncompliant"
    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"
    VOIDED = "voided"


class RapidTest(msgspec.Struct, frozen=True, kw_only=True):
    """One sample's test. `started_utc_ns` is when its record was made; `reading` is the one waiting for the second."""

    started: RapidTestStarted
    state: State = State.AWAITING
    started_utc_ns: int = 0
    reading: ReadingEntered | None = None
    result: RapidTestReviewed | None = None
    correction: RapidTestCorrected | None = None
    laboratory: SampleDispatched | None = None
    lab: LabConcluded | None = None
    void_reason: str = ""

    @property
    def test_id(self) -> str:
        return self.started.test_id


_OPEN = (
    State.AWAITING,
    State.ENTERED,
    State.REVIEWED,
    State.LAB_PENDING,
    State.LAB_COMPLIANT,
    State.LAB_NONCOMPLIANT,
    State.CORRECTED,
)

MOVES: dict[tuple[State, type[AnyEvent]], State] = {
    (State.AWAITING, ReadingEntered): State.ENTERED,
    (State.ENTERED, ReadingEntered): State.ENTERED,
    (State.ENTERED, ReadingMismatched): State.AWAITING,
    (State.AWAITING, ReadingsApart): State.AWAITING,
    (State.ENTERED, ReadingsApart): State.AWAITING,
    (State.ENTERED, RapidTestReviewed): State.REVIEWED,
    # Whoever hears only public facts sees no reading between start and result.
    (State.AWAITING, RapidTestReviewed): State.REVIEWED,
    # After an invalid test the sample is tested again.
    (State.REVIEWED, ReadingEntered): State.ENTERED,
    (State.REVIEWED, ReadingsApart): State.REVIEWED,
    (State.REVIEWED, RapidTestReviewed): State.REVIEWED,
    (State.REVIEWED, SampleDispatched): State.LAB_PENDING,
    (State.CORRECTED, SampleDispatched): State.LAB_PENDING,
    **{(state, RapidTestWithdrawn): State.WITHDRAWN for state in _OPEN},
    # Re-reading for a correction leaves the withdrawal standing until two people agree.
    (State.WITHDRAWN, ReadingEntered): State.WITHDRAWN,
    (State.WITHDRAWN, ReadingMismatched): State.WITHDRAWN,
    (State.WITHDRAWN, ReadingsApart): State.WITHDRAWN,
    (State.WITHDRAWN, RapidTestCorrected): State.CORRECTED,
    (State.WITHDRAWN, RapidTestVoided): State.VOIDED,
}


def begun(started: RapidTestStarted, utc_ns: int) -> RapidTest:
    """The test as its first record leaves it."""
    return RapidTest(started=started, started_utc_ns=utc_ns)


def after(test: RapidTest, event: AnyEvent) -> RapidTest:
    """The test after one of its events; an event that has no move from here is refused by ValueError."""
    return msgspec.structs.replace(test, state=_next_state(test, event), **_kept(event))


def _kept(event: AnyEvent) -> dict[str, object]:
    """What a test keeps of an event besides its new state."""
    match event:
        case ReadingEntered():
            return {"reading": event}
        case RapidTestReviewed():
            return {"reading": None, "result": event}
        case RapidTestCorrected():
            return {"reading": None, "result": event.result, "correction": event}
        case SampleDispatched():
            return {"laboratory": event}
        case LabConcluded():
            return {"lab": event}
        case _:
            reason: dict[str, object] = {"void_reason": event.reason} if isinstance(event, RapidTestVoided) else {}
            keeps_reading = isinstance(event, RapidTestWithdrawn)
            return reason if keeps_reading else {"reading": None, **reason}


def _next_state(test: RapidTest, event: AnyEvent) -> State:
    if isinstance(event, LabConcluded):
        if test.laboratory is None or test.state in (State.WITHDRAWN, State.VOIDED):
            raise ValueError(f"{test.state} → LabConcluded")
        return State.LAB_COMPLIANT if event.compliant else State.LAB_NONCOMPLIANT
    try:
        return MOVES[test.state, type(event)]
    except KeyError:
        raise ValueError(f"{test.state} → {type(event).__name__}") from None


def start(started: RapidTestStarted, today: date) -> RapidTestStarted:
    """Checks a new test. Raises UserProblem for an expired reagent or a missing sample number."""
    if not started.sample_no.strip() or not started.item.strip():
        raise UserProblem("sample_missing", "请先填写样品编号和品名。", 422)
    try:
        expires = date.fromisoformat(started.reagent_expires)
    except ValueError:
        raise UserProblem("reagent_date", "试剂有效期请写成 2026-12-31 这样的日期。", 422) from None
    if expires < today:
        raise UserProblem(
            "reagent_expired", "试剂批号%(batch)s已过有效期，请换一盒再测。", 422, batch=started.reagent_batch
        )
    return started


def enter_reading(
    test: RapidTest, *, values: Sequence[str], unit: str, invalid: bool, by: str, device_reading: str = ""
) -> ReadingEntered | ReadingsApart:
    """The tester's reading: as many values as the method takes.

    Raises UserProblem for a bad number, a wrong unit or count, or a test that takes no reading now.
    """
    again = test.state is State.REVIEWED and test.result is not None and test.result.verdict == "invalid"
    if test.state not in (State.AWAITING, State.ENTERED, State.WITHDRAWN) and not again:
        raise UserProblem("test_decided", "这份样品已有结果。要更改，请先撤下再更正。", 409)
    unit, readings = _checked_unit(test, unit), () if invalid else tuple(checked_number(each) for each in values)
    value = "" if invalid else _combined(test, readings)
    if value is None:
        return ReadingsApart(episode_id=test.started.episode_id, test_id=test.test_id, readings=readings, by=by)
    return ReadingEntered(
        episode_id=test.started.episode_id,
        test_id=test.test_id,
        value=value,
        unit=unit,
        invalid=invalid,
        by=by,
        readings=readings,
        device_reading=device_reading,
    )


def _combined(test: RapidTest, readings: Sequence[str]) -> str | None:
    return combined(readings, test.started.readings, test.started.combine, test.started.apart)


def review(
    test: RapidTest, *, values: Sequence[str], unit: str, invalid: bool, by: str, limit: Limit, now_utc_ns: int
) -> RapidTestReviewed | ReadingMismatched:
    """The second person's blind reading, of every repeat. Raises UserProblem `same_person` when the two are one."""
    reading = test.reading
    if reading is None:
        raise UserProblem("nothing_to_review", "还没有检测员的读数，暂不能复核。", 409)
    if by in (reading.by, test.started.tester):
        raise UserProblem("same_person", "复核要由另一个人来做，请换一位登录。", 403)
    second = () if invalid else tuple(checked_number(each) for each in values)
    _checked_unit(test, unit)
    if not invalid and len(second) != test.started.readings:
        _combined(test, second)  # says how many
    first = reading.readings or (reading.value,)
    if invalid != reading.invalid or (not invalid and list(map(Decimal, second)) != list(map(Decimal, first))):
        return ReadingMismatched(episode_id=test.started.episode_id, test_id=test.test_id, by=by)
    return RapidTestReviewed(
        episode_id=test.started.episode_id,
        test_id=test.test_id,
        verdict="invalid" if invalid else verdict_of(limit, Decimal(reading.value)),
        family=limit.family,
        item=test.started.item,
        sample_no=test.started.sample_no,
        method=limit.method,
        value=reading.value,
        unit=reading.unit,
        comparator=limit.comparator,
        limit=str(limit.value),
        basis=limit.basis,
        tester=reading.by,
        reviewer=by,
        read_utc_ns=now_utc_ns,
        readings=reading.readings if test.started.readings > 1 else (),
    )


def withdraw(test: RapidTest, by: str) -> RapidTestWithdrawn:
    """One press takes the result back, from any state but a withdrawn or voided one."""
    if test.state in (State.WITHDRAWN, State.VOIDED):
        raise UserProblem("already_withdrawn", "这个结果已经撤下。", 409)
    return RapidTestWithdrawn(episode_id=test.started.episode_id, test_id=test.test_id, by=by)


def correct(test: RapidTest, result: RapidTestReviewed, *, what: str, reason: str) -> RapidTestCorrected:
    """Replaces a withdrawn result by a newly reviewed one. Raises UserProblem without withdrawal, words or reason."""
    if test.state is not State.WITHDRAWN:
        raise UserProblem("withdraw_first", "请先撤下原结果，再作更正。", 409)
    if result.verdict == "invalid":
        raise UserProblem("void_instead", "重测无效，不能作为更正。请作废后重新取样。", 409)
    return RapidTestCorrected(
        episode_id=test.started.episode_id,
        test_id=test.test_id,
        what=preliminary_words(what, "请写明更正了什么。"),
        reason=preliminary_words(reason, "请写明更正的原因。"),
        result=result,
    )


def void(test: RapidTest, reason: str) -> RapidTestVoided:
    """A withdrawn result that cannot be saved."""
    if test.state is not State.WITHDRAWN:
        raise UserProblem("withdraw_first", "请先撤下原结果，再作废。", 409)
    words = preliminary_words(reason, "请写明作废的原因。")
    return RapidTestVoided(episode_id=test.started.episode_id, test_id=test.test_id, reason=words)


def dispatch(test: RapidTest, laboratory: str) -> SampleDispatched:
    """The sample is on its way to the laboratory."""
    if test.state not in (State.REVIEWED, State.CORRECTED) or test.result is None or test.result.verdict == "invalid":
        raise UserProblem("no_result_to_dispatch", "有了有效的快检结果，才能登记送检。", 409)
    words = checked_words(laboratory, "请写明送往哪家检验机构。")
    return SampleDispatched(episode_id=test.started.episode_id, test_id=test.test_id, laboratory=words)


def conclude(test: RapidTest, *, compliant: bool, report_no: str) -> LabConcluded:
    """The laboratory's record: the only source of 合格 and 不合格."""
    if test.laboratory is None or test.state in (State.WITHDRAWN, State.VOIDED):
        raise UserProblem("not_dispatched", "还没有送检记录，不能登记检验结论。", 409)
    words = checked_words(report_no, "请填写检验报告编号。")
    return LabConcluded(episode_id=test.started.episode_id, test_id=test.test_id, compliant=compliant, report_no=words)


def _checked_unit(test: RapidTest, unit: str) -> str:
    if unit != test.started.unit:
        raise UserProblem("wrong_unit", "单位不对：这个方法的单位是%(unit)s。", 422, unit=test.started.unit)
    return unit
