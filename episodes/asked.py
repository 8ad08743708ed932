"""PURE. What an operator may ask for by the link, and how it is answered. In: words, clocks. Out: the state after.

Source: issue 4 ("can object, ask for masking or a correction, and sees the retest clock"). Each becomes a task of the
legal desk with a deadline of its own and is answered in words; nothing is closed silently.
"""

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

import msgspec

from episodes.deadlines import Deadline, day_of, deadline_for
from episodes.events import Answered, Asked
from episodes.rapid_test import RapidTest, State
from runtime.problems import UserProblem

MOST_WORDS = 1000
MOST_OPEN = 10
KINDS: tuple[Asked, ...] = ("objection", "retest", "masking", "correction")


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked and what was said to it. It rests sealed."""

    asked: Asked
    words: str
    about: str = ""
    answer: str = ""


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """How long a retest of one sample may still be asked for."""

    test_id: str
    sample_no: str
    item: str
    row: Deadline
    begins_utc_ns: int


def ask(asked: Asked, words: str, about: str, *, open_requests: int, retest_due: dict[str, int], now: int) -> Request:
    """A new request. `retest_due` holds the samples that may be retested. Raises UserProblem."""
    text = words.strip()
    if not text or len(text) > MOST_WORDS:
        raise UserProblem("asked_words", "请写明您的要求，最多1000字。", 422)
    if open_requests >= MOST_OPEN:
        raise UserProblem("asked_many", "还有%(most)s件没有答复，请等答复后再提。", 409, most=MOST_OPEN)
    if asked == "retest":
        if about not in retest_due:
            raise UserProblem("retest_which", "请选要复检的样品。没有可复检的样品时，可以提异议。", 422)
        if retest_due[about] <= now:
            raise UserProblem("retest_late", "提出复检的期限已过。您仍可以提异议。", 409)
    return Request(asked=asked, words=text, about=about if asked == "retest" else "")


def answer(request: Request, outcome: Answered, words: str) -> Request:
    """Answered once, in words. Raises UserProblem."""
    if request.answer:
        raise UserProblem("answered_already", "这件已经答复。", 409)
    text = words.strip()
    if not text or len(text) > MOST_WORDS:
        raise UserProblem("answer_words", "请写明答复，最多1000字。", 422)
    if outcome not in ("upheld", "partly", "declined"):
        raise UserProblem("answer_outcome", "请选采纳、部分采纳或不采纳。", 422)
    return msgspec.structs.replace(request, answer=text)


def clocks(
    tests: Iterable[RapidTest],
    table: Iterable[Deadline],
    *,
    served_utc_ns: int,
    concluded: Mapping[str, int],
    zone: ZoneInfo,
) -> tuple[Clock, ...]:
    """Which samples may be retested and from when the time runs: from the service, or from the laboratory's conclusion
    (`concluded`, by test). Only a result against the operator has a clock; one that is being verified or void has none.
    """
    rows = tuple(table)
    found = []
    for test in tests:
        rule, begins = _runs_from(test, served_utc_ns, concluded)
        row = deadline_for(rows, rule, day_of(begins, zone), test.started.food_category) if rule else None
        if row is None:
            continue
        started = test.started
        found.append(
            Clock(
                test_id=test.test_id,
                sample_no=started.sample_no,
                item=started.item,
                row=row,
                begins_utc_ns=begins,
            )
        )
    return tuple(found)


def _runs_from(test: RapidTest, served_utc_ns: int, concluded: Mapping[str, int]) -> tuple[str, int]:
    if test.state is State.LAB_NONCOMPLIANT:
        return "retest_lab", max(served_utc_ns, concluded.get(test.test_id, 0))
    if test.state in (State.REVIEWED, State.CORRECTED, State.LAB_PENDING) and test.result is not None:
        against = test.result.verdict in ("positive", "over")
        return ("retest", max(served_utc_ns, test.result.read_utc_ns)) if against else ("", 0)
    return "", 0
