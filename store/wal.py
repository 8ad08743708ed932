"""Carries SQLite's write-ahead log into the database beside the writers, so that no commit pays for it.

In: the database's file, word of each commit, the writers' turn. Out: a log that stays small. SQLite by itself does it
within whichever commit fills the thousandth page: with a large register that one waits for thousands of pages to reach
the disk, and everybody behind it. A passive checkpoint hinders no writer; only a log that outgrows its bound is brought
to its end while nobody writes, which is little work then.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing, suppress
from pathlib import Path

from runtime.threads import named_executor

EVERY_S = 0.5
MOST_PAGES = 8_000
"""Of 4 KiB: where the log begins anew from its start once it is carried over whole."""


class WalKeeper:
    """One database's. `written` is called after commits; `run` is a task of the store."""

    def __init__(self, path: Path, turn: Callable[[], AbstractAsyncContextManager[None]]) -> None:
        self._path, self._turn = path, turn
        self._news = asyncio.Event()

    def written(self) -> None:
        """Something was committed."""
        self._news.set()

    async def run(self) -> None:
        """Until cancelled."""
        await self._news.wait()
        connection = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None, timeout=0.0)
        with closing(connection):
            async with named_executor("store-wal") as thread:
                while True:
                    await self._news.wait()
                    self._news.clear()
                    pages, carried = await thread.run(carry, connection)
                    if pages > MOST_PAGES and carried < pages:
                        async with self._turn():
                            await thread.run(carry, connection)
                    await asyncio.sleep(EVERY_S)


def carry(connection: sqlite3.Connection) -> tuple[int, int]:
    """A passive checkpoint: (pages in the log, pages of it that are in the database). Blocks."""
    with suppress(sqlite3.OperationalError):  # somebody else is at it
        _, pages, carried = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        return int(pages), int(carried)
    return 0, 0
