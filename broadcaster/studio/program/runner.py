"""The programme's thread. In: the switch, the sources' pictures, the scene. Out: one composed frame a tick.

Each tick: what is on air, its newest pictures (repeated on a short stall, the slate after `stall_s`), laid out in a
frame of our own, the graphics drawn over. Nothing here waits for anybody. When the machine is short, ticks are left
out by a stated ladder; sound has its own thread and knows nothing of it.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from broadcaster.studio.encode.video import Composed
from broadcaster.studio.program.clock import ProgrammeClock
from broadcaster.studio.program.compose import fill
from broadcaster.studio.program.decode import Picture
from broadcaster.studio.program.ladder import Ladder
from broadcaster.studio.program.planes import BLACK, Planes, blank, views
from broadcaster.studio.program.screen import Screen
from broadcaster.studio.program.shown import Shown
from broadcaster.studio.program.switch import FOR_EVER, Showing, Switch
from broadcaster.studio.threads import Worker
from episodes.shot import HOLD, SLATE
from overlay.scene import Scene
from runtime.settings import Settings

_POOL = 5
_S = 1_000_000_000
_LAG_WEIGHT, _FAR_WEIGHT, _FAR_NS = 0.05, 0.2, 40_000_000


class Painter(Protocol):
    """What the programme needs of `overlay.compositor.Compositor`."""

    @property
    def drawn_seq(self) -> int:
        """The newest record whose graphics were all on the last frame."""

    def draw(self, planes: Planes, scene: Scene, now_utc_ns: int) -> None:
        """Blend the scene's graphics into the planes, in place; never raises."""


class Encoder(Protocol):
    """What the programme needs of `encode.video.VideoEncoder`."""

    @property
    def refused(self) -> int:
        """Frames that were never encoded."""

    def offer(self, composed: Composed) -> bool:
        """False when it has fallen behind."""


class Source(Protocol):
    """A camera's decoder, or a clip's player."""

    name: str
    live: bool
    """Whether it has a clock of its own, which the programme's ticks may follow."""
    lag_ns: float

    def picture(self, tick_ns: int) -> Picture | None:
        """What to show at this tick; None when there is nothing worth showing."""

    def begin(self, tick_ns: int) -> None:
        """It is on air from this tick on (said at every tick)."""

    def left_ns(self, tick_ns: int) -> int:
        """How much of it is left."""


@dataclass(slots=True)
class Counts:
    """What the status tells of the programme."""

    frames: int = 0
    late: int = 0
    slated: int = 0
    repeated: int = 0
    spared: int = 0
    """Ticks left out because the machine was short."""
    recent: list[int] = field(default_factory=list)


