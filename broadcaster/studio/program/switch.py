"""CUE, then TAKE. In: the director's commands and, each tick, who has a fresh picture. Out: what to show (pure).

A TAKE keeps the old shot until the new one has its pictures, or until its deadline; then the new shot is on air
whatever it shows. A dissolve shows both for `DISSOLVE_MS`; to or from a card it is a cut. When a clip ends, what
follows it is taken the same way. Locked, because commands come from the event loop and ticks from the programme's
thread.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from episodes.shot import DISSOLVE_MS, SLATE, Shot, is_clip

_FADE_NS = DISSOLVE_MS * 1_000_000
_SOON_NS = 2_000_000_000
"""What follows a clip is decoded so long before the clip's end."""
FOR_EVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Pending:
    """A TAKE that waits for its pictures; `deadline_ns` None waits for ever (a restarted studio's last shot)."""

    shot: Shot
    deadline_ns: int | None
    done: Callable[[], None]
    dissolve: bool = False


@dataclass(frozen=True, slots=True)
class Showing:
    """What one tick shows: `shot`, and while a dissolve runs the shot `before` under it; `share` is the new one's."""

    shot: Shot
    before: Shot | None = None
    share: float = 1.0

    @property
    def sources(self) -> tuple[str, ...]:
        """Everything one sees."""
        return (*self.shot.sources, *(self.before.sources if self.before else ()))


class Switch:
    """What is on air, what is cued, and what is about to be on air."""

    def __init__(self, take_wait_ns: int = 0) -> None:
        self._lock = threading.Lock()
        self._take_wait_ns = take_wait_ns
        self._on_air = self._back = Shot()
        self._cued = ""
        self._pending: Pending | None = None
        self._before: Shot | None = None
        self._faded_ns = 0
        self._ends_soon = False
        self._frozen_ns = 0

    @property
    def on_air(self) -> Shot:
        return self._on_air

    @property
    def cued(self) -> str:
        return self._cued

    @property
    def pending(self) -> Shot | None:
        """The shot of a TAKE that still waits."""
        pending = self._pending
        return pending.shot if pending else None

    @property
    def frozen_ns(self) -> int:
        """Since when the picture is held; 0 when it runs."""
        return self._frozen_ns

    @property
    def wanted(self) -> frozenset[str]:
        """Cameras and clips that must be decoded."""
        with self._lock:
            shots = [self._on_air, self._before, self._pending.shot if self._pending else None]
            if self._ends_soon:
                shots.append(self._back)
            names = {name for shot in shots if shot for name in shot.sources}
            return frozenset(names | {self._cued}) - {""}

    def cue(self, source: str) -> None:
        with self._lock:
            self._cued = "" if source == SLATE else source

    def freeze(self, now_ns: int, *, on: bool) -> bool:
        """Hold the picture or let it run; False when there is no picture to hold."""
        with self._lock:
            if on and not self._on_air.has_picture:
                return False
            self._frozen_ns = (self._frozen_ns or now_ns) if on else 0
            return True

    def take(
        self,
        shot: Shot,
        deadline_ns: int | None,
        done: Callable[[], None],
        *,
        dissolve: bool = False,
        back: Shot | None = None,
    ) -> None:
        """Put `shot` on air as soon as it can be; `done` is called then. A TAKE that still waited is done with.

        `back` follows a clip that names no `then`; without it what was on air before.
        """
        with self._lock:
            before, self._pending = self._pending, Pending(shot, deadline_ns, done, dissolve)
            if is_clip(shot.source):
                self._back = Shot(source=shot.then) if shot.then else back or self._returning()
        if before:
            before.done()

    def tick(self, now_ns: int, has_picture: Callable[[str], bool], left_ns: Callable[[str], int]) -> Showing:
        """What this tick shows. `left_ns` tells how much of a clip is left."""
        with self._lock:
            self._return(now_ns, left_ns)
            pending = self._pending
            if pending is not None and _due(pending, now_ns, has_picture):
                self._put_on_air(pending, now_ns)
            else:
                pending = None
            showing = self._showing(now_ns)
        if pending:
            pending.done()
        return showing

    def _put_on_air(self, pending: Pending, now_ns: int) -> None:
        old, self._on_air, self._pending = self._on_air, pending.shot, None
        self._before, self._ends_soon, self._frozen_ns = None, False, 0
        if pending.dissolve and old != pending.shot and old.has_picture and pending.shot.has_picture:
            self._before, self._faded_ns = old, now_ns
        if self._cued in pending.shot.sources:
            self._cued = ""

    def _showing(self, now_ns: int) -> Showing:
        share = (now_ns - self._faded_ns) / _FADE_NS if self._before else 1.0
        if share >= 1.0:
            self._before = None
        return Showing(self._on_air, self._before, min(share, 1.0))

    def _return(self, now_ns: int, left_ns: Callable[[str], int]) -> None:
        """A clip on air comes to its end: its last picture stays until what follows has one."""
        if not is_clip(self._on_air.source):
            return
        left = left_ns(self._on_air.source)
        self._ends_soon = left < _SOON_NS
        if left <= 0 and self._pending is None and not self._frozen_ns:
            self._pending = Pending(self._back, now_ns + self._take_wait_ns, _nobody)

    def _returning(self) -> Shot:
        return self._back if is_clip(self._on_air.source) else self._on_air


def _due(pending: Pending, now_ns: int, has_picture: Callable[[str], bool]) -> bool:
    if all(has_picture(name) for name in pending.shot.sources):
        return True
    if pending.deadline_ns is None:
        # After a restart the second phone may be gone for good: who is there goes on air, the other joins it.
        return any(has_picture(name) for name in pending.shot.sources)
    return now_ns >= pending.deadline_ns


def _nobody() -> None:
    return
