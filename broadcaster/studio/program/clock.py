"""The programme's ticks. In: when fresh pictures became ready. Out: the next tick, in monotonic ns (pure).

Ticks lie one period apart. While the camera on air sends at the programme's rate the phase slides, by at most half a
percent, until a tick falls shortly after each picture: then no picture is shown twice or skipped, and none waits long.
Without a camera, or with one at another rate, it runs free.
"""

_SLEW = 0.005
_GAIN = 0.05
_SAME_RATE = 0.03
_MARGIN_LEAST_NS, _MARGIN_MOST_NS = 4_000_000, 14_000_000


class ProgrammeClock:
    """One programme's clock."""

    def __init__(self, fps: int, start_ns: int) -> None:
        self.period_ns = 1_000_000_000 // fps
        self.tick_ns = start_ns
        self.skipped = 0
        self._captured_ns = 0
        self._interval_ns = 0.0
        self._scatter = 0.0
        self._correction_ns = 0

    def advance(self, now_ns: int) -> int:
        """The next tick. Ticks that are already a whole period late are skipped and counted."""
        self.tick_ns += self.period_ns + self._correction_ns
        self._correction_ns = 0
        late = (now_ns - self.tick_ns) // self.period_ns
        if late > 0:
            self.skipped += late
            self.tick_ns += late * self.period_ns
        return self.tick_ns

    def observe(self, ready_ns: int, captured_ns: int) -> None:
        """A fresh picture, shown at the present tick, was captured and became ready then."""
        since_ns, self._captured_ns = captured_ns - self._captured_ns, captured_ns
        if not 0 < since_ns <= 4 * self.period_ns:
            self._interval_ns = 0.0
            return
        # Near the wrong phase pictures are skipped and shown twice: what counts is one picture's share.
        one_ns = since_ns / max(1, round(since_ns / self.period_ns))
        self._interval_ns = one_ns if not self._interval_ns else 0.9 * self._interval_ns + 0.1 * one_ns
        if abs(self._interval_ns - self.period_ns) > _SAME_RATE * self.period_ns:
            return
        half = self.period_ns // 2
        error = (self.tick_ns - ready_ns - self.margin_ns + half) % self.period_ns - half
        self._scatter = 0.95 * self._scatter + 0.05 * abs(error)
        most = self.period_ns * _SLEW
        self._correction_ns = -int(max(-most, min(most, _GAIN * error)))

    @property
    def margin_ns(self) -> int:
        """How long before its tick a picture should be ready: more when pictures come less evenly."""
        return int(max(_MARGIN_LEAST_NS, min(_MARGIN_MOST_NS, 2 * self._scatter)))
