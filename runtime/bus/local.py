"""The bus within one process, for tests. In and out: the same encoded messages as on the other carriers."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import msgspec

from runtime.bus.exchange import Absent, Exchange, Outcome, encode
from runtime.bus.protocol import M, Message
from runtime.bus.requests import ask, room_of


class LocalBus:
    """`LocalBus().end("desk")` is the desk's end; ends of one LocalBus hear each other."""

    def __init__(self, *, timeout_s: float = 5.0) -> None:
        self.timeout_s = timeout_s
        self.exchanges: dict[str, Exchange] = {}

    def end(self, room: str) -> "LocalEnd":
        return LocalEnd(self, self.exchanges.setdefault(room, Exchange(room)))


class LocalEnd:
    """One room's end: a `Bus`."""

    def __init__(self, bus: LocalBus, exchange: Exchange) -> None:
        self._bus = bus
        self._exchange = exchange

    async def publish(self, subject: str, message: Message) -> None:
        body = encode(message)
        for exchange in self._bus.exchanges.values():
            exchange.deliver(subject, body)

    def subscribe(
        self, subject: str, of: type[M], *, bound: int = 1024
    ) -> AbstractAsyncContextManager[AsyncIterator[M]]:
        return self._exchange.subscribe(subject, of, bound=bound)

    async def request(self, subject: str, message: Message, answer: type[M], *, timeout_s: float | None = None) -> M:
        body = msgspec.Raw(encode(message))
        room = room_of(subject)

        async def attempt() -> Outcome:
            exchange = self._bus.exchanges.get(room)
            return await exchange.answer(subject, body) if exchange else Absent()

        return await ask(attempt, subject, answer, self._bus.timeout_s if timeout_s is None else timeout_s)

    @asynccontextmanager
    async def respond(
        self, subject: str, of: type[M], handler: Callable[[M], Awaitable[Message]]
    ) -> AsyncIterator[None]:
        with self._exchange.responding(subject, of, handler):
            yield
