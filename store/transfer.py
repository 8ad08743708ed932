"""Export and import of the whole desk's database as JSON lines. In: a store and a file. Out: counts.

The first line is a header, then every record with payload, salt and hashes, then the rows of the other tables. Sealed
columns stay sealed (their key lies under `var/secrets`); sessions, codes and tries at the door stay behind. Reading the
chain is the check: an import that does not hold together writes nothing it has not verified.
"""

import base64
from collections.abc import AsyncIterator, Iterator
from typing import Any, BinaryIO, Literal

import msgspec
from sqlalchemy import Table, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import LargeBinary

from episodes.record import GENESIS
from runtime.problems import CannotStart
from store import log
from store.base import Base
from store.errors import LogBroken
from store.store import Store
from store.tables.log import Record

CHUNK = 200
"""Rows to one commit; between commits live writes have their turn."""
MOST_LINE = 4 * 1024 * 1024
LEFT_BEHIND = frozenset({"records", "sessions", "join_codes", "login_tries", "desk_seat", "calendar_links"})
_BY = "import"


class CannotImport(CannotStart):
    """The file cannot be imported here; the text says why."""


class Header(msgspec.Struct, frozen=True, tag="header"):
    """The first line."""

    format: Literal["daylight.export.v1"]
    records: int


class RecordLine(msgspec.Struct, frozen=True, kw_only=True, tag="record"):
    """One record; `payload` is its canonical JSON as text, null once erased."""

    seq: int
    utc_ns: int
    actor: str
    episode_id: str
    kind: str
    payload: str | None
    salt: bytes | None
    hash: bytes
    chain: bytes


class RowLine(msgspec.Struct, frozen=True, tag="row"):
    """One row of another table; binary columns are base64."""

    table: str
    columns: dict[str, Any]


Line = Header | RecordLine | RowLine
_decoder = msgspec.json.Decoder(Line)


class Counts(msgspec.Struct, frozen=True):
    records: int
    rows: int


async def export(store: Store, file: BinaryIO) -> Counts:
    """Write everything, at one moment of the database (SQLite) or of each table (PostgreSQL)."""
    rows = 0
    async with store.read() as session:
        head = await log.head(session)
        _write(file, Header("daylight.export.v1", head.seq))
        async for record in log.rows(session, upto=head.seq):
            _write(file, _line_of(record))
        for table in _tables():
            async for row in _rows(session, table):
                _write(file, row)
                rows += 1
    return Counts(head.seq, rows)


async def load(store: Store, file: BinaryIO) -> Counts:
    """Read an export into an empty database, in chunks. Raises CannotImport, LogBroken."""
    lines = _lines(file)
    header = next(lines, None)
    if not isinstance(header, Header):
        raise CannotImport("this is no export of Daylight: its first line is no header")
    await _must_be_empty(store)
    records = rows = 0
    chain = GENESIS
    chunk: list[RecordLine | RowLine] = []
    for line in lines:
        if isinstance(line, Header):
            raise CannotImport("the file holds a second header: two exports in one file?")
        if isinstance(line, RecordLine):
            if line.seq != records + 1:
                raise LogBroken(records + 1, "missing in the export")
            log.check(Record(**_values_of(line)), chain)
            records, chain = line.seq, line.chain
        else:
            rows += 1
        chunk.append(line)
        if len(chunk) >= CHUNK:
            await _put(store, chunk)
            chunk = []
    if records != header.records:
        raise LogBroken(records + 1, "missing in the export")
    await _put(store, chunk)
    return Counts(records, rows)


async def _must_be_empty(store: Store) -> None:
    async with store.read() as session:
        for table in (Base.metadata.tables["records"], *_tables()):
            if (await session.execute(select(table).limit(1))).first() is not None:
                raise CannotImport(
                    f"the database is not empty ({table.name}): import into a fresh one ([store] url, or another var)"
                )


async def _put(store: Store, chunk: list[RecordLine | RowLine]) -> None:
    async with store.work(_BY) as work:
        for line in chunk:
            if isinstance(line, RecordLine):
                await work.session.execute(insert(Record).values(**_values_of(line)))
            else:
                table = _table(line.table)
                await work.session.execute(insert(table).values(**_from_line(table, line.columns)))


def _tables() -> tuple[Table, ...]:
    """The other tables, parents before children."""
    return tuple(table for table in Base.metadata.sorted_tables if table.name not in LEFT_BEHIND)


def _table(name: str) -> Table:
    table = Base.metadata.tables.get(name)
    if table is None or name in LEFT_BEHIND:
        raise CannotImport(f"the export holds a table this Daylight does not know: {name[:64]}")
    return table


async def _rows(session: AsyncSession, table: Table) -> AsyncIterator[RowLine]:
    for row in (await session.execute(select(table).order_by(*table.primary_key.columns))).mappings():
        # SQLAlchemy's names are strings of its own kind, which the encoder does not know.
        yield RowLine(f"{table.name}", {f"{key}": _plain(value) for key, value in row.items()})


def _plain(value: object) -> object:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _from_line(table: Table, columns: dict[str, Any]) -> dict[str, Any]:
    unknown = set(columns) - set(table.columns.keys())
    if unknown:
        raise CannotImport(f"the export holds a column this Daylight does not know: {table.name}.{min(unknown)[:64]}")
    return {
        key: base64.b64decode(value)
        if isinstance(table.columns[key].type, LargeBinary) and value is not None
        else value
        for key, value in columns.items()
    }


def _line_of(record: Record) -> RecordLine:
    return RecordLine(
        seq=record.seq,
        utc_ns=record.utc_ns,
        actor=record.actor,
        episode_id=record.episode_id,
        kind=record.kind,
        payload=None if record.payload is None else record.payload.decode(),
        salt=record.salt,
        hash=record.hash,
        chain=record.chain,
    )


def _values_of(line: RecordLine) -> dict[str, Any]:
    payload = None if line.payload is None else line.payload.encode()
    return {**msgspec.structs.asdict(line), "payload": payload}


def _write(file: BinaryIO, line: Line) -> None:
    file.write(msgspec.json.encode(line) + b"\n")


def _lines(file: BinaryIO) -> Iterator[Line]:
    number = 0
    while line := file.readline(MOST_LINE):
        number += 1
        try:
            yield _decoder.decode(line)
        except msgspec.MsgspecError as error:
            raise CannotImport(f"line {number} of the export cannot be read: {error}") from None
