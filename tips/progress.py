"""How a tip comes to its answer. In: its state and an act. Out: the next state, or why not. PURE.

件件有回音: the only way to the end is an answer to the reporter.
"""

from typing import Literal

from runtime.problems import UserProblem

State = Literal["received", "accepted", "checking", "answered"]
DAY_NS = 86_400 * 10**9
HOUR_NS = 3_600 * 10**9

STATES: tuple[State, ...] = ("received", "accepted", "checking", "answered")


def move(state: State, to: State) -> State:
    """Forward by the desk; never to `answered`, which an answer alone brings."""
    if state == "answered":
        raise UserProblem("tip_closed", "这件举报已经答复结案。", 409)
    if to == "answered":
        raise UserProblem("tip_needs_answer", "要先写下答复，才能结案。", 409)
    if STATES.index(to) <= STATES.index(state):
        raise UserProblem("tip_backwards", "办理进度只能向前。", 409)
    return to


def answer(state: State) -> State:
    """Closed, with an answer."""
    if state == "answered":
        raise UserProblem("tip_closed", "这件举报已经答复结案。", 409)
    return "answered"


def due(received_utc_ns: int, answer_days: int) -> int:
    """The day an answer is due, in calendar days."""
    return received_utc_ns + answer_days * DAY_NS


def whole_hour(utc_ns: int) -> int:
    """A reporter's moment, coarse enough not to be matched with a network's log."""
    return utc_ns - utc_ns % HOUR_NS
