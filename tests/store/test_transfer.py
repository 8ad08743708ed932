"""A backup holds everything but what must stay behind, restores to the same, and is verified on the way."""

import io
import json
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

import chat.tables  # noqa: F401 - every room's tables travel
import evidence.tables  # noqa: F401 - as above
from episodes.events import TimelinePosted
from runtime.places import Places
from store import LogBroken, Store, log, transfer
from store.base import Base
from store.people import open_session
from store.tables import Episode, Programme, Target, User


async def rows_of(store: Store) -> dict[str, list[tuple[object, ...]]]:
    async with store.read() as session:
        return {
            table.name: [
                tuple(row) for row in await session.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in Base.metadata.sorted_tables
        }


@pytest.fixture
async def full(store: Store) -> Store:
    async with store.work("user:u1") as work:
        work.session.add(
            User(
                id="u1",
                login="gu",
                name="顾",
                roles=["producer"],
                password_hash="$argon2",
                made_utc_ns=1,
                totp_sealed=b"\0\xff",
            )
        )
        work.session.add(
            Programme(id="p1", name="n", agency="a", weekday=3, starts="19:00", minutes=90, timezone="Asia/Shanghai")
        )
        await work.session.flush()
        work.session.add(
            Episode(
                id="e1", programme_id="p1", number=1, title="t", theme="t", starts_utc_ns=1, state="live", cameras=["a"]
            )
        )
        await work.session.flush()
        work.session.add(Target(id="t1", episode_id="e1", ordinal=1, sealed=bytes(range(256)), commitment="c"))
        await open_session(
            work.session, token_hash=b"t", user_id="u1", csrf="c", agent="", now_utc_ns=1, expires_utc_ns=9**18
        )
        work.record(*(TimelinePosted(episode_id="e1", entry_id=str(n), text=f"第{n}句", by="u1") for n in range(450)))
    async with store.work("user:u1") as work:
        await log.erase(work.session, 7)
    return store


@pytest.fixture
async def other(tmp_path) -> AsyncIterator[Store]:
    places = Places(tmp_path / "other")
    places.prepare()
    async with Store.open("", places) as opened:
        yield opened


async def exported(store: Store) -> bytes:
    file = io.BytesIO()
    await transfer.export(store, file)
    return file.getvalue()


async def test_what_comes_back_is_what_went(full: Store, other: Store) -> None:
    body = await exported(full)
    counts = await transfer.load(other, io.BytesIO(body))
    assert (counts.records, counts.rows) == (450, 4)
    before, after = await rows_of(full), await rows_of(other)
    assert before.pop("sessions")
    assert after.pop("sessions") == [], "a backup signs nobody in"
    assert before == after
    async with other.read() as session:
        assert (await log.verify(session)).seq == 450
    assert await exported(other) == body


async def test_the_restored_log_goes_on(full: Store, other: Store) -> None:
    await transfer.load(other, io.BytesIO(await exported(full)))
    async with other.work("user:u1") as work:
        work.record(TimelinePosted(episode_id="e1", entry_id="x", text="又一句", by="u1"))
    assert work.records[0].seq == 451


async def test_only_an_empty_database_takes_a_backup(full: Store) -> None:
    with pytest.raises(transfer.CannotImport, match="not empty"):
        await transfer.load(full, io.BytesIO(await exported(full)))


@pytest.mark.parametrize("change", ["word", "drop", "swap", "cut", "time"])
async def test_a_changed_backup_is_found(full: Store, other: Store, change: str) -> None:
    lines = (await exported(full)).splitlines(keepends=True)
    match change:
        case "word":
            lines[100] = lines[100].replace("第99句".encode(), "第98句".encode())
        case "drop":
            del lines[100]
        case "swap":
            lines[100], lines[101] = lines[101], lines[100]
        case "cut":
            lines = lines[:300]
        case "time":
            raw = json.loads(lines[100])
            lines[100] = json.dumps({**raw, "utc_ns": raw["utc_ns"] + 1}).encode() + b"\n"
    with pytest.raises(LogBroken):
        await transfer.load(other, io.BytesIO(b"".join(lines)))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "first line is no header"),
        (b"{}\n", "line 1"),
        (b'{"type":"header","format":"daylight.export.v9","records":0}\n', "line 1"),
        (b'{"type":"header","format":"daylight.export.v1","records":0}\n\xff\n', "line 2"),
        (b'{"type":"header","format":"daylight.export.v1","records":0}\n' * 2, "second header"),
        (
            (
                b'{"type":"header","format":"daylight.export.v1","records":0}\n'
                b'{"type":"row","table":"sqlite_master","columns":{}}\n'
            ),
            "does not know: sqlite_master",
        ),
        (
            (
                b'{"type":"header","format":"daylight.export.v1","records":0}\n'
                b'{"type":"row","table":"users","columns":{"is_root":1}}\n'
            ),
            "does not know: users.is_root",
        ),
    ],
)
async def test_other_files_are_refused_in_plain_words(other: Store, body: bytes, why: str) -> None:
    with pytest.raises(transfer.CannotImport, match=why):
        await transfer.load(other, io.BytesIO(body))
