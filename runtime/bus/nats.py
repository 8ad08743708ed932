"""The bus over a NATS server, for several desks or studios. In and out: the same messages on prefixed subjects."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import msgspec
import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeoutError

from runtime.bus.exchange import Absent, Exchange, Failure, Outcome, encode
from runtime.bus.protocol import BusError, M, Message, NoAnswer
from runtime.bus.requests import ask, room_of
from runtime.log import get
from runtime.supervise import Background

_log = get("bus")
_CONNECT_S = 10.0
_MOST_ANSWERING = 256
_RECONNECT_S = 0.2
_outcome: msgspec.msgpack.Decoder[Outcome] = msgspec.msgpack.Decoder(Outcome)


class NatsBus:
    """One room's end: a `Bus`. Make it with `open_nats_bus`."""

    def __init__(self, client: Client, room: str, prefix: str, timeout_s: float, tasks: Background) -> None:
        self.timeout_s = timeout_s
        self.dropped = 0
        self._client = client
        self._prefix = prefix
        self._exchange = Exchange(room)
        self._tasks = tasks
        self._answering = 0
        self._carriers: dict[str, Subscription] = {}
        self._wanted: Counter[str] = Counter()
        self._carrying = asyncio.Lock()

    async def publish(self, subject: str, message: Message) -> None:
        # While disconnected nothing is kept: a peer hears only what is published while it is connected.
        if not self._client.is_connected:
            self.dropped += 1
            return
        try:
            await self._client.publish(f"{self._prefix}.{subject}", encode(message))
        except NatsError as error:
            raise BusError(f"{subject}: {error}") from error

    @asynccontextmanager
    async def subscribe(self, subject: str, of: type[M], *, bound: int = 1024) -> AsyncIterator[AsyncIterator[M]]:
        async with self._exchange.subscribe(subject, of, bound=bound) as messages:
            await self._carry(subject)
            try:
                yield messages
            finally:
                await self._carry_no_more(subject)

    async def request(self, subject: str, message: Message, answer: type[M], *, timeout_s: float | None = None) -> M:
        body, limit = encode(message), self.timeout_s if timeout_s is None else timeout_s
        room_of(subject)

        async def attempt() -> Outcome:
            if not self._client.is_connected:
                return Absent()
            try:
                reply = await self._client.request(f"{self._prefix}.{subject}", body, timeout=limit)
            except NoRespondersError:
                return Absent()
            except (NatsTimeoutError, NatsError) as error:
                raise NoAnswer(f"{subject}: {error}") from error
            outcome: Outcome = _outcome.decode(reply.data)
            return outcome

        return await ask(attempt, subject, answer, limit)

    @asynccontextmanager
    async def respond(
        self, subject: str, of: type[M], handler: Callable[[M], Awaitable[Message]]
    ) -> AsyncIterator[None]:
        async def asked(message: Msg) -> None:
            # The client awaits its callbacks one by one; a slow answer must not hold up the next question.
            self._tasks.start(f"answer {subject}", self._answer(subject, message))

        with self._exchange.responding(subject, of, handler):
            carrier = await self._client.subscribe(f"{self._prefix}.{subject}", cb=asked)
            await self._client.flush()
            try:
                yield
            finally:
                with suppress(NatsError):
                    await carrier.unsubscribe()

    async def _answer(self, subject: str, message: Msg) -> None:
        if self._answering >= _MOST_ANSWERING:
            outcome: Outcome = Failure("too many questions at once")
        else:
            self._answering += 1
            try:
                outcome = await self._exchange.answer(subject, message.data)
            finally:
                self._answering -= 1
        with suppress(NatsError):
            await message.respond(msgspec.msgpack.encode(outcome))

    async def _carry(self, pattern: str) -> None:
        async with self._carrying:
            self._wanted[pattern] += 1
            if pattern in self._carriers:
                return

            async def heard(message: Msg) -> None:
                self._exchange.deliver(message.subject.removeprefix(f"{self._prefix}."), message.data, pattern)

            self._carriers[pattern] = await self._client.subscribe(f"{self._prefix}.{pattern}", cb=heard)
            await self._client.flush()

    async def _carry_no_more(self, pattern: str) -> None:
        async with self._carrying:
            self._wanted[pattern] -= 1
            if not self._wanted[pattern]:
                with suppress(NatsError):
                    await self._carriers.pop(pattern).unsubscribe()


@asynccontextmanager
async def open_nats_bus(
    room: str, url: str, *, prefix: str = "daylight", timeout_s: float = 5.0, connect_s: float = _CONNECT_S
) -> AsyncIterator[NatsBus]:
    """Connect, and reconnect for ever; raises BusError when the server is away at the beginning."""
    client = await _connect(room, url, connect_s)
    try:
        async with Background() as tasks:
            yield NatsBus(client, room, prefix, timeout_s, tasks)
    finally:
        with suppress(NatsError):
            await client.close()


async def _connect(room: str, url: str, within_s: float) -> Client:
    async def lost() -> None:
        _log.warning("NATS went away")

    async def back() -> None:
        _log.warning("NATS is back")

    async def failed(error: Exception) -> None:
        _log.debug("NATS", why=str(error))

    try:
        async with asyncio.timeout(within_s):
            return await nats.connect(
                url,
                name=f"daylight-{room}",
                max_reconnect_attempts=-1,
                reconnect_time_wait=_RECONNECT_S,
                disconnected_cb=lost,
                reconnected_cb=back,
                error_cb=failed,
            )
    except (TimeoutError, OSError, NatsError) as error:
        raise BusError(f"no NATS server answers at the address in bus.nats_url ({type(error).__name__})") from error
