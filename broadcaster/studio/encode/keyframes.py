"""Who may force a programme key frame, and when. In: wishes and ticks. Out: yes or no (pure).

At most one in two seconds in all: joining monitors wait for it together. The regular ones come from the encoder.
"""

import threading

LEAST_APART_NS = 2_000_000_000


class KeyBudget:
    """Asked from any thread."""

    def __init__(self) -> None:
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
            if not self._wished or now_ns - self._last_ns < LEAST_APART_NS:
                return False
            self.forced += 1
            return True
