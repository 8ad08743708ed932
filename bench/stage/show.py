"""A show without a desk. In: a folder. Out: nginx-rtmp, playout, studio and a phone, all on real parts."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import psutil

from episodes.commands import (
    Answered,
    Done,
    OfferCamera,
    OutputSpec,
    RecordMade,
    SetAir,
    SetOutputs,
    Snapshot,
    SnapshotAsked,
    Take,
)
from episodes.events import EpisodeWentLive, QuestionApproved, QuestionOnScreen
from episodes.renditions import RenditionName
from episodes.status import PlayoutStatus, StudioStatus
from runtime.bus.open import open_bus
from runtime.bus.protocol import Bus, BusError
from runtime.places import Places
from runtime.settings import load

ROOT = Path(__file__).resolve().parents[2]
OUTPUTS = 4


def snapshot() -> Snapshot:
    """An episode on air with its header and a viewer's question on the picture."""
    now = time.time_ns()
    live = EpisodeWentLive(
        episode_id="bench",
        number=103,
        programme="一监到底",
        agency="市场监督管理局",
        title="农贸市场",
        theme="食品安全",
    )
    asked = QuestionApproved(
        episode_id="bench", question_id="q", text="快检结果可靠吗？不合格会怎么处理？", nickname="观众甲",
        mentions_result=True, by="m",
    )  # fmt: skip
    events = (live, asked, QuestionOnScreen(episode_id="bench", question_id="q"))
    records = tuple(RecordMade(seq=n, utc_ns=now, event=event) for n, event in enumerate(events, 1))
    return Snapshot(seq=len(records), episode_id="bench", records=records, source="", cameras=("one",))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def platform(folder: Path) -> Iterator[int]:
    """nginx with its RTMP module, answering on the port."""
    port = free_port()
    conf = folder / "nginx.conf"
    conf.write_text(
        "load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;\n"
        f"daemon off; master_process off; user root; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n"
        "events { worker_connections 256; }\n"
        f"rtmp {{ server {{ listen 127.0.0.1:{port}; chunk_size 4096;\n"
        "  application live { live on; record off; idle_streams off; } } }\n"
    )
    process = subprocess.Popen(["nginx", "-c", str(conf), "-p", str(folder)])
    try:
        _reachable(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _reachable(port: int) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise TimeoutError("nginx does not answer")


class Phone:
    """The camera: a real WebRTC client in a process of its own, sending the clip."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.began = 0.0

    @classmethod
    async def start(cls, packets: Path, bus: Bus, camera: str = "one") -> "Phone":
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.broadcaster.studio.phone", cwd=ROOT, limit=1 << 20,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        phone = cls(process)
        phone._say(clip=str(packets))
        offer = (await phone._hear("offer"))["offer"]
        answered = await bus.request("studio.whip", OfferCamera(camera=camera, device_id="d", sdp=str(offer)), Answered)
        phone._say(answer=answered.sdp)
        phone.began = float(str((await phone._hear("began"))["began"]))
        return phone

    def _say(self, **fields: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(fields).encode() + b"\n")

    async def _hear(self, key: str) -> dict[str, object]:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            told: dict[str, object] = json.loads(line)
            if key in told:
                return told
        raise EOFError("the phone ended")

    async def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(3):
                await self.process.wait()
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


class Show:
    """Studio and playout, with this process as their desk."""

    def __init__(self, bus: Bus, config: Path) -> None:
        self.bus = bus
        self._config = config
        self.studio: psutil.Process
        self.playout: psutil.Process
        self.status: StudioStatus | None = None
        self.outputs: PlayoutStatus | None = None
        self._processes: list[subprocess.Popen[bytes]] = []

    def launch(self) -> None:
        for room in ("playout", "studio"):
            argv = [sys.executable, "-m", f"broadcaster.{room}", "--config", str(self._config)]
            process = subprocess.Popen(argv, cwd=ROOT, env=dict(os.environ))
            self._processes.append(process)
            setattr(self, room, psutil.Process(process.pid))

    @property
    def live_cameras(self) -> int:
        """How many cameras send pictures."""
        return sum(each.state == "live" for each in self.status.cameras) if self.status else 0

    @property
    def live_outputs(self) -> int:
        """How many outputs have proof of arrival."""
        return sum(each.state == "live" for each in self.outputs.outputs) if self.outputs else 0

    def end(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            process.wait(20)

    async def on_air(self, port: int, *, delay_s: float, outputs: int = OUTPUTS) -> None:
        """Four outputs, HLS, recording; camera one on air."""
        await self.push(port, outputs)
        await self._ask("playout.air", SetAir(command_id="air", episode_id="bench", delay_s=delay_s))
        await self._ask("studio.take", Take(command_id="take", source="one"))

    async def push(self, port: int, outputs: int, *renditions: RenditionName) -> None:
        """So many outputs from now on, and one for each further rendition."""
        sizes: tuple[RenditionName, ...] = (*["main"] * outputs, *renditions)
        specs = tuple(
            OutputSpec(
                output_id=f"{size}-{n}",
                name=f"{size}-{n}",
                url=f"rtmp://127.0.0.1:{port}/live/{size}-{n}",
                on=True,
                rendition=size,
            )
            for n, size in enumerate(sizes)
        )
        await self._ask("playout.outputs", SetOutputs(command_id=f"outputs-{time.monotonic_ns()}", outputs=specs))

    async def until(self, what: str, within_s: float, found: Callable[[], bool]) -> None:
        end = time.monotonic() + within_s
        while not found():
            if time.monotonic() > end:
                raise TimeoutError(what)
            await asyncio.sleep(0.05)

    async def _ask(self, subject: str, command: SetOutputs | SetAir | Take) -> None:
        for _ in range(50):
            try:
                await self.bus.request(subject, command, Done)
            except BusError:
                await asyncio.sleep(0.2)
            else:
                return
        raise TimeoutError(subject)

    async def hear_studio(self) -> None:
        async with self.bus.subscribe("studio.status", StudioStatus) as statuses:
            async for status in statuses:
                self.status = status

    async def hear_playout(self) -> None:
        async with self.bus.subscribe("playout.status", PlayoutStatus) as statuses:
            async for status in statuses:
                self.outputs = status


@contextlib.asynccontextmanager
async def show(folder: Path) -> AsyncIterator[Show]:
    """Both processes, ready, on slate."""
    config = folder / "config.toml"
    config.write_text(
        f'[server]\nvar = "{folder / "var"}"\n[playout]\nallow_internal_outputs = true\n[log]\nlevel = "warning"\n'
    )
    settings = load(config)
    Places(settings.server.var).prepare()
    told = snapshot()

    async def answer(_asked: SnapshotAsked) -> Snapshot:
        return told

    async with open_bus(settings, "desk") as bus, bus.respond("desk.snapshot", SnapshotAsked, answer):
        made = Show(bus, config)
        tasks = [asyncio.ensure_future(made.hear_studio()), asyncio.ensure_future(made.hear_playout())]
        made.launch()
        try:
            await made.until("a ready studio", 30, lambda: made.status is not None and made.status.ready)
            await made.until("a playout", 30, lambda: made.outputs is not None)
            yield made
        finally:
            await asyncio.to_thread(made.end)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
