"""How much a camera should send. In: what was lost and how queues grew in the last interval. Out: bits a second (pure).

Told to the camera as REMB. Loss above a tenth or a growing queue lowers the ask below what came through; calm seconds
raise it again, up to the setting.
"""

_LEAST_BPS = 300_000
_MUCH_LOSS, _LITTLE_LOSS = 0.10, 0.02
_GROWN_NS = 120_000_000
_BACK_OFF, _RAISE = 0.85, 1.08


class RateAdvice:
    """One camera's advice; `update` is called once a second."""

    def __init__(self, most_bps: int) -> None:
        self._most = most_bps
        self.bps = most_bps

    def update(self, *, received_bps: int, loss: float, queued_ns: int) -> int:
        """`queued_ns` is the least time packets of the interval spent in queues, beyond the fastest one known."""
        if loss > _MUCH_LOSS or queued_ns > _GROWN_NS:
            self.bps = max(_LEAST_BPS, min(self.bps, int(received_bps * _BACK_OFF) or self.bps))
        elif loss < _LITTLE_LOSS:
            self.bps = min(self._most, int(self.bps * _RAISE))
        return self.bps
