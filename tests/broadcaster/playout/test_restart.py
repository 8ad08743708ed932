"""The playout process itself: it may be killed at any moment, and be told to end."""

import asyncio
import contextlib
import json
import signal
import stat
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil

from episodes.commands import Dump, Kill, Restore
from runtime.bus import open_bus
from runtime.places import Places
from runtime.settings.model import Settings
from tests.broadcaster.playout.conftest import Ear, Studio, settings_for
from tests.platforms import free_port, judge


def write_config(settings: Settings, path: Path) -> Path:
    """A config.toml that says what `settings` say."""
    sections = settings.model_dump(mode="json", exclude_defaults=True)
    lines = []
    for section, values in sections.items():
        lines.append(f"[{section}]")
        lines += [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    path.write_text("\n".join(lines) + "\n")
    return path


class Process:
    """`python -m broadcaster.playout`, started again as the supervisor would."""

    def __init__(self, config: Path, log: Path | None = None) -> None:
        self._config = config
        self._log = log
        self.process: asyncio.subprocess.Process

    async def start(self) -> None:
        with contextlib.ExitStack() as stack:
            stderr = stack.enter_context(self._log.open("ab")) if self._log else None
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "broadcaster.playout", "--config", str(self._config), stderr=stderr
            )

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    async def end(self, number: int) -> int:
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), 30)


@contextlib.asynccontextmanager
async def playout(
    settings: Settings, config: Path, log: Path | None = None
) -> AsyncIterator[tuple[Process, Ear, Studio]]:
    process = Process(write_config(settings, config), log)
    loop = asyncio.get_running_loop()
    async with open_bus(settings, "desk") as bus:
        ear, studio = Ear(bus), Studio(Places(settings.server.var))
        listening = loop.create_task(ear.listen())
        await process.start()
        try:
            await ear.until(lambda: True, 60)
            yield process, ear, studio
        finally:
            await studio.kill()
            await process.end(signal.SIGTERM)
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening


async def gone(children: list[psutil.Process], most_s: float = 5.0) -> None:
    end = time.monotonic() + most_s
    while any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children):
        assert time.monotonic() < end, [child.cmdline() for child in children if child.is_running()]
        await asyncio.sleep(0.05)


async def test_killed_playout_leaves_nothing_and_resumes_everything(var, tmp_path, platforms):
    servers = platforms(2)
    settings = settings_for(var, delay_s=1.0)
    urls = {f"p{n}": server.url("push-key-77?x=1") for n, server in enumerate(servers)}
    urls["p2"] = f"rtmp://127.0.0.1:{free_port()}/live/push-key-77"
    async with playout(settings, tmp_path / "config.toml") as (process, ear, studio):
        studio.start()
        await ear.outputs(urls, off=("p1",), spare_url={"p2": servers[1].url("push-key-77-spare")})
        await ear.air("e1", 1.0)
        await ear.until(lambda: ear.status.public == "program" and ear.output("p0").state == "live")
        await ear.until(lambda: ear.output("p2").state == "live" and ear.output("p2").use == "spare")
        first_epoch = ear.status.epoch
        playlist = var / "hls" / "live" / "program.m3u8"
        await ear.until(lambda: playlist.exists() and playlist.read_text().count("#EXTINF") >= 2)
        before = playlist.read_text()
        for child in process.children():
            assert not any("push-key-77" in word for word in child.cmdline()), "never in an argument"
        children = process.children()
        dump = (await ear.edit(Dump, command_id="dump-1", seconds=0.1)).edit
        await ear.edit(Kill, command_id="kill-1")
        await process.end(signal.SIGKILL)
        killed = time.monotonic()
        await gone(children)
        for path in (var / "playout").iterdir():
            assert b"push-key-77" not in path.read_bytes(), "never in clear on the disk"
        assert stat.S_IMODE((var / "secrets" / "outputs.key").stat().st_mode) == 0o600
        await process.start()
        await ear.until(lambda: ear.status.epoch != first_epoch and ear.output("p0").state == "live")
        back_s = time.monotonic() - killed
        assert ear.status.episode_id == "e1"
        assert ear.output("p1").state == "stopped", "what a person stopped stays stopped"
        await ear.until(lambda: ear.status.public == "black")
        assert ear.status.why == "kill"
        assert [edit.edit_id for edit in ear.status.edits] == ["dump-1", "kill-1"]
        assert (await ear.edit(Dump, command_id="dump-1")).edit == dump, "a press that was done is not done again"
        black = [status for status in ear.statuses if any(edit.stands for edit in status.edits)]
        assert not any(status.public == "program" for status in black[1:]), "black until a person restores it"
        await ear.edit(Restore)
        await ear.until(lambda: ear.output("p2").state == "live")
        assert (ear.output("p2").use, ear.output("p2").tries) == ("spare", 1), "back to the main one by a person only"
        await ear.until(lambda: ear.status.public == "program")
        await ear.until(lambda: playlist.read_text().count("#EXT-X-DISCONTINUITY\n") >= 1)
        after = playlist.read_text()
        numbers = [int(line.split("-")[1].split(".")[0]) for line in (before + after).splitlines() if "m4s" in line]
        assert numbers == sorted(numbers) or sorted(set(numbers)) == list(range(max(numbers) + 1))
        await ear.until((var / "media" / "e1" / "master" / "0002.mp4").exists)
        await ear.air("")
        await ear.until(lambda: ear.status.episode_id == "")
        assert playlist.read_text().endswith("#EXT-X-ENDLIST\n")
    assert judge(var / "media" / "e1" / "master" / "0001.mp4").video
    assert judge(var / "media" / "e1" / "master" / "0002.mp4").video
    assert back_s < 40, f"{back_s:.1f} s, even on a busy machine"


async def test_told_to_end_closes_everything_and_stays_off_air(var, tmp_path, platforms):
    (server,) = platforms(1)
    settings = settings_for(var)
    async with playout(settings, tmp_path / "config.toml") as (process, ear, studio):
        studio.start()
        await ear.outputs({"p": server.url()})
        await ear.air("e1", 0.0)
        await ear.until(lambda: ear.output("p").state == "live" and ear.status.recording)
        await asyncio.sleep(2.5)
        children = process.children()
        assert await process.end(signal.SIGTERM) == 0
        await gone(children)
        assert (var / "hls" / "live" / "program.m3u8").read_text().endswith("#EXT-X-ENDLIST\n")
        index = (var / "media" / "e1" / "master" / "index.jsonl").read_text()
        assert '"what":"closed"' in index
        epoch = ear.status.epoch
        await process.start()
        await ear.until(lambda: ear.status.epoch != epoch)
        assert ear.status.public == "off"
    assert judge(server.received()[0]).errors == ""
