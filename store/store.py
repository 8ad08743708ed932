"""The unit of work. In: changes to the session's rows and events to record. Out: one commit with both, or nothing.

    async with Store.open(url, places) as store:
        async with store.work(actor="user:7") as work:
            work.session.add(row)
            work.record(event)

Every write waits its turn: SQLite has one writer; on PostgreSQL only the appending to the log is one at a time.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import time_ns
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from episodes.commands import RecordMade
from episodes.events import AnyEvent
from runtime.log import get
from runtime.supervise import Background, supervise, to_the_end
from store import log, migrate
from store.engine import chosen_url, engines
from store.errors import StoreBusy
from store.wal import WalKeeper

MOST_WAITING = 500
"""Writers that may wait for their turn; one more is refused (policy: refuse, counted in `refused`)."""

_log = get("store")

Listener = Callable[[tuple[RecordMade, ...]], None]


class HasVar(Protocol):
    """`runtime.places.Places`, as far as the store needs it."""

    @property
    def var(self) -> Path: ...


class Work:
    """One transaction. `records` is filled by the commit."""

    def __init__(self, session: AsyncSession, actor: str) -> None:
        self.session = session
        self.actor = actor
        self.records: tuple[RecordMade, ...] = ()
        self._events: list[AnyEvent] = []

    def record(self, *events: AnyEvent) -> None:
        """Append to the record log when this work commits, in this order."""
        self._events.extend(events)

    @property
    def events(self) -> tuple[AnyEvent, ...]:
        """What will be recorded."""
        return tuple(self._events)


class Store:
    """The desk's database."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine, now: Callable[[], int]) -> None:
        self._writer = writer
        self._reader = reader
        self._now = now
        self._one_writer = writer.dialect.name == "sqlite"
        self._turn = asyncio.Lock()
        self.waiting = 0
        self.refused = 0
        self._wal: WalKeeper | None = None
        self.listeners: list[Listener] = []
        """Called in `seq` order straight after each commit that recorded something; must not block."""

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, places: HasVar, *, pool_size: int = 5, now: Callable[[], int] = time_ns
    ) -> AsyncIterator["Store"]:
        """The store at `url` (SQLite under `places.var` when empty), migrated. Raises StoreError in plain words."""
        chosen = chosen_url(url, places.var)
        writer, reader = engines(chosen, pool_size)
        try:
            await migrate.upgrade(writer, chosen)
            store = cls(writer, reader, now)
            async with Background() as tasks:
                if store.one_writer:
                    store._wal = WalKeeper(Path(str(chosen.database)), store._my_turn)
                    tasks.start("store wal", supervise("store wal", store._wal.run))
                yield store
        finally:
            await reader.dispose()
            await writer.dispose()

    @asynccontextmanager
    async def work(self, actor: str) -> AsyncIterator[Work]:
        """One transaction that writes. Leaving it commits; an exception rolls everything back. Raises StoreBusy."""
        if not self._one_writer:
            async with self._transaction(actor) as work:
                yield work
            return
        async with self._my_turn(), self._transaction(actor) as work:
            yield work

    @property
    def one_writer(self) -> bool:
        """Whether a transaction that writes keeps all others waiting (SQLite)."""
        return self._one_writer

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads, at one moment of the database (SQLite) or of each statement (PostgreSQL)."""
        async with AsyncSession(self._reader, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def _my_turn(self) -> AsyncIterator[None]:
        if self.waiting >= MOST_WAITING:
            self.refused += 1
            raise StoreBusy
        self.waiting += 1
        try:
            await self._turn.acquire()
        finally:
            self.waiting -= 1
        try:
            yield
        finally:
            self._turn.release()

    @asynccontextmanager
    async def _transaction(self, actor: str) -> AsyncIterator[Work]:
        async with AsyncSession(self._writer, expire_on_commit=False) as session:
            work = Work(session, actor)
            await session.connection()
            yield work
            # A caller who goes away in the middle must not leave a commit that nobody hears of.
            await to_the_end(self._commit(work))

    async def _commit(self, work: Work) -> None:
        await self._commit_with_records(work)
        if self._wal:
            self._wal.written()

    async def _commit_with_records(self, work: Work) -> None:
        if not work.events:
            await work.session.commit()
            return
        if self._one_writer:
            await self._append_and_commit(work)
            return
        await work.session.flush()
        async with self._my_turn():
            await self._append_and_commit(work)

    async def _append_and_commit(self, work: Work) -> None:
        await work.session.flush()
        made = await log.append(work.session, work.events, work.actor, self._now())
        await work.session.commit()
        work.records = made
        for listener in self.listeners:
            try:
                listener(made)
            except Exception:  # noqa: BLE001 - logged; see below
                # It is committed: nobody may hear that it failed.
                _log.exception("a listener failed", seq=made[-1].seq)
