"""The database's shape: that of the code, made by migrations; refused in plain words when it cannot be used."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

import chat.tables  # noqa: F401 - every table of the desk's database shall be in the metadata
import evidence.tables  # noqa: F401 - as above
import store.tables  # noqa: F401 - as above
from runtime.places import Places
from runtime.problems import CannotStart
from store import DatabaseNewer, Store, StoreError
from store.base import Base
from store.engine import chosen_url


async def test_migrations_make_what_the_models_say(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        # The index of the businesses' words is the database's own affair (migration 0010).
        apart = ("entities_words", "ix_entities_words", "ix_entities_licence_begins")
        opts = {"compare_type": True, "include_object": lambda _, name, *__: not str(name).startswith(apart)}
        context = MigrationContext.configure(connection, opts=opts)
        return compare_metadata(context, Base.metadata)

    async with store._writer.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_opening_again_changes_nothing(database) -> None:
    for _ in range(2):
        async with Store.open(database.url, database.places) as store, store.read() as session:
            versions = (await session.execute(text("SELECT version_num FROM alembic_version"))).scalars().all()
            assert len(versions) == 1


async def test_a_newer_database_is_refused_in_one_sentence(database) -> None:
    async with Store.open(database.url, database.places) as store, store.work("x") as work:
        await work.session.execute(text("UPDATE alembic_version SET version_num = '9999_future'"))
    with pytest.raises(DatabaseNewer, match=r"newer Daylight .*9999_future.*; start the newer version") as refused:
        async with Store.open(database.url, database.places):
            pass
    assert isinstance(refused.value, CannotStart), "ends with exit code 2"


async def test_a_folder_that_is_not_there_is_told_with_the_mend(tmp_path) -> None:
    with pytest.raises(StoreError, match=r"cannot use the database .*make sure its folder exists, is writable"):
        async with Store.open("", Places(tmp_path / "nowhere")):
            pass


async def test_a_file_that_is_no_database_is_told(tmp_path) -> None:
    (tmp_path / "daylight.db").write_bytes(b"not a database, certainly" * 100)
    with pytest.raises(StoreError, match="file is not a database"):
        async with Store.open("", Places(tmp_path)):
            pass


async def test_a_postgres_that_is_away_is_told_without_its_password(tmp_path) -> None:
    with pytest.raises(StoreError, match="check that PostgreSQL runs") as refused:
        async with Store.open("postgresql://daylight:secret@127.0.0.1:1/daylight", Places(tmp_path)):
            pass
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused(url: str, tmp_path) -> None:
    with pytest.raises(StoreError, match=r"\[store\] url"):
        chosen_url(url, tmp_path)
