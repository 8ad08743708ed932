"""Who may force a programme key frame, and when. In: wishes and ticks. Out: yes or no (pure).

At most one forced in two seconds in all: joining monitors wait for it together. The encoder makes the regular ones by
counting frames; where frames were lost that would be late by the clock, so the clock asks for one as well.
"""

import threading

LEAST_APART_NS = 2_000_000_000
_JITTER_NS = 5_000_000
"""Ticks are whole nanoseconds: sixty of them fall just short of two seconds."""


class KeyBudget:
    """Asked from any thread."""

    def __init__(self, regular_ns: int = LEAST_APART_NS) -> None:
        self._regular_ns = regular_ns
        self._lock = threading.Lock()
        self._wished = False
        self._last_ns = -LEAST_APART_NS
        self.forced = 0

    def wish(self) -> None:
        """Somebody would like a key frame soon."""
        with self._lock:
            self._wished = True

    def came(self, now_ns: int) -> None:
        """A key frame was made, forced or not: every wish is met."""
        with self._lock:
            self._wished = False
            self._last_ns = now_ns

    def due(self, now_ns: int) -> bool:
        """Whether the frame of this tick shall be one."""
        with self._lock:
            since_ns = now_ns - self._last_ns
            if self._wished and since_ns >= LEAST_APART_NS:
                self.forced += 1
                return True
            return since_ns >= self._regular_ns - _JITTER_NS
