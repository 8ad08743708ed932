"""One room's own part of the bus. In: frames a carrier brought. Out: typed messages and answers.

All carriers share it, so that a subscription drops, a handler refuses and a mistyped message is skipped in the same
way everywhere.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Generic

import msgspec

from runtime.bus.protocol import M, Message, Refused
from runtime.channel import Channel, Policy
from runtime.log import get

_log = get("bus")
_encoder = msgspec.msgpack.Encoder()


class Reply(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """A handler's answer: the encoded message."""

    body: msgspec.Raw


class Refusal(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """The handler refused."""

    code: str
    detail: str


class Failure(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """The handler failed: a fault of ours, logged on its side."""

    detail: str


class Absent(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Nobody responds on this subject (yet): the request was not begun."""


Outcome = Reply | Refusal | Failure | Absent


def encode(message: Message) -> bytes:
    """A message as it travels."""
    return _encoder.encode(message)


def matches(pattern: str, subject: str) -> bool:
    """`playout.*` matches `playout.status`; anything else only itself."""
    if pattern.endswith(".*"):
        head, _, tail = subject.rpartition(".")
        return head == pattern[:-2] and bool(tail)
    return pattern == subject


@dataclass(frozen=True, slots=True, eq=False)
class _Subscription(Generic[M]):
    pattern: str
    of: type[M]
    decoder: msgspec.msgpack.Decoder[M]
    channel: Channel[M]


@dataclass(frozen=True, slots=True, eq=False)
class _Responder(Generic[M]):
    decoder: msgspec.msgpack.Decoder[M]
    handler: Callable[[M], Awaitable[Message]]


class Exchange:
    """Subscriptions and responders of one room."""

    def __init__(self, room: str) -> None:
        self.room = room
        self.skipped = 0
        self._subscriptions: list[_Subscription[Any]] = []
        self._responders: dict[str, _Responder[Any]] = {}

    @asynccontextmanager
    async def subscribe(self, subject: str, of: type[M], *, bound: int = 1024) -> AsyncIterator[AsyncIterator[M]]:
        channel: Channel[M] = Channel(bound, Policy.DROP_OLDEST, f"{self.room}:{subject}")
        entry = _Subscription(subject, of, msgspec.msgpack.Decoder(of), channel)
        self._subscriptions.append(entry)
        try:
            yield channel
        finally:
            self._subscriptions.remove(entry)
            channel.close()
            if channel.dropped:
                _log.warning("dropped", subject=subject, messages=channel.dropped)

    @contextmanager
    def responding(self, subject: str, of: type[M], handler: Callable[[M], Awaitable[Message]]) -> Iterator[None]:
        if subject in self._responders:
            raise ValueError(f"{subject} already has a responder in {self.room}")
        self._responders[subject] = _Responder(msgspec.msgpack.Decoder(of), handler)
        try:
            yield
        finally:
            del self._responders[subject]

    def deliver(self, subject: str, body: bytes | msgspec.Raw, only: str = "") -> None:
        """Hand a published message to every subscriber (of the pattern `only`, if given); never waits."""
        for entry in tuple(self._subscriptions):
            if not matches(entry.pattern, subject) or (only and entry.pattern != only):
                continue
            try:
                message = entry.decoder.decode(body)
            except msgspec.MsgspecError as error:
                self._skip(entry.pattern, subject, error)
            else:
                entry.channel.put_nowait(message)

    async def answer(self, subject: str, body: bytes | msgspec.Raw) -> Outcome:
        """What the responder of `subject` says; never raises but for cancellation."""
        responder = self._responders.get(subject)
        if responder is None:
            return Absent()
        try:
            return Reply(msgspec.Raw(encode(await responder.handler(responder.decoder.decode(body)))))
        except Refused as refused:
            return Refusal(refused.code, refused.detail)
        except Exception as error:  # noqa: BLE001 - the asker must hear of it, and the responder must live on
            _log.error("responder failed", subject=subject, exc_info=error)
            return Failure(f"{type(error).__name__}: {error}")

    def _skip(self, pattern: str, subject: str, error: msgspec.MsgspecError) -> None:
        """Another type on a wildcard is expected; on an exact subject it is news from another version of us."""
        self.skipped += 1
        if pattern == subject:
            _log.warning("skipped a message of another type", subject=subject, why=str(error))
