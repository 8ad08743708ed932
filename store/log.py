"""The record log: append, read, erase, verify. In: events. Out: records with a gapless `seq` and chained hashes.

The log is the outbox: whoever must act on a fact reads on from the last `seq` it knows.
"""

import secrets
from collections.abc import AsyncIterator, Collection, Sequence

import msgspec
from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from episodes.commands import RecordMade
from episodes.events import AnyEvent
from episodes.record import GENESIS, SALT_BYTES, canonical_bytes, chain_hash, content_hash, event_from
from store.errors import LogBroken
from store.tables.log import Record

_LOCK_KEY = 0x6461796C69676874
"""PostgreSQL's advisory lock for the log ("daylight")."""
_STEP_BACK_NS = 60_000_000_000
"""A clock that steps back by less than this is smoothed; by more, it was set right and is believed."""
_CHUNK = 500


class Head(msgspec.Struct, frozen=True):
    """Where the log ends."""

    seq: int
    utc_ns: int
    chain: bytes


async def head(session: AsyncSession) -> Head:
    """The last record's place; seq 0 for an empty log."""
    found = (
        await session.execute(select(Record.seq, Record.utc_ns, Record.chain).order_by(Record.seq.desc()).limit(1))
    ).first()
    return Head(found.seq, found.utc_ns, found.chain) if found else Head(0, 0, GENESIS)


async def append(
    session: AsyncSession, events: Sequence[AnyEvent], actor: str, now_utc_ns: int
) -> tuple[RecordMade, ...]:
    """Write `events` at the end of the log, last thing before the commit, so that sequence is commit order."""
    if not events:
        return ()
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    last = await head(session)
    utc_ns = last.utc_ns if 0 < last.utc_ns - now_utc_ns < _STEP_BACK_NS else now_utc_ns
    rows: list[dict[str, object]] = []
    made: list[RecordMade] = []
    seq, chain = last.seq, last.chain
    for happened in events:
        seq += 1
        payload, salt = canonical_bytes(happened), secrets.token_bytes(SALT_BYTES)
        content = content_hash(salt, payload)
        chain = chain_hash(chain, seq, utc_ns, content)
        rows.append(
            {
                "seq": seq,
                "utc_ns": utc_ns,
                "actor": actor,
                "episode_id": happened.episode_id,
                "kind": type(happened).__name__,
                "payload": payload,
                "salt": salt,
                "hash": content,
                "chain": chain,
            }
        )
        made.append(RecordMade(seq=seq, utc_ns=utc_ns, event=happened))
    await session.execute(insert(Record), rows)
    return tuple(made)


async def read(
    session: AsyncSession,
    *,
    after: int = 0,
    upto: int | None = None,
    episode_id: str | None = None,
    kinds: Collection[type[AnyEvent]] = (),
    limit: int | None = None,
) -> tuple[RecordMade, ...]:
    """Records with `after` < seq ≤ `upto`, in order; an erased one has no event."""
    query = (
        select(Record.seq, Record.utc_ns, Record.payload).where(Record.seq > after).order_by(Record.seq).limit(limit)
    )
    if upto is not None:
        query = query.where(Record.seq <= upto)
    if episode_id is not None:
        query = query.where(Record.episode_id == episode_id)
    if kinds:
        query = query.where(Record.kind.in_([kind.__name__ for kind in kinds]))
    return tuple(
        RecordMade(seq=row.seq, utc_ns=row.utc_ns, event=event_from(row.payload) if row.payload is not None else None)
        for row in (await session.execute(query)).all()
    )


async def rows(session: AsyncSession, *, after: int = 0, upto: int | None = None) -> AsyncIterator[Record]:
    """Whole records in order, a chunk at a time."""
    while True:
        query = select(Record).where(Record.seq > after).order_by(Record.seq).limit(_CHUNK)
        if upto is not None:
            query = query.where(Record.seq <= upto)
        chunk = (await session.scalars(query)).all()
        for record in chunk:
            yield record
        if len(chunk) < _CHUNK:
            return
        after = chunk[-1].seq
        session.expunge_all()


async def erase(session: AsyncSession, seq: int) -> None:
    """Forget what a record said; that it was said, when and by whom stays, and the chain stands."""
    await session.execute(update(Record).where(Record.seq == seq).values(payload=None, salt=None))


async def verify(session: AsyncSession) -> Head:
    """Walk the whole chain. Raises LogBroken at the first record that does not hold."""
    seq, utc_ns, chain = 0, 0, GENESIS
    async for record in rows(session):
        if record.seq != seq + 1:
            raise LogBroken(seq + 1, "missing")
        check(record, chain)
        seq, utc_ns, chain = record.seq, record.utc_ns, record.chain
    return Head(seq, utc_ns, chain)


def check(record: Record, before: bytes) -> None:
    """One record against the chain hash before it. Raises LogBroken."""
    if (record.payload is None) != (record.salt is None):
        raise LogBroken(record.seq, "half erased")
    if (
        record.payload is not None
        and record.salt is not None
        and content_hash(record.salt, record.payload) != record.hash
    ):
        raise LogBroken(record.seq, "payload changed")
    if chain_hash(before, record.seq, record.utc_ns, record.hash) != record.chain:
        raise LogBroken(record.seq, "chain broken")
