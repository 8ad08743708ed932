"""Facts of rapid tests, from start to laboratory. In: values a rule has checked. Out: frozen, tagged structs."""

from typing import TypeAlias

from episodes.events.base import Comparator, Event, Family, PublicEvent, Verdict


class RapidTestStarted(PublicEvent, frozen=True, kw_only=True):
    """A sample is under test; `minutes` is the method's usual duration. `stall_code` never is a trade name.

    `readings`, `combine` and `apart` are the method's repeats as they were then (`episodes.methods`).
    """

    test_id: str
    sample_no: str
    item: str
    food_category: str
    batch: str
    stall_code: str
    method_id: str
    method: str
    family: Family
    unit: str
    reagent_batch: str
    reagent_expires: str
    device_id: str
    tester: str
    minutes: float = 0.0
    readings: int = 1
    combine: str = "single"
    apart: str = ""


class ReadingEntered(Event, frozen=True, kw_only=True):
    """The tester's reading; `value` is a decimal in text, empty when `invalid`. `readings` are what it was made of.

    `device_reading` names the instrument's own reading that the tester took over.
    """

    test_id: str
    value: str
    unit: str
    invalid: bool
    by: str
    readings: tuple[str, ...] = ()
    device_reading: str = ""


class ReadingsApart(Event, frozen=True, kw_only=True):
    """Repeats that lie further apart than the method allows: no result, all are read again."""

    test_id: str
    readings: tuple[str, ...]
    by: str


class ReadingMismatched(Event, frozen=True, kw_only=True):
    """The reviewer's blind reading differs: nothing airs, both enter again."""

    test_id: str
    by: str


class RapidTestReviewed(PublicEvent, frozen=True, kw_only=True):
    """Two people read the same: the preliminary result, with all that a result must carry."""

    test_id: str
    verdict: Verdict
    family: Family
    item: str
    sample_no: str
    method: str
    value: str
    unit: str
    comparator: Comparator
    limit: str
    basis: str
    tester: str
    reviewer: str
    read_utc_ns: int
    readings: tuple[str, ...] = ()


class RapidTestWithdrawn(PublicEvent, frozen=True, kw_only=True):
    test_id: str
    by: str


class RapidTestCorrected(PublicEvent, frozen=True, kw_only=True):
    """Replaces the result of `test_id`; `what` says in one line what was wrong, `result` is the new reading."""

    test_id: str
    what: str
    reason: str
    result: RapidTestReviewed


class RapidTestVoided(PublicEvent, frozen=True, kw_only=True):
    test_id: str
    reason: str


class SampleDispatched(PublicEvent, frozen=True, kw_only=True):
    test_id: str
    laboratory: str


class LabConcluded(PublicEvent, frozen=True, kw_only=True):
    test_id: str
    compliant: bool
    report_no: str


RapidTestFact: TypeAlias = (
    RapidTestStarted
    | ReadingEntered
    | ReadingsApart
    | ReadingMismatched
    | RapidTestReviewed
    | RapidTestWithdrawn
    | RapidTestCorrected
    | RapidTestVoided
    | SampleDispatched
    | LabConcluded
)
