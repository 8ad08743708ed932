"""When the machine is short. In: late ticks. Out: whether the next tick is composed at all (pure).

Picture yields before sound: of 30 frames a second 20 remain, then 15, each evenly spaced; never fewer. A rung is
taken when a fifth of a second's ticks came late, at most one a second. It is climbed again after five calm seconds;
a climb that is soon regretted doubles the next wait, up to a minute.
"""

_S = 1_000_000_000
_PATTERNS: tuple[tuple[bool, ...], ...] = ((True,), (True, True, False), (True, False))
_LATE_PART = 0.2
_CALM_NS, _CALM_MOST_NS = 5 * _S, 60 * _S
_REGRET_NS = 10 * _S


class Ladder:
    """One programme's rung."""

    def __init__(self, fps: int, start_ns: int) -> None:
        self._fps = fps
        self._rung = 0
        self._tick = 0
        self._late = 0
        self._second_ns = self._calm_since_ns = start_ns
        self._climbed_ns = -_CALM_MOST_NS
        self._calm_ns = _CALM_NS

    @property
    def fps(self) -> float:
        """Frames a second it allows now."""
        pattern = _PATTERNS[self._rung]
        return round(self._fps * sum(pattern) / len(pattern), 1)

    @property
    def short(self) -> bool:
        """Whether frames are left out."""
        return self._rung > 0

    def tick(self, now_ns: int, late: int) -> bool:
        """`late`: ticks missed and frames refused since the last call. Answers whether to compose this tick."""
        self._late += late
        self._tick += 1
        if now_ns - self._second_ns >= _S:
            self._judge(now_ns)
        pattern = _PATTERNS[self._rung]
        return pattern[self._tick % len(pattern)]

    def _judge(self, now_ns: int) -> None:
        late, self._late, self._second_ns = self._late, 0, now_ns
        if late > 1:
            self._calm_since_ns = now_ns
        if late >= _LATE_PART * self._fps and self._rung < len(_PATTERNS) - 1:
            if now_ns - self._climbed_ns < _REGRET_NS:
                self._calm_ns = min(2 * self._calm_ns, _CALM_MOST_NS)
            self._rung += 1
        elif self._rung and now_ns - self._calm_since_ns >= self._calm_ns:
            self._rung -= 1
            self._climbed_ns = self._calm_since_ns = now_ns
        elif not self._rung and now_ns - self._calm_since_ns >= _CALM_MOST_NS:
            self._calm_ns = _CALM_NS
