"""The unit of work: state and record together or neither; one writer at a time; nothing acknowledged is lost."""

import asyncio

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from episodes.events import TimelinePosted
from store import Store, StoreBusy, log
from store import store as store_module
from store.tables.log import PublicPlace

SAID = TimelinePosted(episode_id="e1", entry_id="1", text="一句话", by="u1")


async def counts(store: Store) -> tuple[int, int]:
    async with store.read() as session:
        places = (await session.scalars(select(PublicPlace))).all()
        return len(places), (await log.head(session)).seq


async def test_state_and_record_are_written_together(store: Store) -> None:
    async with store.work("user:u1") as work:
        work.session.add(PublicPlace(id=1, seq=0, utc_ns=0))
        work.record(SAID)
        assert work.records == ()
    assert [record.seq for record in work.records] == [1]
    assert await counts(store) == (1, 1)


async def test_an_exception_writes_neither(store: Store) -> None:
    told: list[object] = []
    store.listeners.append(told.append)
    with pytest.raises(ZeroDivisionError):
        async with store.work("user:u1") as work:
            work.session.add(PublicPlace(id=1, seq=0, utc_ns=0))
            await work.session.flush()
            work.record(SAID)
            _ = 1 / 0
    assert await counts(store) == (0, 0)
    assert told == []


async def test_a_state_that_cannot_be_written_leaves_no_record(store: Store) -> None:
    async with store.work("user:u1") as work:
        work.session.add(PublicPlace(id=1, seq=0, utc_ns=0))
    with pytest.raises(IntegrityError):
        async with store.work("user:u2") as work:
            work.record(SAID)
            work.session.add(PublicPlace(id=1, seq=5, utc_ns=0))
    assert await counts(store) == (1, 0)
    async with store.work("user:u3") as work:
        work.record(SAID)
    assert await counts(store) == (1, 1), "the store goes on after a failure"


async def test_a_failing_listener_undoes_nothing_and_silences_nobody(store: Store) -> None:
    told: list[object] = []
    store.listeners.extend([lambda _: 1 / 0, told.append])
    async with store.work("user:u1") as work:
        work.record(SAID)
    assert told == [work.records]
    assert (await counts(store))[1] == 1


async def test_reading_cannot_write(store: Store) -> None:
    async with store.read() as session:
        with pytest.raises(DBAPIError, match=r"read.?only"):
            await session.execute(text("INSERT INTO public_place (id, seq, utc_ns) VALUES (1, 0, 0)"))


async def test_a_work_sees_no_half_of_another(store: Store) -> None:
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with store.work("user:slow") as work:
            work.session.add(PublicPlace(id=1, seq=0, utc_ns=0))
            await work.session.flush()
            entered.set()
            await go_on.wait()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(slow())
        await entered.wait()
        assert await counts(store) == (0, 0)
        go_on.set()
    assert await counts(store) == (1, 0)


async def test_too_many_writers_are_refused_not_queued_for_ever(store: Store, database, monkeypatch) -> None:
    monkeypatch.setattr(store_module, "MOST_WAITING", 3)
    refused = 0

    async def one() -> None:
        nonlocal refused
        try:
            async with store.work("user:u") as work:
                work.record(SAID)
        except StoreBusy:
            refused += 1

    await asyncio.gather(*(one() for _ in range(12)))
    assert refused == store.refused
    assert refused or database.is_postgres, "on PostgreSQL only the commits queue"
    assert (await counts(store))[1] == 12 - refused
    assert store.waiting == 0


async def test_a_caller_who_goes_away_during_the_commit_leaves_no_silent_record(store: Store, monkeypatch) -> None:
    told: list[int] = []
    store.listeners.append(lambda records: told.extend(record.seq for record in records))
    appending, real = asyncio.Event(), log.append

    async def slow_append(*args: object) -> object:
        appending.set()
        await asyncio.sleep(0.05)
        return await real(*args)

    monkeypatch.setattr(store_module.log, "append", slow_append)

    async def work_once() -> None:
        async with store.work("user:u") as work:
            work.record(SAID)

    task = asyncio.ensure_future(work_once())
    await appending.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert told == [1]
    assert (await counts(store))[1] == 1
    monkeypatch.undo()
    await work_once()
    assert told == [1, 2]
