"""After a standstill: first what waits is read, then half a second a step, then the present again."""

from hypothesis import given
from hypothesis import strategies as st

from broadcaster.playout.pace import STILL_NS, Pace

MS = 1_000_000


def test_it_follows_the_clock_and_catches_up_after_a_standstill() -> None:
    pace = Pace(0)
    assert [pace.until(at * MS) for at in (20, 40, 990)] == [20 * MS, 40 * MS, 990 * MS]
    stood = 11_000
    assert pace.until(stood * MS) == 990 * MS, "what waits in the socket is read first"
    assert pace.until((stood + 100) * MS) == 990 * MS
    assert pace.catching_up
    assert pace.until((stood + 250) * MS) == 1490 * MS
    at_ms, steps = stood + 250, 1
    while pace.until(at_ms * MS) < at_ms * MS:
        at_ms, steps = at_ms + 20, steps + 1
        assert steps < 40
    assert at_ms < stood + 1000, "within the second"
    pace.until((at_ms + 20) * MS)
    assert not pace.catching_up


@given(st.lists(st.integers(0, 5000), max_size=60))
def test_it_never_goes_backwards_nor_ahead(waits: list[int]) -> None:
    pace, now, last = Pace(0), 0, 0
    for wait in waits:
        now += wait * MS
        at = pace.until(now)
        assert last <= at <= now
        last = at
        for turn in range(60):
            last = max(last, pace.until(now + turn * 20 * MS))
        now += 59 * 20 * MS
        assert now - last <= STILL_NS
