"""Brings the database's shape up to the code's. In: an engine. Out: tables at the newest revision, or StoreError."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from store.errors import DatabaseNewer, StoreError

_SCRIPTS = Path(__file__).resolve().parent / "migrations"
_LOCK_KEY = 0x6D696772617465
"""PostgreSQL's advisory lock for migrating ("migrate")."""


async def upgrade(engine: AsyncEngine, url: URL) -> None:
    """Run what is missing, in one transaction. Raises DatabaseNewer or StoreError."""
    if engine.dialect.name == "sqlite":
        _try_file(url)
    try:
        async with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
            await connection.run_sync(_upgrade, url)
    except DBAPIError as error:
        raise StoreError(_sentence(url, error.orig or error)) from error


def _try_file(url: URL) -> None:
    """Open the file once by hand: the asynchronous driver leaves a thread behind when it cannot."""
    try:
        with closing(sqlite3.connect(str(url.database))) as connection:
            connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.Error as error:
        raise StoreError(_sentence(url, error)) from error


def _upgrade(connection: Connection, url: URL) -> None:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    current = MigrationContext.configure(connection).get_current_heads()
    if unknown := set(current) - known:
        raise DatabaseNewer(
            f"the database {shown(url)} was made by a newer Daylight (revision {', '.join(sorted(unknown))}); "
            "start the newer version, or restore a backup made before it"
        )
    command.upgrade(config, "head")


def shown(url: URL) -> str:
    """The database's name for people: a path, or the URL without its password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(query={}).render_as_string(hide_password=True).replace("+psycopg", "")


def _sentence(url: URL, error: BaseException) -> str:
    said = str(error).strip().partition("\n")[0]
    if url.get_backend_name() == "sqlite":
        return f"cannot use the database {shown(url)}: {said}; make sure its folder exists, is writable and has room"
    return f"cannot use the database {shown(url)}: {said}; check that PostgreSQL runs and that [store] url is right"
