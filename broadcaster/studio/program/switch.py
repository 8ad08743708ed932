"""CUE, then TAKE. In: the director's commands and, each tick, who has a fresh picture. Out: the source on air (pure).

A TAKE keeps the old source until the new one has a picture, or until its deadline; then the new source is on air
whatever it shows. Locked, because commands come from the event loop and ticks from the programme's thread.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

SLATE = "slate"


@dataclass(frozen=True, slots=True)
class Pending:
    """A TAKE that waits for its picture; `deadline_ns` None waits for ever (a restarted studio's last source)."""

    source: str
    deadline_ns: int | None
    done: Callable[[], None]


class Switch:
    """What is on air, what is cued, and what is about to be on air."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._on_air = SLATE
        self._cued = ""
        self._pending: Pending | None = None

    @property
    def on_air(self) -> str:
        return self._on_air

    @property
    def cued(self) -> str:
        return self._cued

    @property
    def pending(self) -> str:
        """The source of a TAKE that still waits, or empty."""
        pending = self._pending
        return pending.source if pending else ""

    @property
    def wanted(self) -> frozenset[str]:
        """Cameras that must be decoded."""
        with self._lock:
            return frozenset({self._on_air, self._cued, self.pending} - {SLATE, ""})

    def cue(self, source: str) -> None:
        with self._lock:
            self._cued = "" if source == SLATE else source

    def take(self, source: str, deadline_ns: int | None, done: Callable[[], None]) -> None:
        """Put `source` on air as soon as it can be; `done` is called then. A TAKE that still waited is done with."""
        with self._lock:
            before, self._pending = self._pending, Pending(source, deadline_ns, done)
        if before:
            before.done()

    def tick(self, now_ns: int, has_picture: Callable[[str], bool]) -> str:
        """The source for this tick."""
        with self._lock:
            pending = self._pending
            if pending is None or not _due(pending, now_ns, has_picture):
                return self._on_air
            self._on_air, self._pending = pending.source, None
            if self._cued == pending.source:
                self._cued = ""
        pending.done()
        return pending.source


def _due(pending: Pending, now_ns: int, has_picture: Callable[[str], bool]) -> bool:
    if pending.source == SLATE or has_picture(pending.source):
        return True
    return pending.deadline_ns is not None and now_ns >= pending.deadline_ns
