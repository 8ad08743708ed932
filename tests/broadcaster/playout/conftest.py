"""A playout room in this process, a studio that replays real packets, platforms, and an ear on the bus."""

import asyncio
import contextlib
import heapq
import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from broadcaster import packets
from broadcaster.encoders import for_rendition
from broadcaster.packets import Packet
from broadcaster.playout.room import PlayoutRoom
from broadcaster.playout.slate_source import SlateSource
from episodes.commands import (
    Done,
    Dump,
    Edited,
    Kill,
    OutputSpec,
    RecordMade,
    Restore,
    SetAir,
    SetDelay,
    SetOutputs,
)
from episodes.status import Alarm, OutputStatus, PlayoutStatus, PublicPosition
from runtime.bus import Bus, LocalBus, Message, NoAnswer
from runtime.places import Places
from runtime.settings.model import Settings
from runtime.unix import connect
from tests.broadcaster.playout.material import ENCODE, NS, loop_of, programme
from tests.platforms import Server, rtmp_servers

_ids = itertools.count(1)


def settings_for(var: Path, **playout: object) -> Settings:
    tuned: dict[str, object] = {
        "delay_s": 0.0,
        "hls_window": 6,
        "retry_first_s": 0.3,
        "retry_most_s": 1.0,
        "wedged_s": 3.0,
        "allow_internal_outputs": True,
    }
    return Settings.model_validate(
        {"server": {"var": var}, "encode": ENCODE.model_dump(), "playout": tuned | playout, "log": {"level": "debug"}}
    )


class Studio:
    """Stands where the studio stands: connects, and sends each packet at its moment."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._marks = [(0, 1)]
        self.sent: list[Packet] = []
        self.card = False
        self.sides: tuple[str, ...] = ()
        """Further renditions that it sends."""
        self._task: asyncio.Task[None] | None = None

    @property
    def seq(self) -> int:
        return self._marks[-1][1]

    @seq.setter
    def seq(self, seq: int) -> None:
        """Frames from now on are made under this record."""
        self._marks.append((time.monotonic_ns(), seq))

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def kill(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        while True:
            try:
                _, writer = await connect(self._places.packets_socket)
            except OSError:
                await asyncio.sleep(0.1)
                continue
            with contextlib.suppress(OSError):
                await self._speak(writer)

    async def _speak(self, writer: asyncio.StreamWriter) -> None:
        try:
            start, _ = loop_of()
            writer.write(packets.encode(msgspec.structs.replace(start, epoch=next(_ids))))
            for made in self._all(time.monotonic_ns()):
                await asyncio.sleep(max(0.0, made.mono_ns / NS + 0.03 - time.monotonic()))
                seq = next(seq for since_ns, seq in reversed(self._marks) if since_ns <= made.mono_ns)
                packet = msgspec.structs.replace(made, scene_seq=seq)
                writer.write(packets.encode(packet))
                await writer.drain()
                self.sent.append(packet)
        finally:
            writer.close()

    def _all(self, from_ns: int) -> Iterator[Packet]:
        """The programme, and of each side its pictures."""

        def side(name: str) -> Iterator[Packet]:
            for packet in programme(from_ns, encode=for_rendition(ENCODE, name), card=lambda: self.card):
                if packet.kind == "video":
                    yield msgspec.structs.replace(packet, rendition=name)

        runs = [programme(from_ns, card=lambda: self.card), *(side(name) for name in self.sides)]
        return heapq.merge(*runs, key=lambda packet: packet.mono_ns)


class Ear:
    """What the desk hears and asks."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.statuses: list[PlayoutStatus] = []
        self.positions: list[PublicPosition] = []
        self.alarms: list[Alarm] = []
        self._seq = 0

    async def listen(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hear("playout.status", PlayoutStatus, self.statuses))
            tasks.create_task(self._hear("playout.position", PublicPosition, self.positions))
            tasks.create_task(self._hear("alarms", Alarm, self.alarms))

    async def _hear(self, subject, of, into) -> None:
        async with self.bus.subscribe(subject, of) as messages:
            async for message in messages:
                into.append(message)

    async def ask(self, subject: str, message: Message) -> None:
        """The room may be there before our way to it is."""
        for _ in range(100):
            with contextlib.suppress(NoAnswer):
                await self.bus.request(subject, message, Done, timeout_s=15)
                return
            await asyncio.sleep(0.1)
        raise TimeoutError(subject)

    async def air(self, episode_id: str, delay_s: float = 0.0) -> None:
        await self.ask("playout.air", SetAir(command_id=f"c{next(_ids)}", episode_id=episode_id, delay_s=delay_s))

    async def delay(self, delay_s: float) -> None:
        await self.ask("playout.delay", SetDelay(command_id=f"c{next(_ids)}", delay_s=delay_s))

    async def outputs(self, urls: dict[str, str], *, off: tuple[str, ...] = (), **more: dict[str, object]) -> None:
        """`more`: further fields by output, as `rendition={"p1": "360p"}`."""
        specs = tuple(
            OutputSpec(
                output_id=name,
                name=name,
                url=url,
                on=name not in off,
                **{field: values[name] for field, values in more.items() if name in values},
            )
            for name, url in urls.items()
        )
        await self.ask("playout.outputs", SetOutputs(command_id=f"c{next(_ids)}", outputs=specs))

    async def edit(self, command: type[Dump] | type[Kill] | type[Restore], **fields: object) -> Edited:
        """Press; the id is new unless given."""
        fields = {"command_id": f"c{next(_ids)}", "by": "u1", "reason": "路人入镜"} | fields
        topic = command.__name__.lower()
        return await self.bus.request(f"playout.{topic}", command(**fields), Edited, timeout_s=15)

    async def record(self) -> RecordMade:
        self._seq += 1
        made = RecordMade(seq=self._seq, utc_ns=time.time_ns(), event=None)
        await self.bus.publish("records", made)
        return made

    @property
    def status(self) -> PlayoutStatus:
        return self.statuses[-1]

    def output(self, name: str) -> OutputStatus:
        return next(output for output in self.status.outputs if output.output_id == name)

    async def until(self, met: Callable[[], object], most_s: float = 45.0) -> None:
        end = time.monotonic() + most_s
        while not (self.statuses and met()):
            assert time.monotonic() < end, f"never came; last status: {self.statuses[-1:]}"
            await asyncio.sleep(0.05)


