"""A real round of drand's quicknet, for tests that stand a minute before it. In: nothing. Out: its figures, a clock."""

import hashlib

from runtime.clock import SteppedClock

ROUND = 1000
SIGNATURE = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
VALUE = hashlib.sha256(bytes.fromhex(SIGNATURE)).hexdigest()
_OUT_S = 1692803367 + 3 * (ROUND - 1)


def a_minute_before() -> SteppedClock:
    """A draw fixed now names exactly this round."""
    return SteppedClock(utc_ns=(_OUT_S - 60) * 1_000_000_000)
