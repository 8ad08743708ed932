"""Clocks, supervision, background tasks, threads."""

import asyncio
import threading
import time

import pytest

from runtime.clock import SteppedClock, SystemClock
from runtime.supervise import Background, Backoff, leaks, supervise
from runtime.threads import named_executor


async def test_a_stepped_clock_wakes_sleepers_in_order() -> None:
    clock, woken = SteppedClock(), []
    began_utc_ns, began_mono_ns = clock.utc_ns(), clock.mono_ns()

    async def sleeper(name: str, *naps: float) -> None:
        for nap in naps:
            await clock.sleep(nap)
            woken.append((name, round((clock.mono_ns() - began_mono_ns) / 1e9, 3)))

    async with asyncio.TaskGroup() as group:
        group.create_task(sleeper("slow", 2.0))
        group.create_task(sleeper("fast", 0.5, 0.5, 0.5))
        await clock.advance(0.4)
        assert woken == []
        await clock.advance(5)
    assert woken == [("fast", 0.5), ("fast", 1.0), ("fast", 1.5), ("slow", 2.0)]
    assert clock.utc_ns() - began_utc_ns == clock.mono_ns() - began_mono_ns == 5_400_000_000


async def test_the_system_clock_is_the_machines() -> None:
    clock = SystemClock()
    assert abs(clock.utc_ns() - time.time_ns()) < 1e9
    began = clock.mono_ns()
    await clock.sleep(0.01)
    assert clock.mono_ns() - began >= 0.009e9


async def test_supervise_begins_again_with_growing_waits_until_it_returns() -> None:
    clock, starts, told = SteppedClock(), [], []
    began = clock.mono_ns()

    async def work() -> None:
        starts.append(round((clock.mono_ns() - began) / 1e9, 3))
        if len(starts) < 5:
            raise OSError(f"attempt {len(starts)}")

    async with Background() as tasks:
        pace = Backoff(first_s=0.1, most_s=0.4)
        task = tasks.start(
            "s", supervise("s", work, backoff=pace, clock=clock, on_failure=lambda e, n: told.append((str(e), n)))
        )
        await clock.advance(10)
        assert task.done()
    assert starts == [0, 0.1, 0.3, 0.7, 1.1]
    assert told == [(f"attempt {n}", n) for n in range(1, 5)]


async def test_a_long_healthy_run_begins_the_backoff_anew() -> None:
    clock, starts = SteppedClock(), []
    began = clock.mono_ns()

    async def work() -> None:
        starts.append(round((clock.mono_ns() - began) / 1e9, 3))
        await clock.sleep(20 if len(starts) == 3 else 0)
        raise OSError

    async with Background() as tasks:
        tasks.start("s", supervise("s", work, backoff=Backoff(first_s=1, most_s=60, healthy_s=10), clock=clock))
        await clock.advance(24.5)
    assert starts == [0, 1, 3, 24]


async def test_cancelling_supervise_ends_it() -> None:
    async with Background() as tasks:
        task = tasks.start("s", supervise("s", asyncio.Event().wait))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


def test_the_backoff_never_overflows() -> None:
    assert Backoff(first_s=0.1, most_s=10).wait_s(10_000) == 10


async def test_background_cancels_at_the_end_and_leaves_the_blocks_error_alone() -> None:
    ended = []

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def fails() -> None:
        raise RuntimeError("logged, not spread")

    async def block() -> None:
        async with Background() as tasks:
            tasks.start("forever", forever())
            tasks.start("fails", fails())
            await asyncio.sleep(0.01)
            assert len(tasks) == 1
            raise KeyError

    with pytest.raises(KeyError):
        await block()
    assert ended == [True]
    assert leaks() == ()


async def test_background_asks_again_whoever_swallows_a_cancellation() -> None:
    swallowed = []

    async def stubborn() -> None:
        while len(swallowed) < 2:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                swallowed.append(True)

    async with asyncio.timeout(10):
        async with Background(stubborn_s=0.05) as tasks:
            tasks.start("stubborn", stubborn())
            await asyncio.sleep(0.01)
    assert len(swallowed) == 2


async def test_leaks_are_named() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, name="forgotten")
    thread.start()
    task = asyncio.ensure_future(asyncio.sleep(60))
    task.set_name("lost")
    try:
        told = "\n".join(leaks())
        assert "task lost" in told
        assert "thread forgotten" in told
    finally:
        stop.set()
        thread.join()
        task.cancel()


async def test_a_named_executor_runs_in_order_on_one_named_thread_and_joins_it() -> None:
    seen: list[tuple[int, str]] = []

    def note(number: int) -> int:
        seen.append((number, threading.current_thread().name))
        return number * 2

    async with named_executor("numbers", bound=4) as executor:
        assert await asyncio.gather(*(executor.run(note, n) for n in range(20))) == [n * 2 for n in range(20)]
        with pytest.raises(ZeroDivisionError):
            await executor.run(lambda: 1 / 0)
    assert [n for n, _ in seen] == list(range(20))
    assert {name for _, name in seen} == {"numbers_0"}
    assert not [t for t in threading.enumerate() if t.name.startswith("numbers")]


async def test_a_named_executor_bounds_what_waits() -> None:
    gate = threading.Event()
    async with named_executor("slow", bound=2) as executor:
        tasks = [asyncio.ensure_future(executor.run(gate.wait)) for _ in range(6)]
        await asyncio.sleep(0.05)
        assert executor._pool._work_queue.qsize() <= 2
        gate.set()
        assert await asyncio.gather(*tasks) == [True] * 6
