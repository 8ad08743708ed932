"""The record log: gapless, chained, append-only, erasable; and found out when somebody went past the triggers."""

import asyncio

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import DBAPIError

from episodes.commands import RecordMade
from episodes.events import EpisodeEnded, SourceTaken, TimelinePosted
from episodes.record import GENESIS, chain_hash, content_hash
from store import LogBroken, Store, log
from store.tables.log import Record


def said(n: int) -> TimelinePosted:
    return TimelinePosted(episode_id="e1", entry_id=str(n), text=f"第{n}句", by="u1")


async def write(store: Store, *events: TimelinePosted, actor: str = "user:u1") -> tuple[RecordMade, ...]:
    async with store.work(actor) as work:
        work.record(*events)
    return work.records


async def test_a_record_commits_to_everything_before_it(store: Store) -> None:
    await write(store, said(1), said(2))
    await write(store, said(3))
    chain = GENESIS
    async with store.read() as session:
        records = [record async for record in log.rows(session)]
        head = await log.verify(session)
    assert [record.seq for record in records] == [1, 2, 3]
    for record in records:
        assert record.hash == content_hash(record.salt, record.payload)
        chain = chain_hash(chain, record.seq, record.utc_ns, record.hash)
        assert record.chain == chain
    assert head.chain == chain
    assert len({record.salt for record in records}) == 3
    assert (records[0].actor, records[0].episode_id, records[0].kind) == ("user:u1", "e1", "TimelinePosted")


async def test_what_is_read_is_what_was_said(store: Store) -> None:
    made = await write(store, *(said(n) for n in range(1, 8)))
    async with store.work("desk") as work:
        work.record(EpisodeEnded(episode_id="e2"), SourceTaken(episode_id="e1", source="a", by="u"))
    async with store.read() as session:
        assert (await log.read(session))[:7] == made
        assert [r.seq for r in await log.read(session, after=2, upto=4)] == [3, 4]
        assert [r.seq for r in await log.read(session, after=2, limit=3)] == [3, 4, 5]
        assert [r.seq for r in await log.read(session, episode_id="e2")] == [8]
        assert [r.seq for r in await log.read(session, kinds=(SourceTaken, EpisodeEnded))] == [8, 9]


async def test_many_writers_at_once_leave_no_gap_and_are_told_in_order(store: Store) -> None:
    told: list[int] = []
    store.listeners.append(lambda records: told.extend(record.seq for record in records))

    async def one(n: int) -> None:
        async with store.work(f"user:{n}") as work:
            await asyncio.sleep(0.001 * (n % 3))
            work.record(said(n), said(n))

    await asyncio.gather(*(one(n) for n in range(40)))
    assert told == list(range(1, 81))
    async with store.read() as session:
        records = await log.read(session)
        assert (await log.verify(session)).seq == 80
    pairs = [record.event.entry_id for record in records if isinstance(record.event, TimelinePosted)]
    assert pairs[::2] == pairs[1::2], "one work's records stand together"


@pytest.mark.parametrize(
    "column", ["seq = 9", "utc_ns = 0", "actor = 'x'", "episode_id = 'x'", "kind = 'x'", "hash = chain", "chain = hash"]
)
async def test_the_chain_cannot_be_updated(store: Store, column: str) -> None:
    await write(store, said(1))
    with pytest.raises(DBAPIError, match="append only"):
        async with store.work("x") as work:
            await work.session.execute(text(f"UPDATE records SET {column}"))  # noqa: S608 - written above


async def test_a_payload_can_be_erased_but_not_rewritten(store: Store) -> None:
    await write(store, said(1))
    for column in ("payload", "salt"):
        with pytest.raises(DBAPIError, match="can only be erased"):
            async with store.work("x") as work:
                await work.session.execute(update(Record).values(**{column: b"other"}))


async def test_records_cannot_be_deleted_nor_replaced_nor_put_out_of_order(store: Store, database) -> None:
    await write(store, said(1), said(2))
    with pytest.raises(DBAPIError, match="append only"):
        async with store.work("x") as work:
            await work.session.execute(text("DELETE FROM records WHERE seq = 2"))
    row = {"utc_ns": 1, "actor": "x", "episode_id": "", "kind": "x", "hash": b"", "chain": b""}
    for seq in (0, 4, 99):
        with pytest.raises(DBAPIError, match="seq must follow"):
            async with store.work("x") as work:
                await work.session.execute(insert(Record).values(seq=seq, **row))
    sneaky = (
        "TRUNCATE records"
        if database.is_postgres
        else "INSERT OR REPLACE INTO records (seq, utc_ns, actor, episode_id, kind, hash, chain) "
        "VALUES (2, 0, '', '', '', x'', x'')"
    )
    with pytest.raises(DBAPIError, match="records:"):
        async with store.work("x") as work:
            await work.session.execute(text(sneaky))
    async with store.read() as session:
        assert (await log.verify(session)).seq == 2


async def test_erasing_forgets_the_words_and_keeps_the_chain(store: Store) -> None:
    await write(store, said(1), said(2), said(3))
    async with store.read() as session:
        before = await log.verify(session)
    async with store.work("user:legal") as work:
        await log.erase(work.session, 2)
    async with store.read() as session:
        assert await log.verify(session) == before
        assert [record.event is None for record in await log.read(session)] == [False, True, False]
        row = await session.get(Record, 2)
        assert row is not None
        assert (row.payload, row.salt) == (None, None)


@pytest.mark.parametrize(
    ("change", "seq", "why"),
    [
        ("UPDATE records SET payload = hash WHERE seq = 2", 2, "payload changed"),
        ("UPDATE records SET utc_ns = utc_ns + 1 WHERE seq = 2", 2, "chain broken"),
        ("UPDATE records SET hash = chain, payload = NULL, salt = NULL WHERE seq = 2", 2, "chain broken"),
        ("UPDATE records SET salt = NULL WHERE seq = 1", 1, "half erased"),
        ("DELETE FROM records WHERE seq = 2", 2, "missing"),
        ("DELETE FROM records WHERE seq = 1", 1, "missing"),
    ],
)
async def test_whoever_goes_past_the_triggers_is_found_out(
    store: Store, database, change: str, seq: int, why: str
) -> None:
    await write(store, said(1), said(2), said(3))
    async with store.work("thief") as work:
        for trigger in ("records_frozen", "records_erase_only", "records_kept"):
            await work.session.execute(
                text(f"DROP TRIGGER {trigger}" + (" ON records" if database.is_postgres else ""))
            )
        await work.session.execute(text(change))
    async with store.read() as session:
        with pytest.raises(LogBroken) as broken:
            await log.verify(session)
    assert (broken.value.seq, broken.value.why) == (seq, why)


async def test_a_small_step_back_of_the_clock_is_smoothed_and_a_correction_believed(store: Store, clock) -> None:
    now = clock.utc_ns()
    for offset in (0, -5, -3600, -3599):
        clock._utc_ns = now + offset * 10**9
        await write(store, said(1))
    async with store.read() as session:
        times = [(record.utc_ns - now) // 10**9 for record in await log.read(session)]
    assert times == [0, 0, -3600, -3599]
