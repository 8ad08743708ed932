"""The bus over private Unix sockets, without a broker. In and out: length-prefixed msgpack frames between rooms.

Every room listens on `run/bus/<room>.sock` (mode 0600) and dials every other one, again and again while it is away.
What a room publishes and asks goes out on the connections it dialled; what it answers goes back on the connection
the question came by. A peer hears only what is published after it is connected.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import msgspec

from runtime import unix
from runtime.bus.exchange import Absent, Exchange, Outcome, encode
from runtime.bus.frames import Answer, Ask, Hello, Publish, pack, read
from runtime.bus.protocol import M, Message, NoAnswer
from runtime.bus.requests import ask, room_of
from runtime.channel import Channel, ChannelClosed, Policy
from runtime.log import get
from runtime.places import Places
from runtime.supervise import Background, Backoff

_log = get("bus")
ROOMS = ("desk", "studio", "playout")
_QUEUE_MESSAGES = 4096
_MOST_ANSWERING = 256
_DIAL = Backoff(first_s=0.02, most_s=0.25, factor=1.5)


class _Link:
    """The connection this room dialled to one peer, if the peer is there."""

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self.out: Channel[bytes] | None = None
        self.linked = asyncio.Event()
        self.dropped = 0
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Outcome]] = {}

    def send(self, frame: bytes) -> bool:
        """Queue a frame; False when the peer is away. A slow peer loses the oldest."""
        if self.out is None:
            return False
        try:
            self.out.put_nowait(frame)
        except ChannelClosed:
            return False
        return True

    async def ask(self, subject: str, body: bytes) -> Outcome:
        number = next(self._numbers)
        waiting: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        try:
            if not self.send(pack(Ask(number, subject, msgspec.Raw(body)))):
                return Absent()
            return await waiting
        finally:
            del self._waiting[number]

    async def run(self, hello: Hello, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it ends; what still waits for an answer will get none."""
        self.out = Channel(_QUEUE_MESSAGES, Policy.DROP_OLDEST, f"bus:{hello.room}>{self.peer}")
        self.out.put_nowait(pack(hello))
        self.linked.set()
        try:
            async with Background() as tasks:
                tasks.start(f"bus write {self.peer}", _write(self.out, writer))
                while (frame := await read(reader)) is not None:
                    waiting = self._waiting.get(frame.number) if isinstance(frame, Answer) else None
                    if isinstance(frame, Answer) and waiting and not waiting.done():
                        waiting.set_result(frame.outcome)
        finally:
            self.linked.clear()
            self.dropped += self.out.dropped
            self.out.close()
            self.out = None
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(NoAnswer(f"{self.peer} went away"))


class SocketBus:
    """One room's end: a `Bus`. Make it with `open_socket_bus`."""

    def __init__(self, room: str, places: Places, timeout_s: float, rooms: tuple[str, ...] = ROOMS) -> None:
        self.room = room
        self.timeout_s = timeout_s
        self.links = {peer: _Link(peer) for peer in rooms if peer != room}
        self._places = places
        self._exchange = Exchange(room)
        self._watchers: set[Channel[bytes]] = set()

    async def publish(self, subject: str, message: Message) -> None:
        body = encode(message)
        self._exchange.deliver(subject, body)
        frame = pack(Publish(subject, msgspec.Raw(body)))
        for link in self.links.values():
            link.send(frame)
        for out in self._watchers:
            out.put_nowait(frame)

    def subscribe(
        self, subject: str, of: type[M], *, bound: int = 1024
    ) -> AbstractAsyncContextManager[AsyncIterator[M]]:
        return self._exchange.subscribe(subject, of, bound=bound)

    async def request(self, subject: str, message: Message, answer: type[M], *, timeout_s: float | None = None) -> M:
        body, room = encode(message), room_of(subject)
        link = self.links.get(room)

        async def attempt() -> Outcome:
            if link:
                return await link.ask(subject, body)
            return await self._exchange.answer(subject, body) if room == self.room else Absent()

        return await ask(attempt, subject, answer, self.timeout_s if timeout_s is None else timeout_s)

    @asynccontextmanager
    async def respond(
        self, subject: str, of: type[M], handler: Callable[[M], Awaitable[Message]]
    ) -> AsyncIterator[None]:
        with self._exchange.responding(subject, of, handler):
            yield

    async def dial(self, link: _Link) -> None:
        """Keep one link: connect, serve, and begin again."""
        failures = 0
        while True:
            try:
                reader, writer = await unix.connect(self._places.bus_socket(link.peer))
            except OSError:
                failures += 1
                await asyncio.sleep(_DIAL.wait_s(failures))
                continue
            failures = 0
            _log.debug("linked", peer=link.peer)
            try:
                await link.run(Hello(self.room), reader, writer)
            except (OSError, msgspec.MsgspecError, asyncio.IncompleteReadError) as error:
                _log.debug("link lost", peer=link.peer, why=str(error))
            finally:
                await _close(writer)
            await asyncio.sleep(_DIAL.first_s)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one peer that dialled us."""
        out: Channel[bytes] = Channel(_QUEUE_MESSAGES, Policy.DROP_OLDEST, f"bus:{self.room} answers")
        try:
            hello = await read(reader)
            if not isinstance(hello, Hello) or hello.version != Hello.VERSION:
                _log.error("a peer speaks another version of the bus", hello=repr(hello))
                return
            if hello.watching:
                self._watchers.add(out)
            async with Background() as tasks, Background() as answering:
                tasks.start(f"bus answer {hello.room}", _write(out, writer))
                while (frame := await read(reader)) is not None:
                    if isinstance(frame, Publish):
                        self._exchange.deliver(frame.subject, frame.body)
                    elif isinstance(frame, Ask) and len(answering) < _MOST_ANSWERING:
                        answering.start(f"answer {frame.subject}", self._answer(frame, out))
        except (OSError, msgspec.MsgspecError, asyncio.IncompleteReadError) as error:
            _log.debug("peer lost", why=str(error))
        finally:
            self._watchers.discard(out)
            out.close()
            await _close(writer)

    async def _answer(self, frame: Ask, out: Channel[bytes]) -> None:
        outcome = await self._exchange.answer(frame.subject, frame.body)
        with suppress(ChannelClosed):
            out.put_nowait(pack(Answer(frame.number, outcome)))


@asynccontextmanager
async def open_socket_bus(
    room: str, places: Places, timeout_s: float = 5.0, rooms: tuple[str, ...] = ROOMS
) -> AsyncIterator[SocketBus]:
    """Listen, dial the others, and close everything at the end."""
    bus = SocketBus(room, places, timeout_s, rooms)
    async with Background() as tasks:

        def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            tasks.start("bus peer", bus.accept(reader, writer))

        server = await unix.serve(places.bus_socket(room), accepted)
        try:
            for link in bus.links.values():
                tasks.start(f"bus dial {link.peer}", bus.dial(link))
            yield bus
        finally:
            server.close()


async def _write(out: Channel[Any], writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        async for frame in out:
            writer.write(frame)
            await writer.drain()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
