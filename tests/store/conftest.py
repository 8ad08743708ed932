"""The store on both its databases: SQLite in a file, PostgreSQL in a schema of the test's own."""

import os
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from runtime.clock import SteppedClock
from runtime.places import Places
from store import Store

POSTGRES = os.environ.get("DAYLIGHT_TEST_POSTGRES", "postgresql://root@127.0.0.1:5432/test")


@dataclass(frozen=True)
class Database:
    """Where a test's store lives; opening it twice gives the same data."""

    url: str
    places: Places
    is_postgres: bool


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    places = Places(tmp_path / "var")
    places.prepare()
    if request.param == "sqlite":
        yield Database("", places, is_postgres=False)
        return
    schema = f"store_{secrets.token_hex(6)}"
    with psycopg.connect(POSTGRES, autocommit=True) as admin:
        admin.execute(f"CREATE SCHEMA {schema}")
    try:
        yield Database(f"{POSTGRES}?options=-csearch_path%3D{schema}", places, is_postgres=True)
    finally:
        with psycopg.connect(POSTGRES, autocommit=True) as admin:
            admin.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
async def store(database: Database, clock: SteppedClock) -> AsyncIterator[Store]:
    async with Store.open(database.url, database.places, now=clock.utc_ns) as opened:
        yield opened
