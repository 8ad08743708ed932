"""Tasks that must not die together. In: a factory of coroutines. Out: the same work, begun again after each failure.

Tasks that shall die together use `asyncio.TaskGroup`. A supervised one runs inside such a group and swallows its own
failures: it logs them, waits with growing backoff and starts anew. `leaks` names what a room left behind.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from runtime.clock import Clock, SystemClock
from runtime.log import get

_log = get("supervise")
_NS = 1_000_000_000
R = TypeVar("R")
_STUBBORN_S = 8.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits of `first_s`, then `factor` times more each, up to `most_s`; a run of `healthy_s` begins again."""

    first_s: float = 0.1
    most_s: float = 10.0
    factor: float = 2.0
    healthy_s: float = 10.0

    def wait_s(self, failures: int) -> float:
        """How long to wait after the `failures`-th failure in a row (1 is the first)."""
        # Past 64 doublings the cap has long been reached and the power would overflow.
        return min(self.most_s, self.first_s * self.factor ** min(max(failures - 1, 0), 64))


async def supervise(
    name: str,
    factory: Callable[[], Awaitable[None]],
    *,
    backoff: Backoff | None = None,
    clock: Clock | None = None,
    on_failure: Callable[[Exception, int], None] | None = None,
) -> None:
    """Run `factory()` until it returns by itself; begin again after each exception. Cancelling ends it."""
    pace, now = backoff or Backoff(), clock or SystemClock()
    failures = 0
    while True:
        began_ns = now.mono_ns()
        try:
            await factory()
        except Exception as error:  # noqa: BLE001 - whatever it was, the others shall not die of it
            healthy = now.mono_ns() - began_ns >= pace.healthy_s * _NS
            failures = 1 if healthy else failures + 1
            wait_s = pace.wait_s(failures)
            _log.warning("failed", task=name, failures=failures, again_in_s=wait_s, exc_info=error)
            if on_failure:
                on_failure(error, failures)
            await now.sleep(wait_s)
        else:
            return


def leaks() -> tuple[str, ...]:
    """What still runs and should not, asked at a room's end: tasks beside the asking one, threads beside the main."""
    current = asyncio.current_task()
    tasks = sorted(f"task {t.get_name()}: {t.get_coro()!r}" for t in asyncio.all_tasks() if t is not current)
    threads = sorted(
        f"thread {t.name}" for t in threading.enumerate() if t is not threading.main_thread() and not t.daemon
    )
    return (*tasks, *threads)


async def to_the_end(work: Coroutine[Any, Any, R]) -> R:
    """Await `work`; cancelled in the middle, wait until it has ended and only then pass the cancellation on."""
    task = asyncio.ensure_future(work)  # the one place, see tests/architecture
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


class Background:
    """Tasks that live as long as a block: `async with Background() as tasks: tasks.start("dial", dial())`.

    Unlike a TaskGroup it leaves the block's own exception as it is, and a task's failure is logged, not spread: use
    it for carriers and helpers behind a context manager. At the block's end every task is cancelled and awaited.
    """

    def __init__(self, *, stubborn_s: float = _STUBBORN_S) -> None:
        self._stubborn_s = stubborn_s
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run `work` until it ends or the block does."""
        task = asyncio.create_task(work, name=name)  # the one place, see tests/architecture
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("failed", task=task.get_name(), exc_info=error)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Cancel every task and wait for its end; for owners that are no block."""
        while self._tasks:
            for task in tuple(self._tasks):
                task.cancel()
            _done, stubborn = await asyncio.wait(tuple(self._tasks), timeout=self._stubborn_s)
            # A library may swallow a cancellation; asking again is better than hanging for ever. Not soon: a task may
            # rightly take its time to close a file.
            for task in stubborn:
                _log.warning("cancelled again: it did not end", task=task.get_name())
