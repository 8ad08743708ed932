"""A PostgreSQL schema of a test's own. In: a name's beginning. Out: a URL; the schema goes when the test does."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

POSTGRES = os.environ.get("DAYLIGHT_TEST_POSTGRES", "postgresql://root@127.0.0.1:5432/test")


@contextmanager
def schema(begins: str) -> Iterator[str]:
    name = f"{begins}_{secrets.token_hex(6)}"
    with psycopg.connect(POSTGRES, autocommit=True) as admin:
        admin.execute(f"CREATE SCHEMA {name}")
    try:
        yield f"{POSTGRES}?options=-csearch_path%3D{name}"
    finally:
        with psycopg.connect(POSTGRES, autocommit=True) as admin:
            admin.execute(f"DROP SCHEMA {name} CASCADE")
