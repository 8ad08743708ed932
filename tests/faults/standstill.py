"""Each process stands still while a show is on air (SIGSTOP), alone, and goes on. In: a show, how long. Out: judged.

What the platforms got is the judge: frames, their times, and when they arrived.
"""

import contextlib
import signal
import time
from collections.abc import Callable, Sequence

import psutil

from tests.faults.aftermath import compare, kept
from tests.faults.arrivals import Arrivals, Judged
from tests.faults.onair import GENEROUS_S, OnAir
from tests.house import wait_for

BEFORE_S, AFTER_S = 2.0, 2.5
# A busy machine gives fewer frames, never a hole a viewer would call one.
HOLE_S = 0.7
Note = Callable[[str, object], None]


def stand_still(show: OnAir, victims: Sequence[psutil.Process], seconds: float) -> tuple[list[list[Arrivals]], float]:
    """Stop it, let it go on, wait until all is well. Answers what each platform was sent, and how long it took."""
    eyes = show.watch()
    time.sleep(BEFORE_S)
    for victim in victims:
        victim.send_signal(signal.SIGSTOP)
    try:
        time.sleep(seconds)
    finally:
        for victim in victims:
            with contextlib.suppress(psutil.NoSuchProcess):
                victim.send_signal(signal.SIGCONT)
    began = time.monotonic()
    time.sleep(0.5)
    wait_for("all well again", show.well, GENEROUS_S)
    took_s = time.monotonic() - began
    # What was missed is caught up at five times the speed; judged is what comes after.
    time.sleep(AFTER_S + seconds / 4)
    for eye in eyes:
        eye.stop()
    return eyes, took_s


def judged(eye: Arrivals) -> Judged:
    return Judged.of(eye.frames())


def whole(eye: Arrivals, note: Note, name: str) -> None:
    """Nothing missing, nothing late, in picture and in sound."""
    picture, sound = judged(eye), Judged.of(eye.frames("audio"))
    note(name, str(picture))
    for each in (picture, sound):
        assert each.backwards == 0
        assert each.longest_hole_s < HOLE_S
        assert each.longest_silence_s < HOLE_S + 0.5
        assert abs(each.lag_grown_s) < 0.5
    assert sound.longest_hole_s < 0.05, "sound runs on a grid"
    frames = eye.frames("audio")
    assert len(frames) >= (frames[-1].dts_s - frames[0].dts_s) * 48000 / 1024 - 2, "every frame of it"


def resumed(eye: Arrivals, seconds: float, note: Note, name: str) -> None:
    """The one connection, nothing backwards, no more missing than it stood still, and not later for ever."""
    picture = judged(eye)
    note(name, str(picture))
    assert picture.backwards == 0
    assert picture.longest_hole_s < seconds + 2.5, "up to the next keyframe"
    assert picture.longest_silence_s < seconds + 3.0
    assert abs(picture.lag_grown_s) < 1.0


def worker_stands_still(show: OnAir, seconds: float, note: Note) -> None:
    eyes, took_s = stand_still(show, [show.worker(0)], seconds)
    note("worker_well_after_s", round(took_s, 1))
    resumed(eyes[0], seconds, note, "its_platform")
    whole(eyes[1], note, "other_platform")


def desk_stands_still(show: OnAir, seconds: float, note: Note) -> None:
    room = show.house.room("desk")
    assert room
    eyes, took_s = stand_still(show, [room], seconds)
    note("desk_well_after_s", round(took_s, 1))
    for eye in eyes:
        whole(eye, note, "platform")


def studio_stands_still(show: OnAir, seconds: float, note: Note) -> None:
    room = show.house.room("studio")
    assert room
    eyes, took_s = stand_still(show, [room], seconds)
    note("studio_well_after_s", round(took_s, 1))
    for eye in eyes:
        # The delay plays out, then slate: somebody who only counts frames notices nothing.
        whole(eye, note, "platform")


def playout_stands_still(show: OnAir, seconds: float, note: Note) -> None:
    room = show.house.room("playout")
    assert room
    eyes, took_s = stand_still(show, [room], seconds)
    note("playout_well_after_s", round(took_s, 1))
    for eye in eyes:
        resumed(eye, seconds, note, "platform")


def recorders_stand_still(show: OnAir, seconds: float, note: Note) -> None:
    """As on a disk that takes nothing: after five seconds they are replaced, and nobody else notices."""
    recorders = [each for each in show.house.family() if "broadcaster.recorder" in each.cmdline()]
    assert len(recorders) == 3, "the master and two originals"
    eyes, _ = stand_still(show, recorders, seconds)
    for eye in eyes:
        whole(eye, note, "platform")


CASES = (worker_stands_still, desk_stands_still, studio_stands_still, playout_stands_still)


def suffer(show: OnAir, case: Callable[[OnAir, float, Note], None], seconds: float, note: Note) -> None:
    wait_for("a show that is well", show.well, GENEROUS_S)
    before = kept(show)
    files = [len(each) for each in show.recordings()]
    case(show, seconds, note)
    assert [len(each) for each in show.recordings()] == files, "every connection stayed up"
    # The other camera may still be on its way back.
    wait_for("as many processes as before", lambda: kept(show).processes == before.processes, GENEROUS_S)
    compare(before, kept(show))
