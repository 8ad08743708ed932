"""What flows between processes: `publish`, `subscribe`, `request`, `respond`.

In and out: `Message` values, msgspec structs that carry their type's tag and version. Frames and packets never
travel here. A subject is `room.topic` (`studio.status`, `records`); the room before the dot answers its requests.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

import msgspec


class Message(msgspec.Struct, frozen=True, tag_field="type", tag=True, omit_defaults=True):
    """Base of everything on the bus. The tag is the class name; a changed meaning gets a new class name."""


M = TypeVar("M", bound=Message)


class BusError(Exception):
    """The bus could not carry it (fault)."""


class NoAnswer(BusError):  # noqa: N818 - the trade's word
    """Nobody answered a request in time: the room is away or too busy."""


class Refused(BusError):  # noqa: N818 - the trade's word
    """The responder refused: `code` is a stable word for the edge to map, `detail` is for logs."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class Bus(Protocol):
    """One process's end of the bus."""

    async def publish(self, subject: str, message: Message) -> None:
        """To every subscriber now connected; never waits for a slow one."""

    def subscribe(
        self, subject: str, of: type[M], *, bound: int = 1024
    ) -> AbstractAsyncContextManager[AsyncIterator[M]]:
        """Messages on `subject` (or `prefix.*`) from entering the context; drops oldest past `bound` and counts."""

    async def request(self, subject: str, message: Message, answer: type[M], *, timeout_s: float | None = None) -> M:
        """One answer from the room before the dot. Raises NoAnswer or Refused."""

    def respond(
        self, subject: str, of: type[M], handler: Callable[[M], Awaitable[Message]]
    ) -> AbstractAsyncContextManager[None]:
        """Answer requests on `subject` while in the context. `handler` may raise Refused."""
