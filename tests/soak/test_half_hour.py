"""Half an hour on air with a fault every minute. In: SOAK_MINUTES. Out: figures in bench/results/soak.json, and limits.

Platform 0 suffers (its worker is stopped and killed, it freezes itself); platform 1 is the one that must miss nothing.
"""

import itertools
import os
import random
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from statistics import median

import msgspec
import numpy as np
import psutil
import pytest

from bench.report import Figure, report
from demo.clips import _VERSION, Clip
from tests.broadcaster.studio import clips as flashing
from tests.faults.arrivals import Arrivals, Frame, Judged
from tests.faults.onair import GENEROUS_S, OnAir, on_air
from tests.house import wait_for
from tests.soak.sync import offsets

MINUTES = float(os.environ.get("SOAK_MINUTES", "30"))
EVERY_S = 60.0
STILL_S = 10.0
MIB = 1024 * 1024
_SETTLED_S = 120.0
_LONG = 20.0
"""Minutes from which on a slope of memory means something."""

pytestmark = [pytest.mark.soak, pytest.mark.timeout(MINUTES * 60 + 900)]


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnAir]:
    folder = tmp_path_factory.mktemp("soak")
    clips = folder / "clips"
    clips.mkdir()
    found = msgspec.msgpack.decode(flashing.clip(clips, width=1280, height=720).read_bytes(), type=flashing.Clip)
    for scene in ("stalls", "bench"):
        # Flash and beep in place of the demo's scenes.
        (clips / f"{scene}.clip").write_bytes(msgspec.msgpack.encode(Clip(_VERSION, found.video, found.audio)))
    with on_air(folder, clips) as made:
        yield made


class Memory(threading.Thread):
    """What each process holds that nobody else does, every five seconds."""

    def __init__(self, show: OnAir) -> None:
        super().__init__(name="memory")
        self._show, self._over = show, threading.Event()
        self.held: defaultdict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)

    def run(self) -> None:
        while not self._over.wait(5.0):
            for each in self._show.house.family():
                try:
                    words = each.cmdline()
                    name = words[words.index("-m") + 1] if "-m" in words else "other"
                    self.held[name, each.pid].append((time.monotonic(), each.memory_full_info().uss / MIB))
                except (psutil.Error, ValueError):
                    continue

    def stop(self) -> None:
        self._over.set()
        self.join()

    def slopes(self) -> dict[str, float]:
        """MiB an hour, of the longest life of each kind, once it had settled."""
        found: dict[str, tuple[float, float]] = {}
        for (name, _), points in self.held.items():
            late = [(at, held) for at, held in points if at > points[0][0] + min(_SETTLED_S, MINUTES * 15)]
            if len(late) < 6:
                continue
            at, held = np.array(late).T
            span = float(at[-1] - at[0])
            if span > found.get(name, (0.0, 0.0))[0]:
                found[name] = span, float(np.polyfit((at - at[0]) / 3600, held, 1)[0])
        return {name: slope for name, (_, slope) in found.items()}


def stop_still(show: OnAir, victims: list[psutil.Process]) -> None:
    for victim in victims:
        victim.send_signal(signal.SIGSTOP)
    time.sleep(STILL_S)
    for victim in victims:
        if victim.is_running():
            victim.send_signal(signal.SIGCONT)


def room(show: OnAir, name: str) -> list[psutil.Process]:
    found = show.house.room(name)
    assert found
    return [found]


def frozen_platform(show: OnAir) -> None:
    with show.platforms[0].frozen():
        time.sleep(STILL_S)


FAULTS: dict[str, Callable[[OnAir], object]] = {
    "worker stopped": lambda show: stop_still(show, [show.worker(0)]),
    "studio stopped": lambda show: stop_still(show, room(show, "studio")),
    "desk stopped": lambda show: stop_still(show, room(show, "desk")),
    "playout stopped": lambda show: stop_still(show, room(show, "playout")),
    "recorders stopped": lambda show: stop_still(
        show, [each for each in show.house.family() if "broadcaster.recorder" in each.cmdline()]
    ),
    "worker killed": lambda show: show.worker(0).kill(),
    "platform frozen": frozen_platform,
    "studio killed": lambda show: show.house.kill("studio"),
    "desk killed": lambda show: show.house.kill("desk"),
}


