"""The asking side of a request, alike on all carriers. In: one try per carrier. Out: an answer or a typed error."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from runtime.bus.exchange import Absent, Failure, Outcome, Refusal
from runtime.bus.protocol import BusError, M, NoAnswer, Refused

AWAY_GRACE_S = 1.0
"""How long a request waits for a room that is away: it may be starting, or its connection being made anew."""
_AGAIN_S = 0.05


async def ask(attempt: Callable[[], Awaitable[Outcome]], subject: str, answer: type[M], timeout_s: float) -> M:
    """One answer. `attempt` answers Absent when nobody was there and the request was not begun: then it asks again."""
    loop = asyncio.get_running_loop()
    patience = loop.time() + min(timeout_s, AWAY_GRACE_S)
    try:
        async with asyncio.timeout(timeout_s):
            outcome = await attempt()
            while isinstance(outcome, Absent) and loop.time() < patience:
                await asyncio.sleep(_AGAIN_S)
                outcome = await attempt()
    except TimeoutError:
        raise NoAnswer(f"{subject}: no answer in {timeout_s:g} s") from None
    return _read(outcome, subject, answer)


def _read(outcome: Outcome, subject: str, answer: type[M]) -> M:
    match outcome:
        case Absent():
            raise NoAnswer(f"{subject}: nobody there")
        case Refusal(code, detail):
            raise Refused(code, detail)
        case Failure(detail):
            raise BusError(f"{subject}: the responder failed: {detail}")
    try:
        return msgspec.msgpack.decode(outcome.body, type=answer)
    except msgspec.MsgspecError as error:
        raise BusError(f"{subject}: not a {answer.__name__}: {error}") from error


def room_of(subject: str) -> str:
    """The room that answers requests on `subject`."""
    room, dot, _ = subject.partition(".")
    if not dot:
        raise ValueError(f"a request's subject names its room before a dot: {subject!r}")
    return room
