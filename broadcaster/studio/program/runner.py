"""The programme's thread. In: the switch, the cameras' decoders, the scene. Out: one composed frame a tick.

Each tick: who is on air, its newest picture (repeated on a short stall, the slate after `stall_s`), a copy of it in a
frame of our own, the graphics drawn over. Nothing here waits for anybody.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from msgspec.structs import replace

from broadcaster.studio.encode.video import Composed, VideoEncoder
from broadcaster.studio.program.clock import ProgrammeClock
from broadcaster.studio.program.decode import Decoder
from broadcaster.studio.program.planes import BLACK, Planes, blank, copy, views
from broadcaster.studio.program.switch import SLATE, Switch
from broadcaster.studio.threads import Worker
from overlay import words
from overlay.scene import Scene
from runtime.settings import Settings

_POOL = 5
_S = 1_000_000_000
_LAG_WEIGHT, _FAR_WEIGHT, _FAR_NS = 0.05, 0.2, 40_000_000


class Painter(Protocol):
    """What the programme needs of `overlay.compositor.Compositor`."""

    drawn_seq: int
    """The newest record whose graphics were all on the last frame."""

    def draw(self, planes: Planes, scene: Scene, now_utc_ns: int) -> None:
        """Blend the scene's graphics into the planes, in place; never raises."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The scene to draw, and the same as a slate."""

    scene: Scene
    slate: Scene

    @classmethod
    def of(cls, scene: Scene) -> "Shown":
        return cls(scene, replace(scene, slate=words.SLATE_LINE))


@dataclass(slots=True)
class Counts:
    """What the status tells of the programme."""

    frames: int = 0
    late: int = 0
    slated: int = 0
    repeated: int = 0
    recent: list[int] = field(default_factory=list)


class Programme:
    """Owns the ticks. `shown` and `decoders` are replaced whole by the event loop and read here."""

    def __init__(
        self,
        settings: Settings,
        switch: Switch,
        painter: Painter,
        encoder: VideoEncoder,
        on_change: Callable[[str], None],
    ) -> None:
        encode = settings.encode
        self._switch, self._painter, self._encoder, self._on_change = switch, painter, encoder, on_change
        self._stall_ns = int(settings.studio.stall_s * _S)
        self._fps = encode.fps
        self._pool = [blank(encode.width, encode.height) for _ in range(_POOL)]
        self._planes = [views(frame) for frame in self._pool]
        self._stop = threading.Event()
        self._worker = Worker("programme", self._run)
        self._turn = 0
        self._clock: ProgrammeClock | None = None
        self._last: tuple[str, int] = ("", 0)
        self._was = SLATE
        self._slated = True
        self.shown = Shown.of(Scene())
        self.decoders: Mapping[str, Decoder] = {}
        self.counts = Counts()

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._stop.set()

    def join(self) -> None:
        self._worker.join()

    @property
    def alive(self) -> bool:
        return self._worker.alive

    @property
    def slated(self) -> bool:
        """Whether the slate is what one sees now, whatever source is on air."""
        return self._slated

    def fps(self, now_ns: int) -> float:
        """Frames of the last two seconds, per second."""
        return round(sum(now_ns - tick <= 2 * _S for tick in tuple(self.counts.recent)) / 2, 1)

    def _run(self) -> None:
        clock = self._clock = ProgrammeClock(self._fps, time.monotonic_ns())
        while not self._stop.is_set():
            tick_ns = clock.advance(time.monotonic_ns())
            wait_ns = tick_ns - time.monotonic_ns()
            if wait_ns > 0:
                time.sleep(wait_ns / _S)
            self._tick(clock, tick_ns)

    def _tick(self, clock: ProgrammeClock, tick_ns: int) -> None:
        decoders = self.decoders
        source = self._switch.tick(tick_ns, lambda name: self._fresh(decoders.get(name), tick_ns))
        if source != self._was:
            self._was = source
            self._on_change(source)
        planes = self._planes[self._turn]
        shown, decoder = self.shown, decoders.get(source)
        if decoder is not None and self._fresh(decoder, tick_ns):
            self._picture(clock, decoder, planes, tick_ns)
            self._now_slated(slated=False)
            self._painter.draw(planes, shown.scene, time.time_ns())
        else:
            _clear(planes)
            self._now_slated(slated=True)
            self.counts.slated += 1
            self._painter.draw(planes, shown.slate, time.time_ns())
        self._hand_on(Composed(self._pool[self._turn], tick_ns, self._painter.drawn_seq))
        self.counts.late = clock.skipped + self._encoder.refused

    def _fresh(self, decoder: Decoder | None, tick_ns: int) -> bool:
        picture = decoder.latest() if decoder else None
        return picture is not None and tick_ns - picture.ready_ns < self._stall_ns

    def _picture(self, clock: ProgrammeClock, decoder: Decoder, planes: Planes, tick_ns: int) -> None:
        picture = decoder.latest()
        if picture is None:
            return
        copy(views(picture.frame), planes)
        now = (decoder.camera.name, picture.number)
        if now == self._last:
            self.counts.repeated += 1
            return
        self._last = now
        clock.observe(picture.ready_ns, picture.captured_ns)
        lag = tick_ns - picture.captured_ns
        # A decoder that begins has a backlog: what it says first is soon forgotten.
        away = lag - (decoder.lag_ns or lag)
        decoder.lag_ns = lag if not decoder.lag_ns else decoder.lag_ns + away * _weight(away)

    def _hand_on(self, composed: Composed) -> None:
        if self._encoder.offer(composed):
            self._turn = (self._turn + 1) % _POOL
            self.counts.frames += 1
            recent = self.counts.recent
            recent.append(composed.tick_ns)
            if len(recent) > 4 * self._fps:
                del recent[: 2 * self._fps]

    def _now_slated(self, *, slated: bool) -> None:
        if slated != self._slated:
            self._slated = slated
            self._on_change(SLATE if slated else self._was)


def _weight(away_ns: float) -> float:
    return _FAR_WEIGHT if abs(away_ns) > _FAR_NS else _LAG_WEIGHT


def _clear(planes: Planes) -> None:
    for plane, value in zip(planes, BLACK, strict=True):
        plane[:] = value