class Rig:
    """All of it together."""

    def __init__(self, settings: Settings, bus: LocalBus) -> None:
        self.settings = settings
        self.places = Places(settings.server.var)
        self.studio = Studio(self.places)
        self.ear = Ear(bus.end("desk"))
        self.room = PlayoutRoom(settings, bus.end("playout"), source=SlateSource(settings, picture=False))

    @property
    def playlist(self) -> str:
        path = self.places.hls / "live" / "program.m3u8"
        return path.read_text() if path.exists() else ""


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Rig]:
    rig = Rig(settings, LocalBus())
    loop = asyncio.get_running_loop()
    ear = loop.create_task(rig.ear.listen())
    await asyncio.sleep(0)
    room = loop.create_task(rig.room.run())
    try:
        await rig.ear.until(lambda: True, 60)
        yield rig
    finally:
        await rig.studio.kill()
        for task in (room, ear):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


@pytest.fixture
def platforms(tmp_path: Path) -> Iterator[Callable[[int], list[Server]]]:
    with contextlib.ExitStack() as stack:
        yield lambda count: stack.enter_context(rtmp_servers(tmp_path / "platforms", count))


@pytest.fixture(scope="session")
def slate_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The slate is encoded once for all tests of this room."""
    var = tmp_path_factory.mktemp("slate")
    asyncio.run(SlateSource(settings_for(var), picture=False).first())
    return var / "playout"


@pytest.fixture
def var(tmp_path: Path, slate_cache: Path) -> Path:
    folder = tmp_path / "var" / "playout"
    folder.mkdir(parents=True)
    for path in slate_cache.glob("slate-*.bin"):
        (folder / path.name).write_bytes(path.read_bytes())
    return tmp_path / "var"
