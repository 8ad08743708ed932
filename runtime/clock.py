"""Time. In: nothing. Out: UTC for records, a monotonic count for spans, and sleep.

Rules take a `Clock`, so tests step it; nothing else in the house reads the time by itself.
"""

import asyncio
import heapq
import itertools
import time
from typing import Protocol

_NS = 1_000_000_000


class Clock(Protocol):
    """What everybody may ask of time."""

    def utc_ns(self) -> int:
        """Nanoseconds since 1970 in UTC, for records and for people."""

    def mono_ns(self) -> int:
        """CLOCK_MONOTONIC in nanoseconds: shared by all processes of this machine, for spans."""

    async def sleep(self, s: float) -> None:
        """Wait `s` seconds."""


class SystemClock:
    """The machine's time."""

    def utc_ns(self) -> int:
        return time.time_ns()

    def mono_ns(self) -> int:
        return time.monotonic_ns()

    async def sleep(self, s: float) -> None:
        await asyncio.sleep(s)


class SteppedClock:
    """A test's time: it stands still until `advance`, which wakes sleepers in their order."""

    def __init__(self, utc_ns: int = 1_760_000_000 * _NS, mono_ns: int = 1000 * _NS) -> None:
        self._utc_ns = utc_ns
        self._mono_ns = mono_ns
        self._order = itertools.count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []

    def utc_ns(self) -> int:
        return self._utc_ns

    def mono_ns(self) -> int:
        return self._mono_ns

    async def sleep(self, s: float) -> None:
        if s <= 0:
            await asyncio.sleep(0)
            return
        wake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._mono_ns + round(s * _NS), next(self._order), wake))
        await wake

    async def advance(self, s: float, *, settle: int = 20) -> None:
        """Let `s` seconds pass; between wakes the loop turns `settle` times so that the woken can act."""
        end = self._mono_ns + round(s * _NS)
        await _turn(settle)
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, wake = heapq.heappop(self._sleepers)
            self._move_to(due)
            if not wake.done():
                wake.set_result(None)
            await _turn(settle)
        self._move_to(end)
        await _turn(settle)

    def _move_to(self, mono_ns: int) -> None:
        self._utc_ns += mono_ns - self._mono_ns
        self._mono_ns = mono_ns


async def _turn(times: int) -> None:
    for _ in range(times):
        await asyncio.sleep(0)
