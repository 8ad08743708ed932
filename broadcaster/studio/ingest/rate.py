"""How much a camera should send. In: what was lost and how queues grew in the last interval. Out: bits a second (pure).

Told to the camera as REMB. A growing queue means that the link carries what came through and no more: the ask falls
below that. Loss alone says less, radio loses at any rate: the ask falls by half its share. A second in which nearly all
is lost is a tunnel, two are a link far too small. Calm seconds let the ask rise again, up to the setting, slowly
where the link was full last time.
"""

LEAST_BPS = 250_000
_MUCH_LOSS, _LITTLE_LOSS, _NO_LINK = 0.10, 0.02, 0.60
GROWN_NS = 120_000_000
_BACK_OFF, _RAISE, _CREEP = 0.85, 1.06, 1.01
_NEAR = 0.85
_CALM_TURNS = 4


class RateAdvice:
    """One camera's advice; `update` is called once a second."""

    def __init__(self, most_bps: int) -> None:
        self._most = most_bps
        self.bps = most_bps
        self._torn = False
        self._calm = _CALM_TURNS
        self._knee = 0.0

    def update(self, *, received_bps: int, loss: float, queued_ns: int) -> int:
        """`queued_ns` is the least time packets of the interval spent in queues, beyond the fastest one known."""
        torn, self._torn = self._torn, loss >= _NO_LINK
        if queued_ns > GROWN_NS or (torn and self._torn):
            self._knee = float(received_bps)
            self._ask(min(self.bps, int(received_bps * _BACK_OFF) or self.bps))
        elif _MUCH_LOSS < loss < _NO_LINK:
            sent_bps = int(received_bps / (1 - loss)) or self.bps
            self._ask(int(min(self.bps, sent_bps) * (1 - loss / 2)))
        elif loss < _LITTLE_LOSS:
            self._calm += 1
            if self._calm >= _CALM_TURNS:
                near = _NEAR * self._knee < self.bps < self._knee * _RAISE
                self._ask(int(self.bps * (_CREEP if near else _RAISE)))
        return self.bps

    def _ask(self, bps: int) -> None:
        if bps < self.bps:
            self._calm = 0
        self.bps = max(LEAST_BPS, min(self._most, bps))
