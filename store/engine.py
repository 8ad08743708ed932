"""Engines. In: a database URL. Out: one engine that writes and one that only reads, with SQLite made safe.

SQLite: WAL, `synchronous=FULL` (an acknowledged commit survives the power cord), `BEGIN IMMEDIATE` for writers, one
writing connection. PostgreSQL: one pool, reads in READ ONLY transactions.
"""

from pathlib import Path

from sqlalchemy import URL, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from store.errors import StoreError

BUSY_S = 30
"""How long a writer waits for another process's transaction (an export, `daylight user add`)."""


def chosen_url(url: str, var: Path) -> URL:
    """The URL to use: `url`, or SQLite at `var/daylight.db` when empty. Raises StoreError for a kind we lack."""
    if not url:
        return URL.create("sqlite+aiosqlite", database=str(var / "daylight.db"))
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(
            "[store] url is not a database URL; write postgresql://user@host/name or leave it empty"
        ) from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return parsed.set(drivername="sqlite+aiosqlite")
        case "postgresql":
            return parsed.set(drivername="postgresql+psycopg")
        case _:
            raise StoreError(
                "[store] url must be a SQLite file or postgresql://user@host/name; leave it empty for var/daylight.db"
            )


def engines(url: URL, pool_size: int) -> tuple[AsyncEngine, AsyncEngine]:
    """(writes, reads). For PostgreSQL both share one pool."""
    if url.get_backend_name() == "sqlite":
        writer = create_async_engine(url, pool_size=1, max_overflow=0, connect_args={"timeout": BUSY_S})
        reader = create_async_engine(url, pool_size=pool_size, max_overflow=0, connect_args={"timeout": BUSY_S})
        _prepare_sqlite(writer, begin="BEGIN IMMEDIATE", read_only=False)
        _prepare_sqlite(reader, begin="BEGIN", read_only=True)
        return writer, reader
    engine = create_async_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True)
    return engine, engine.execution_options(postgresql_readonly=True)


def _prepare_sqlite(engine: AsyncEngine, *, begin: str, read_only: bool) -> None:
    def connected(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        # The driver must not open transactions by itself: we say BEGIN, and which.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        # No commit carries the log over: `store.wal` does, beside them.
        cursor.execute("PRAGMA wal_autocheckpoint=0")
        cursor.execute("PRAGMA foreign_keys=ON")
        # Without this INSERT OR REPLACE would delete a record without waking the trigger.
        cursor.execute("PRAGMA recursive_triggers=ON")
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    event.listen(engine.sync_engine, "connect", connected)
    event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql(begin))
