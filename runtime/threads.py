"""Named threads. In: blocking calls from the event loop. Out: their results, in order, from one thread with a name.

The default executor is never used: it has no name, no bound and nobody joins it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class NamedExecutor:
    """One thread; at most `bound` calls wait for it, more callers wait in the loop."""

    def __init__(self, name: str, bound: int) -> None:
        self.name = name
        self._room = asyncio.Semaphore(bound)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def run(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """`call(*args, **kwargs)` on the thread. Cancelling the caller lets a begun call finish."""
        async with self._room:
            future = self._pool.submit(call, *args, **kwargs)
            return await asyncio.wrap_future(future)

    async def close(self) -> None:
        """Let what was submitted finish, then join the thread."""
        # The pool is first in, first out: when this empty call returns, everything before it has, too.
        await asyncio.shield(asyncio.wrap_future(self._pool.submit(lambda: None)))
        self._pool.shutdown(wait=True)


@asynccontextmanager
async def named_executor(name: str, bound: int = 64) -> AsyncIterator[NamedExecutor]:
    """A thread called `name`, joined at the end of the block; give it work with `await executor.run(call, …)`."""
    executor = NamedExecutor(name, bound)
    try:
        yield executor
    finally:
        await executor.close()
