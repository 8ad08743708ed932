"""The tips' own engine. In: a database address. Out: a migrated engine; one writer at a time.

Deleted rows are overwritten (`secure_delete`), so that what is erased is gone from the file too.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

_MIGRATIONS = Path(__file__).parent / "migrations"


class TipsEngine:
    """Reading sessions for many, writing sessions for one."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._writing = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Everything in it commits together, or nothing does."""
        async with self._writing, AsyncSession(self._engine, expire_on_commit=False) as session, session.begin():
            yield session


def _pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@asynccontextmanager
async def open_engine(url: str) -> AsyncIterator[TipsEngine]:
    """Open, migrate, and close at exit."""
    engine = create_async_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _pragmas)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
        yield TipsEngine(engine)
    finally:
        await engine.dispose()