def causes(frames: list[Frame], done: list[tuple[str, float, float]]) -> dict[str, int]:
    """Frames that never came, by the fault that stood when they should have; `none` is the machine itself."""
    lost: dict[str, int] = defaultdict(int)
    for before, after in itertools.pairwise(frames):
        missing = round((after.dts_s - before.dts_s) * 30) - 1
        if missing > 0:
            why = next((name for name, began, ended in done if began <= after.at_s <= ended + 5), "none")
            lost[why] += missing
    return dict(lost)


def test_half_an_hour_with_faults(show: OnAir, record_property: Callable[[str, object], None]) -> None:
    memory, eye = Memory(show), show.watch()
    memory.start()
    end = time.monotonic() + MINUTES * 60
    done: list[tuple[str, float, float]] = []
    order = list(FAULTS)
    random.Random(3).shuffle(order)  # noqa: S311 - the same order every time
    try:
        while time.monotonic() < end - EVERY_S:
            began = time.monotonic()
            name = order[len(done) % len(order)]
            FAULTS[name](show)
            time.sleep(1)
            wait_for(f"all well after: {name}", show.well, GENEROUS_S)
            done.append((name, began, time.monotonic()))
            time.sleep(max(0.0, began + EVERY_S - time.monotonic()))
        time.sleep(max(0.0, end - time.monotonic()))
    finally:
        memory.stop()
        for each in eye:
            each.stop()
    status = show.ask()
    judge(eye[1], memory, done, status.get("studio") or {}, record_property)


def judge(eye: Arrivals, memory: Memory, done: list, studio: dict, note: Callable[[str, object], None]) -> None:
    frames = eye.frames()
    picture, sound = Judged.of(frames, 30.0), Judged.of(eye.frames("audio"), 30.0)
    lost = causes(frames, done)
    sync = offsets(eye.path)
    ends = [median(each.ms for each in part) for part in (sync[:60], sync[-60:])]
    slopes = memory.slopes()
    wall_s = frames[-1].at_s - frames[0].at_s
    figures = [
        Figure(name="minutes on air", value=wall_s / 60, unit="min"),
        Figure(name="faults", value=len(done), unit=""),
        Figure(name="latency growth", value=1000 * picture.lag_grown_s, unit="ms"),
        Figure(name="A/V offset, first minute", value=ends[0], unit="ms"),
        Figure(name="A/V offset, last minute", value=ends[1], unit="ms"),
        Figure(name="A/V offset drift", value=abs(ends[1] - ends[0]), unit="ms"),
        Figure(name="frames received", value=picture.frames, unit=""),
        Figure(name="longest hole in the picture", value=picture.longest_hole_s, unit="s"),
        Figure(name="longest hole in the sound", value=sound.longest_hole_s, unit="s"),
        Figure(name="longest time without anything", value=picture.longest_silence_s, unit="s"),
        Figure(name="frames late in the studio", value=float(studio.get("late_frames", 0)), unit=""),
        *(Figure(name=f"frames missing: {why}", value=count, unit="") for why, count in sorted(lost.items())),
        *(Figure(name=f"memory slope: {name}", value=slope, unit="MiB/h") for name, slope in sorted(slopes.items())),
    ]
    report("soak", figures)
    for each in figures:
        note(each.name, round(each.value, 3))
    assert picture.backwards == sound.backwards == 0
    assert abs(picture.lag_grown_s) < 0.5
    assert abs(ends[1] - ends[0]) <= 20
    assert sound.longest_hole_s < 0.1, "sound runs on whatever happens"
    if MINUTES >= _LONG:
        assert all(slope < 30 for slope in slopes.values()), slopes
