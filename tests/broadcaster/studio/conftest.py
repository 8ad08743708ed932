"""A real studio process, with the test in the places of desk and playout."""

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from broadcaster import packets
from broadcaster.packets import Packet, StreamStart
from episodes.commands import Answered, Done, EndSession, OfferCamera, RecordMade, Snapshot, SnapshotAsked
from episodes.status import Alarm, CameraStatus, StudioStatus
from runtime import unix
from runtime.bus.open import open_bus
from runtime.bus.protocol import Bus, Refused
from runtime.places import Places
from runtime.settings import Settings, load
from tests.relay import Relay, candidate, without_candidates

ROOT = Path(__file__).resolve().parents[3]


async def until(found: Callable[[], object], timeout_s: float = 40.0, every_s: float = 0.02) -> None:
    end = time.monotonic() + timeout_s
    while not found():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(every_s)


class Phone:
    """A phone in its own process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.state = ""
        self.offer = ""
        self.began = 0.0
        self.plis = 0
        self.asked = 0
        self._task = asyncio.ensure_future(self._read())

    @classmethod
    async def start(cls, **orders: object) -> "Phone":
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.broadcaster.studio.phone", cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 20,
        )  # fmt: skip
        phone = cls(process)
        phone.order(**orders)
        await until(lambda: phone.offer)
        return phone

    def order(self, **fields: object) -> None:
        self.process.stdin.write(json.dumps(fields).encode() + b"\n")

    async def _read(self) -> None:
        async for line in self.process.stdout:
            told = json.loads(line)
            self.offer = told.get("offer", self.offer)
            self.state = told.get("state", self.state)
            self.began = told.get("began", self.began)
            self.plis = told.get("plis", self.plis)
            self.asked = told.get("asked", self.asked)

    async def stop(self) -> None:
        if self.process.returncode is None:
            self.process.stdin.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(3):
                    await self.process.wait()
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        self._task.cancel()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)


class House:
    """Desk and playout as the studio sees them."""

    def __init__(self, settings: Settings, config: Path, bus: Bus) -> None:
        self.settings, self.config, self.bus = settings, config, bus
        self.places = Places(settings.server.var)
        self.snapshot = Snapshot(seq=1, episode_id="", records=(), source="", cameras=("one", "two"))
        self.asked = 0
        self.status: StudioStatus | None = None
        self.alarms: list[Alarm] = []
        self.start: StreamStart | None = None
        self.packets: list[Packet] = []
        self.connections = 0
        self.writer: asyncio.StreamWriter | None = None
        self.process: asyncio.subprocess.Process | None = None
        self.phones: list[Phone] = []
        self.relays: list[Relay] = []

    async def launch(self) -> None:
        self.status = None
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "broadcaster.studio", "--config", str(self.config), cwd=ROOT, env=dict(os.environ)
        )
        await until(lambda: self.status is not None and self.status.ready)
        # The studio's words have come; ours reach it once our own link to it stands (a real desk repeats its head).
        with contextlib.suppress(Refused):
            await self.bus.request("studio.end", EndSession(session_id="nobody"), Done)

    async def end(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        async with asyncio.timeout(10):
            return await self.process.wait()

    async def camera(self, name: str, **orders: object) -> Phone:
        phone = await Phone.start(**orders)
        self.phones.append(phone)
        answered = await self.join(name, phone.offer)
        phone.order(answer=answered.sdp)
        await until(lambda: self.of(name) == "live")
        return phone

    async def camera_by(self, name: str, **orders: object) -> tuple[Phone, Relay]:
        """A camera that reaches the studio through a relay and no other way."""
        phone = await Phone.start(**orders)
        self.phones.append(phone)
        answered = await self.join(name, without_candidates(phone.offer))
        relay = Relay(candidate(answered.sdp))
        self.relays.append(relay)
        phone.order(answer=relay.through(answered.sdp))
        await until(lambda: self.of(name) == "live")
        return phone, relay

    async def join(self, name: str, offer: str) -> Answered:
        return await self.bus.request(
            "studio.whip", OfferCamera(camera=name, device_id="d-" + name, sdp=offer), Answered
        )

    def told(self, name: str) -> CameraStatus:
        return next(each for each in self.status.cameras if each.camera == name)

    def of(self, name: str) -> str:
        return next((c.state for c in self.status.cameras if c.camera == name), "") if self.status else ""

    async def made(self, *records: RecordMade) -> None:
        for record in records:
            await self.bus.publish("records", record)

    def video(self) -> list[Packet]:
        return [packet for packet in self.packets if packet.kind == "video"]

    async def _answer(self, _asked: SnapshotAsked) -> Snapshot:
        self.asked += 1
        return self.snapshot

    async def _hear(self) -> None:
        async with self.bus.subscribe("studio.status", StudioStatus) as statuses:
            async for status in statuses:
                self.status = status

    async def _alarms(self) -> None:
        async with self.bus.subscribe("alarms", Alarm) as alarms:
            async for alarm in alarms:
                self.alarms.append(alarm)

    async def _playout(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writer = writer
        with contextlib.suppress(asyncio.CancelledError, OSError, packets.BrokenStream):
            while (item := await packets.read(reader)) is not None:
                if isinstance(item, StreamStart):
                    self.start = item
                else:
                    self.packets.append(item)
                    del self.packets[:-3000]
        writer.close()

    @contextlib.asynccontextmanager
    async def open(self, *, plays_playout: bool = True) -> AsyncIterator["House"]:
        """Desk and, unless a real playout stands beside, playout."""
        listening = unix.serve(self.places.packets_socket, self._playout, limit=1 << 22)
        server = await listening if plays_playout else listening.close()
        async with self.bus.respond("desk.snapshot", SnapshotAsked, self._answer):
            tasks = [asyncio.ensure_future(self._hear()), asyncio.ensure_future(self._alarms())]
            try:
                yield self
            finally:
                for phone in self.phones:
                    await phone.stop()
                for relay in self.relays:
                    relay.stop()
                if self.process is not None and self.process.returncode is None:
                    await self.end()
                if server:
                    server.close()
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)


def write_config(folder: Path, *, stall_s: float = 1.0, keyframe_s: float = 2.0) -> Path:
    path = folder / "config.toml"
    path.write_text(
        f'[server]\nvar = "{folder / "var"}"\n[studio]\nstall_s = {stall_s}\n'
        f'[encode]\nwidth = 640\nheight = 360\nvideo_kbps = 1000\nkeyframe_s = {keyframe_s}\n[log]\nlevel = "warning"\n'
    )
    return path


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture
def keyframe_s() -> float:
    """How far key frames lie apart; a module that looks at many short pieces wants them closer."""
    return 2.0


@pytest.fixture
async def house(tmp_path: Path, keyframe_s: float) -> AsyncIterator[House]:
    """A house with a running studio on slate."""
    config = write_config(tmp_path, keyframe_s=keyframe_s)
    settings = load(config)
    Places(settings.server.var).prepare()
    async with open_bus(settings, "desk") as bus, House(settings, config, bus).open() as made:
        await made.launch()
        yield made
