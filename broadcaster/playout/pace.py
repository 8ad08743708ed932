"""How fast the public catches up after we stood still. In: now. Out: the moment up to which to hand out. Pure.

While we stood still the studio went on: its packets wait in the socket. They are read first, or what was made would be
covered with slate; then they are handed out a half second a step, so that each output's pipe drains in between.
"""

STILL_NS = 1_000_000_000
_READ_NS = 250_000_000
_STEP_NS = 500_000_000


class Pace:
    """`until(now)` for every step; it never goes backwards."""

    def __init__(self, now_ns: int) -> None:
        self._at_ns = now_ns
        self._held_until_ns = 0

    @property
    def catching_up(self) -> bool:
        """Whether what is handed out lies behind: the next step must not wait long."""
        return self._held_until_ns != 0

    def until(self, now_ns: int) -> int:
        """`now_ns` itself, unless the last step was more than a second ago."""
        if now_ns - self._at_ns <= STILL_NS:
            self._at_ns = max(self._at_ns, now_ns)
            self._held_until_ns = 0
        elif not self._held_until_ns:
            self._held_until_ns = now_ns + _READ_NS
        elif now_ns >= self._held_until_ns:
            self._at_ns += _STEP_NS
        return self._at_ns
