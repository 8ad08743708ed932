"""Pace: bounded memory, no address kept, windows that end."""

import pytest

from runtime.clock import SteppedClock
from runtime.pace import MOST_KEYS, Pace
from runtime.problems import UserProblem


def wait_of(pace: Pace, key: str) -> int:
    with pytest.raises(UserProblem) as refused:
        pace.check(key)
    assert refused.value.status == 429
    return int(refused.value.headers["Retry-After"])


async def test_each_key_has_its_own_pace() -> None:
    clock = SteppedClock()
    pace = Pace(2, 60.0, 100, clock.mono_ns)
    pace.check("a")
    pace.check("a")
    pace.check("b")
    assert wait_of(pace, "a") == 61
    await clock.advance(60)
    pace.check("a")


async def test_everybody_together_is_bounded_too() -> None:
    pace = Pace(5, 60.0, 3, SteppedClock().mono_ns)
    for key in "abc":
        pace.check(key)
    assert wait_of(pace, "d") == 61


async def test_no_address_is_kept_and_keys_are_bounded() -> None:
    pace = Pace(5, 60.0, 10**6, SteppedClock().mono_ns)
    for number in range(MOST_KEYS + 50):
        pace.check(f"198.51.100.{number}")
    assert len(pace._seen) == MOST_KEYS
    assert not any(b"198.51" in key for key in pace._seen)