class Programme:
    """Owns the ticks. `shown` and `sources` are replaced whole by the event loop and read here."""

    def __init__(
        self,
        settings: Settings,
        switch: Switch,
        painter: Painter,
        encoder: Encoder,
        on_change: Callable[[str], None],
    ) -> None:
        encode = settings.encode
        self._switch, self._painter, self._encoder, self._on_change = switch, painter, encoder, on_change
        self._fps = encode.fps
        self._pool = [blank(encode.width, encode.height) for _ in range(_POOL)]
        self._planes = [views(frame) for frame in self._pool]
        self._screen = Screen(encode.width, encode.height)
        self._ladder = Ladder(encode.fps, time.monotonic_ns())
        self._stop = threading.Event()
        self._worker = Worker("programme", self._run)
        self._turn = 0
        self._numbers: dict[str, int] = {}
        self._was: object = None
        self._slated = True
        self.shown = Shown.of(Scene())
        self.sources: Mapping[str, Source] = {}
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

    @property
    def fps_wanted(self) -> float:
        """Frames a second it tries to make; fewer than the programme's while the machine is short."""
        return self._ladder.fps

    @property
    def short(self) -> bool:
        """Whether frames are left out because the machine is short."""
        return self._ladder.short

    def fps(self, now_ns: int) -> float:
        """Frames of the last two seconds, per second."""
        return round(sum(now_ns - tick <= 2 * _S for tick in tuple(self.counts.recent)) / 2, 1)

    def lag_ns(self, name: str) -> float:
        """How far the picture of `name` lies behind its capture; 0 when nothing is known."""
        source = self.sources.get(name)
        return source.lag_ns if source else 0.0

    def _run(self) -> None:
        clock = ProgrammeClock(self._fps, time.monotonic_ns())
        late = 0
        while not self._stop.is_set():
            tick_ns = clock.advance(time.monotonic_ns())
            wait_ns = tick_ns - time.monotonic_ns()
            if wait_ns > 0:
                time.sleep(wait_ns / _S)
            before, late = late, clock.skipped + self._encoder.refused
            self.counts.late = late
            if self._ladder.tick(tick_ns, late - before):
                self._tick(clock, tick_ns)
            else:
                self.counts.spared += 1

    def _tick(self, clock: ProgrammeClock, tick_ns: int) -> None:
        sources = self.sources
        showing = self._switch.tick(
            tick_ns,
            lambda name: _picture(sources, name, tick_ns) is not None,
            lambda name: _left(sources, name, tick_ns),
        )
        if showing.shot != self._was:
            self._was = showing.shot
            self._on_change(showing.shot.source)
        planes = self._planes[self._turn]
        pictures = self._pictures(clock, showing, tick_ns)
        frozen = self._switch.frozen_ns > 0
        if showing.shot.has_picture and (pictures or (frozen and self._screen.standing)):
            planes_of = {name: views(picture.frame) for name, picture in pictures.items()}
            self._screen.lay(showing, planes_of, planes, frozen=frozen)
            self._paint(planes, self.shown.scene, slated=False)
        else:
            self._screen.clear()
            fill(planes, BLACK)
            self.counts.slated += 1
            self._paint(planes, self._card(showing), slated=True)
        self._hand_on(Composed(self._pool[self._turn], tick_ns, self._painter.drawn_seq))

    def _card(self, showing: Showing) -> Scene:
        shown = self.shown
        held = showing.shot.source == HOLD and shown.reason == showing.shot.reason
        return shown.hold if held and shown.hold else shown.slate

    def _paint(self, planes: Planes, scene: Scene, *, slated: bool) -> None:
        if slated != self._slated:
            self._slated = slated
            self._on_change(SLATE)
        self._painter.draw(planes, scene, time.time_ns())

    def _pictures(self, clock: ProgrammeClock, showing: Showing, tick_ns: int) -> dict[str, Picture]:
        """The pictures this tick needs, by source."""
        sources, found = self.sources, dict[str, Picture]()
        for name in showing.sources:
            source = sources.get(name)
            if source is None:
                continue
            source.begin(tick_ns)
            picture = source.picture(tick_ns)
            if picture is not None:
                found[name] = picture
                self._measure(clock if name == showing.shot.source else None, source, picture, tick_ns)
        return found

    def _measure(self, clock: ProgrammeClock | None, source: Source, picture: Picture, tick_ns: int) -> None:
        if self._numbers.get(source.name) == picture.number:
            self.counts.repeated += clock is not None
            return
        self._numbers[source.name] = picture.number
        if not source.live:
            return
        if clock is not None:
            clock.observe(picture.ready_ns, picture.captured_ns)
        lag = tick_ns - picture.captured_ns
        # A decoder that begins has a backlog: what it says first is soon forgotten.
        away = lag - (source.lag_ns or lag)
        source.lag_ns = lag if not source.lag_ns else source.lag_ns + away * _weight(away)

    def _hand_on(self, composed: Composed) -> None:
        if self._encoder.offer(composed):
            self._turn = (self._turn + 1) % _POOL
            self.counts.frames += 1
            recent = self.counts.recent
            recent.append(composed.tick_ns)
            if len(recent) > 4 * self._fps:
                del recent[: 2 * self._fps]


def _picture(sources: Mapping[str, Source], name: str, tick_ns: int) -> Picture | None:
    source = sources.get(name)
    return source.picture(tick_ns) if source else None


def _left(sources: Mapping[str, Source], name: str, tick_ns: int) -> int:
    source = sources.get(name)
    return source.left_ns(tick_ns) if source else FOR_EVER


def _weight(away_ns: float) -> float:
    return _FAR_WEIGHT if abs(away_ns) > _FAR_NS else _LAG_WEIGHT
