"""Which directors look at the desk now. In: their pages' signs of life. Out: who is there, for a hand-over.

Kept in mind only: a desk that starts anew hears of everybody within seconds.
"""

from episodes.seat import Sitter
from runtime.clock import Clock

GONE_S = 15.0
_MOST = 64
_NS = 1_000_000_000


class Present:
    """Browsers heard lately; bounded by `_MOST`, the oldest goes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.began = (clock.mono_ns(), clock.utc_ns())
        """When this desk began, on both clocks."""
        self._seen: dict[str, tuple[Sitter, int]] = {}

    def heard(self, who: Sitter) -> None:
        """A page of theirs is open."""
        self._seen.pop(who.seat, None)
        self._seen[who.seat] = (who, self._clock.mono_ns())
        while len(self._seen) > _MOST:
            del self._seen[next(iter(self._seen))]

    def now(self) -> tuple[Sitter, ...]:
        """Who is there."""
        since = self._clock.mono_ns() - GONE_S * _NS
        return tuple(who for who, seen_ns in self._seen.values() if seen_ns >= since)
