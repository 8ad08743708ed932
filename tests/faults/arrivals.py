"""What a platform was sent, and when it arrived. In: the FLV a platform is recording. Out: every frame with its moment.

A recording can look perfect after a stall of seconds: only when its bytes came tells. The file is looked at every 20 ms
(nginx-rtmp writes each message as it comes), so a frame's arrival is known within that.
"""

import itertools
import struct
import threading
import time
from bisect import bisect_left
from dataclasses import dataclass
from mmap import PROT_READ, mmap
from pathlib import Path
from statistics import median

EVERY_S = 0.02
_HEADER, _TAG, _AFTER = 13, 11, 4
_VIDEO, _AUDIO = 9, 8


@dataclass(frozen=True)
class Frame:
    """`at_s` is when it was complete at the platform (monotonic), `dts_s` its time in the stream."""

    kind: str
    dts_s: float
    at_s: float
    key: bool
    bytes: int

    @property
    def lag_s(self) -> float:
        """Arrival against stream time; only differences mean something."""
        return self.at_s - self.dts_s


class Arrivals:
    """Watches one platform's newest file from `start` to `stop`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sizes: list[int] = []
        self._moments: list[float] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=f"arrivals {path.name}")

    def start(self) -> "Arrivals":
        self._thread.start()
        return self

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        last = -1
        while not self._over.wait(EVERY_S):
            size = self.path.stat().st_size
            if size != last:
                last = size
                self._sizes.append(size)
                self._moments.append(time.monotonic())

    def frames(self, kind: str = "video") -> list[Frame]:
        """All that arrived since `start`, in the order of the file."""
        with self.path.open("rb") as file, mmap(file.fileno(), 0, prot=PROT_READ) as data:
            return self._parsed(data, kind)

    def _parsed(self, data: mmap, kind: str) -> list[Frame]:
        first = self._sizes[0] if self._sizes else len(data)
        found: list[Frame] = []
        at = _HEADER
        while at + _TAG <= len(data):
            size = int.from_bytes(data[at + 1 : at + 4], "big")
            low, high = struct.unpack_from("!3s", data, at + 4)[0], data[at + 7]
            end = at + _TAG + size + _AFTER
            if end > len(data):
                break
            body = data[at + _TAG : at + _TAG + 2]
            if end > first and _is(data[at], body, kind) and end <= self._sizes[-1]:
                dts_ms = int.from_bytes(low, "big") | high << 24
                moment = self._moments[bisect_left(self._sizes, end)]
                found.append(Frame(kind, dts_ms / 1000, moment, body[0] >> 4 == 1, size))
            at = end
        return found


def _is(tag: int, body: bytes, kind: str) -> bool:
    """A frame of this kind, not a codec's header."""
    if len(body) < 2 or body[1] == 0:
        return False
    return tag == (_VIDEO if kind == "video" else _AUDIO)


@dataclass(frozen=True)
class Judged:
    """What a viewer of this platform would have noticed, in seconds."""

    frames: int
    longest_hole_s: float
    """In stream time: frames that never came."""
    longest_silence_s: float
    """In real time: nothing arrived for so long."""
    backwards: int
    lag_grown_s: float
    """How much later than at first frames arrive at the end."""

    @classmethod
    def of(cls, frames: list[Frame], edge_s: float = 1.5) -> "Judged":
        steps = [b.dts_s - a.dts_s for a, b in itertools.pairwise(frames)]
        waits = [b.at_s - a.at_s for a, b in itertools.pairwise(frames)]
        first = median(each.lag_s for each in frames if each.at_s < frames[0].at_s + edge_s)
        last = median(each.lag_s for each in frames if each.at_s > frames[-1].at_s - edge_s)
        return cls(
            frames=len(frames),
            longest_hole_s=round(max(steps), 3),
            longest_silence_s=round(max(waits), 3),
            backwards=sum(step <= 0 for step in steps),
            lag_grown_s=round(last - first, 3),
        )
