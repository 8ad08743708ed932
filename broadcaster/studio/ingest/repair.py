"""Asking for lost packets again. In: what is missing and what came. Out: what to ask for now, how long to wait (pure).

A packet is asked for again only when the answer to the last asking would have come: asking faster makes a full link
fuller, until nothing but repetitions goes through it. The round trip is learnt from answers to first askings.
"""

_FIRST_RTT_NS = 100_000_000
_LEAST_NS, _MOST_NS = 50_000_000, 600_000_000
_LEAST_HOLD_NS, _MOST_HOLD_NS = 250_000_000, 700_000_000
_MOST_ASKS = 4
_SMOOTH = 8
_FEW = 20


class Repair:
    """One video stream's."""

    def __init__(self) -> None:
        self._asked: dict[int, tuple[int, int]] = {}
        self.rtt_ns = _FIRST_RTT_NS
        self.crowded = False
        """The link is full: what is asked for again takes the place of what is new."""

    def due(self, missing: list[int], now_ns: int) -> list[int]:
        """Those of `missing` (sequence numbers) to ask for now."""
        again_ns = max(_LEAST_NS, min(_MOST_NS, self.rtt_ns * 5 // 4))
        known, self._asked = self._asked, {}
        most = _MOST_ASKS
        if self.crowded:
            most = 1 if len(missing) <= _FEW else 0
        found = []
        for number in missing:
            at_ns, count = known.get(number, (0, 0))
            if count < most and (not count or now_ns - at_ns >= again_ns):
                found.append(number)
                at_ns, count = now_ns, count + 1
            self._asked[number] = at_ns, count
        return found

    def came(self, number: int, now_ns: int) -> None:
        """`number` has come; when it was asked for once, it tells the round trip."""
        at_ns, count = self._asked.pop(number, (0, 0))
        if count == 1:
            self.rtt_ns += (min(now_ns - at_ns, _MOST_NS) - self.rtt_ns) // _SMOOTH

    @property
    def hold_ns(self) -> int:
        """How long a gap is worth waiting for: two askings and their answers."""
        return max(_LEAST_HOLD_NS, min(_MOST_HOLD_NS, self.rtt_ns * 5 // 2))
