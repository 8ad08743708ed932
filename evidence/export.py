"""The record for anyone to check. In: the record log. Out: JSON lines, and whether such lines hold together.

Every record gives a line, so that the chain can be walked; its words (`payload`, with the salt that opens its hash) are
in it only when they are public and the public's picture has reached them. Checking needs nothing but SHA-256.
"""

from collections.abc import AsyncIterator, Iterable

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from episodes.events import PublicEvent
from episodes.record import GENESIS, chain_hash, content_hash, event_from
from store import log
from store.tables.log import PublicPlace, Record


class Line(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One record. Hashes and salt are hex; `payload` is the canonical JSON text of the fact."""

    seq: int
    utc_ns: int
    hash: str
    chain: str
    salt: str = ""
    payload: str = ""


class Verified(msgspec.Struct, frozen=True):
    """What holds: how many records, how many with their words, the last chain hash."""

    records: int
    open: int
    head: str


class Broken(Exception):  # noqa: N818 - says what it is
    """The lines do not hold together; the text says where and how."""


async def export_lines(session: AsyncSession) -> AsyncIterator[bytes]:
    """The whole log, a line per record, each with its newline."""
    public = await session.scalar(select(PublicPlace.seq)) or 0
    async for record in log.rows(session):
        yield msgspec.json.encode(_line(record, told=record.seq <= public)) + b"\n"


def _line(record: Record, *, told: bool) -> Line:
    line = Line(seq=record.seq, utc_ns=record.utc_ns, hash=record.hash.hex(), chain=record.chain.hex())
    if not told or record.payload is None or record.salt is None:
        return line
    if not isinstance(event_from(record.payload), PublicEvent):
        return line
    return msgspec.structs.replace(line, salt=record.salt.hex(), payload=record.payload.decode())


def verify_lines(lines: Iterable[bytes]) -> Verified:
    """Walk an export from its first record. Raises Broken at the first line that does not hold."""
    chain, expected, opened = GENESIS, 1, 0
    for number, text in enumerate(lines, 1):
        try:
            line = msgspec.json.decode(text, type=Line)
            content, stated, salt = bytes.fromhex(line.hash), bytes.fromhex(line.chain), bytes.fromhex(line.salt)
            chained = chain_hash(chain, line.seq, line.utc_ns, content)
        except (msgspec.MsgspecError, ValueError, OverflowError) as error:
            raise Broken(f"line {number} is no record: {error}") from error
        if line.seq != expected:
            raise Broken(f"line {number}: record {expected} is missing, record {line.seq} stands there")
        if chained != stated:
            raise Broken(f"record {line.seq} does not follow from the one before it: one of them was changed")
        if line.payload and content_hash(salt, line.payload.encode()) != content:
            raise Broken(f"the words of record {line.seq} were changed")
        opened += bool(line.payload)
        chain, expected = stated, expected + 1
    return Verified(expected - 1, opened, chain.hex())
