"""Picture against sound in what a platform recorded. In: an FLV with flashes and beeps. Out: their offsets over time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

BRIGHT, LOUD = 150.0, 0.1
_APART_S = 0.4
_FULL_RATE_S = 0.045


@dataclass(frozen=True)
class Offset:
    """At `at_s` of the stream the beep came `ms` after its flash."""

    at_s: float
    ms: float


def offsets(path: Path) -> list[Offset]:
    """One for each flash that has its beep within 300 ms; slate has neither."""
    flashes, beeps = _onsets(path)
    found: list[Offset] = []
    at = 0
    for flash in flashes:
        while at < len(beeps) and beeps[at] < flash - 0.3:
            at += 1
        near = [beep - flash for beep in beeps[at : at + 3] if abs(beep - flash) < 0.3]
        if near:
            found.append(Offset(flash, 1000 * min(near, key=abs)))
    return found


def _onsets(path: Path) -> tuple[list[float], list[float]]:
    flashes: list[float] = []
    beeps: list[float] = []
    dark, quiet_s, before_s = True, -1.0, -1.0
    for at_s, value, loud in _levels(path):
        if loud is None:
            # A busy machine lowers the picture's rate: a flash between two far frames may be that much older.
            if dark and value > BRIGHT and at_s - before_s < _FULL_RATE_S:
                flashes.append(at_s)
            dark, before_s = value <= BRIGHT, at_s
        elif loud:
            if at_s - quiet_s > _APART_S:
                beeps.append(at_s)
            quiet_s = at_s
    return flashes, beeps


def _levels(path: Path) -> Iterator[tuple[float, float, bool | None]]:
    """Of each picture its brightness low in the middle, of each stretch of sound its first loud moment."""
    with av.open(str(path)) as file:
        file.streams.video[0].thread_type = "AUTO"
        for frame in file.decode(file.streams.video[0], file.streams.audio[0]):
            if frame.time is None:
                continue
            if isinstance(frame, av.VideoFrame):
                plane = frame.planes[0]
                luma = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
                row, column = frame.height * 2 // 3, frame.width // 2
                yield frame.time, float(luma[row : row + 8, column : column + 8].mean()), None
            else:
                loud = np.flatnonzero(np.abs(frame.to_ndarray()[0]) > LOUD)
                if loud.size:
                    yield frame.time + int(loud[0]) / frame.sample_rate, 0.0, True
                    yield frame.time + int(loud[-1]) / frame.sample_rate, 0.0, True
