"""Sound and picture in what an RTMP server recorded: phones, studio, playout and nginx, all real.

A phone whose clock runs slow, and one phone's picture over another's sound. The short form bends the clock much, the long
one a little for long.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from statistics import median

import av
import numpy as np
import pytest

from episodes.commands import Done, OutputSpec, SetAir, SetOutputs, SetSound, Take
from episodes.shot import SoundPlan
from episodes.status import PlayoutStatus
from runtime.bus.open import open_bus
from runtime.places import Places
from runtime.settings import load
from tests.broadcaster.studio import counter
from tests.broadcaster.studio.clips import FPS, SECONDS, clip
from tests.broadcaster.studio.conftest import ROOT, House, Phone, until, write_config
from tests.platforms import Server, rtmp_servers

EARLY_MS, LATE_MS = -40, 60
"""Sound may lead the picture by the first and lag by the second."""
OWN, OTHER = 1000, 600
"""The phones' tones."""


@contextlib.asynccontextmanager
async def on_air(folder: Path, server: Server) -> AsyncIterator[House]:
    """A studio and a real playout without delay, pushing to the server."""
    config = write_config(folder)
    config.write_text(config.read_text() + "[playout]\nallow_internal_outputs = true\ndelay_s = 0\n")
    settings = load(config)
    Places(settings.server.var).prepare()
    async with open_bus(settings, "desk") as bus:
        house = House(settings, config, bus)
        async with house.open(plays_playout=False), bus.subscribe("playout.status", PlayoutStatus) as statuses:
            playout = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "broadcaster.playout", "--config", str(config), cwd=ROOT, env=dict(os.environ)
            )
            try:
                await house.launch()
                async with asyncio.timeout(40):
                    await anext(statuses)
                output = OutputSpec(output_id="o", name="o", url=server.url(), on=True)
                await bus.request("playout.outputs", SetOutputs(command_id="o", outputs=(output,)), Done)
                await bus.request("playout.air", SetAir(command_id="a", episode_id="e", delay_s=0), Done)
                yield house
            finally:
                playout.send_signal(signal.SIGTERM)
                async with asyncio.timeout(20):
                    await playout.wait()


async def ask(house: House, subject: str, command: Take | SetSound) -> None:
    await house.bus.request(subject, command, Done)


class Recorded:
    """A recording's pictures by time and counter, and when its beeps begin; seconds of the recording's own clock."""

    def __init__(self, path: Path) -> None:
        self.pictures: list[tuple[float, int]] = []
        self.flashes: list[float] = []
        self.beeps: dict[int, list[float]] = {OWN: [], OTHER: []}
        self._begun = 0.0
        self._middle, self._quiet_since = 255.0, -1.0
        with av.open(str(path)) as container:
            for packet in container.demux(*container.streams.video[:1], *container.streams.audio[:1]):
                for frame in packet.decode():
                    if isinstance(frame, av.VideoFrame):
                        self._see(frame)
                    else:
                        self._hear(frame)

    def _see(self, frame: av.VideoFrame) -> None:
        luma = frame.to_ndarray(format="gray")
        height, width = luma.shape
        middle = float(luma[height * 2 // 3 : height * 2 // 3 + 8, width // 2 : width // 2 + 8].mean())
        if self._middle < 150 < middle:
            self.flashes.append(frame.time)
        self._middle = middle
        if (number := counter.read(luma)) is not None:
            self.pictures.append((frame.time, number))

    def _hear(self, frame: av.AudioFrame) -> None:
        samples = frame.to_ndarray()[0]
        loud = np.flatnonzero(np.abs(samples) > 0.1)
        if not loud.size:
            return
        at = frame.time + int(loud[0]) / 48_000
        if at - self._quiet_since > 0.25:
            self._begun = at
        elif self._begun:
            # The second block is all tone: whose it is, its pitch tells.
            hertz = float(np.count_nonzero(np.diff(np.signbit(samples)))) / 2 / (samples.size / 48_000)
            self.beeps[min(self.beeps, key=lambda tone: abs(tone - hertz))].append(self._begun)
            self._begun = 0.0
        self._quiet_since = frame.time + int(loud[-1]) / 48_000

    def offsets_ms(self) -> list[float]:
        """How far each beep of the phone's own lies behind its flash."""
        return [1000 * min((beep - flash for flash in self.flashes), key=abs) for beep in self.beeps[OWN]]

    def capture_zero(self, phone: Phone, guess_s: float, around_s: float | None = None) -> float:
        """The moment (monotonic) that stands at 0 of the recording, by the counters of a phone whose clock is right.

        Around one moment only: a platform's timeline may wait for a late studio, with picture and sound together.
        """
        zeros = []
        for at, number in self.pictures:
            if around_s is None or abs(at - around_s) < 0.5:
                zero = phone.began + number / FPS - at
                zeros.append(zero + round((guess_s - zero) / SECONDS) * SECONDS)
        return median(zeros)


def beeps_behind_ms(recorded: Recorded, one: Phone, other: Phone, guess_s: float, ppm: float) -> list[float]:
    """How far the other phone's beeps lie behind what the picture shows of the moment they were captured."""
    every = 1 + ppm / 1e6
    behind = []
    for beep in recorded.beeps[OTHER]:
        if any(abs(at - beep) < 0.5 for at, _ in recorded.pictures):
            sent = beep + recorded.capture_zero(one, guess_s, beep) - other.began
            behind.append(1000 * (sent - round(sent / every) * every))
    return behind


async def watch(folder: Path, clips: Path, *, own_s: float, others_s: float, ppm: float) -> list[float]:
    """A phone with its own sound, then under another's, whose clock runs slow. Answers how far the other's sound lay behind."""
    with rtmp_servers(folder, 1) as (server,):
        async with on_air(folder, server) as house:
            one = await house.camera("one", clip=str(clip(clips)))
            two = await house.camera("two", clip=str(clip(clips, grey=60, tone=OTHER)), ppm=ppm)
            await ask(house, "studio.take", Take(command_id="t", source="one"))
            await until(server.received)
            opened = time.monotonic()
            await until(lambda: server.received()[0].stat().st_size > 100_000)
            await asyncio.sleep(2 + own_s)
            await ask(house, "studio.sound", SetSound(command_id="s", plan=SoundPlan(mic="two")))
            await asyncio.sleep(2 + others_s)
        recorded = Recorded(server.received()[0])
    mine = recorded.offsets_ms()
    others = beeps_behind_ms(recorded, one, two, opened, ppm)
    assert len(mine) >= own_s - 1, mine
    assert EARLY_MS < median(mine) < LATE_MS, mine
    assert len(others) >= others_s - 2, others
    assert EARLY_MS < median(others) < LATE_MS, others
    numbers = [number for _, number in recorded.pictures]
    steps = [(b - a) % (FPS * SECONDS) for a, b in pairwise(numbers)]
    assert max(steps) < FPS, "the picture never runs backwards"
    return others


@pytest.mark.timeout(180)
async def test_sound_and_picture_arrive_together(tmp_path: Path, clips: Path) -> None:
    await watch(tmp_path, clips, own_s=3, others_s=8, ppm=1000)


@pytest.mark.soak
@pytest.mark.timeout(1200)
async def test_a_slow_clock_never_pulls_them_apart(tmp_path: Path, clips: Path) -> None:
    others = await watch(tmp_path, clips, own_s=30, others_s=600, ppm=100)
    third = len(others) // 3
    assert abs(median(others[-third:]) - median(others[:third])) < 20, "milliseconds, in ten minutes"
