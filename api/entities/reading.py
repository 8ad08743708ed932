"""Brings one file of businesses in. In: a file, where to go on. Out: its rows in the store by chunks, a tally.

A chunk is a transaction of some tens of milliseconds that holds its rows, their report and how far the file is: a live
write waits for one chunk at most, and whoever is killed goes on behind the last one. Files are read in a thread.
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from itertools import islice
from pathlib import Path

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from api.entities.files import EntityFile, FileRow
from episodes.entity import Entity, Trouble, changes, entity_of, merged
from runtime.clock import Clock
from runtime.threads import NamedExecutor
from store import Store, entities, entity_imports
from store.entities import Ready
from store.entity_imports import LineTrouble, Tally
from store.tables.entities import EntityImport

TARGET_S = 0.025
"""How long a chunk may keep SQLite's one writer."""
BESIDE_S = 0.25
"""The same on PostgreSQL, where others write meanwhile."""
LEAST_ROWS, MOST_ROWS = 20, 800
_SWITCH_S = 0.0005
REST = 0.25
"""Time left to others after a chunk, as a share of what it took; the machine is the show's."""


class Chunk(msgspec.Struct, frozen=True):
    """Rows read and checked, without duplicates of earlier ones."""

    good: tuple[Ready, ...]
    troubles: tuple[LineTrouble, ...]
    rows: int
    bad: int
    at: int


class Reader:
    """One pass over a file; all its methods block."""

    def __init__(self, path: Path, today: date, *, spelt: bool) -> None:
        self.file = EntityFile(path)
        self._rows: Iterator[FileRow] = self.file.rows()
        self._today, self._spelt = today, spelt
        self._lines: dict[int, int] = {}
        """Where each licence stood, by its hash: bounded by the rows of the file (`store.import_most_mib`)."""

    def skip(self, rows: int) -> None:
        """What an earlier run has done; its licences are remembered."""
        for row in islice(self._rows, rows):
            found = self._checked(row)
            if isinstance(found, Entity):
                self._lines.setdefault(hash(found.licence), row.line)

    def chunk(self, most: int) -> Chunk:
        """The next rows; `rows` 0 at the end. Raises UserProblem when this is no such file."""
        good: list[Ready] = []
        troubles: list[LineTrouble] = []
        rows = bad = at = 0
        for row in islice(self._rows, most):
            rows, at = rows + 1, row.at
            found = self._once(row)
            if isinstance(found, Entity):
                good.append(entities.ready(found) if self._spelt else Ready(found, "", ""))
            else:
                bad += 1
                troubles.extend(LineTrouble(row.line, each) for each in found)
        return Chunk(tuple(good), tuple(troubles), rows, bad, at)

    def _once(self, row: FileRow) -> Entity | tuple[Trouble, ...]:
        found = self._checked(row)
        if isinstance(found, Entity):
            first = self._lines.setdefault(hash(found.licence), row.line)
            if first != row.line:
                return (Trouble("licence", "licence_twice", str(first)),)
        return found

    def _checked(self, row: FileRow) -> Entity | tuple[Trouble, ...]:
        if row.trouble is not None or row.fields is None:
            return (row.trouble or Trouble("", "json"),)
        return entity_of(row.fields, self._today)


async def read_through(
    store: Store,
    clock: Clock,
    thread: NamedExecutor,
    path: Path,
    import_id: str,
    *,
    actor: str,
    dry: bool,
    alone: bool = True,
) -> Tally:
    """From where it stands to the end. Raises UserProblem when this is no such file.

    `alone`: no other process writes. Beside one, which tries for its turn now and then, we keep quiet half of the time.
    """
    with _brisk():
        return await _read_through(store, clock, thread, path, import_id, actor=actor, dry=dry, alone=alone)


@contextmanager
def _brisk() -> Iterator[None]:
    """While a thread of ours reads and spells, the loop gets its turn within half a millisecond instead of five.

    A live write hops between threads a dozen times, and each hop waits that long for a reader who never pauses.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


async def _read_through(
    store: Store,
    clock: Clock,
    thread: NamedExecutor,
    path: Path,
    import_id: str,
    *,
    actor: str,
    dry: bool,
    alone: bool,
) -> Tally:
    rest = REST if alone else 1.0
    target_s = TARGET_S if store.one_writer else BESIDE_S
    reader = await thread.run(Reader, path, _today(clock), spelt=not dry)
    async with store.read() as session:
        row = await entity_imports.get(session, import_id)
    tally = Tally() if row is None else _tally(row)
    await thread.run(reader.skip, tally.rows)
    most = 100
    while (chunk := await thread.run(reader.chunk, most)).rows:
        waited_ns = clock.mono_ns()
        async with store.work(actor) as work:
            began_ns = clock.mono_ns()
            put = await (_would_put if dry else entities.put)(work.session, chunk.good, import_id, clock.utc_ns())
            tally = Tally(
                rows=tally.rows + chunk.rows,
                read_bytes=chunk.at,
                added=tally.added + put.added,
                changed=tally.changed + put.changed,
                same=tally.same + put.same,
                bad=tally.bad + chunk.bad,
            )
            await entity_imports.advance(work.session, import_id, tally, reader.file.unknown, chunk.troubles)
        took_s = (clock.mono_ns() - began_ns) / 1e9
        # A live writer who waited is served before us; the time we waited for others says nothing of our chunk.
        most = max(LEAST_ROWS, min(MOST_ROWS, round(most * min(2.0, target_s / max(took_s, 1e-4)))))
        await asyncio.sleep((clock.mono_ns() - waited_ns) / 1e9 * rest)
    return tally


def _today(clock: Clock) -> date:
    """By the clock of the places our data is about; a date may be today's there while it is yesterday in UTC."""
    return datetime.fromtimestamp(clock.utc_ns() / 1e9, timezone(timedelta(hours=8))).date()


def _tally(row: EntityImport) -> Tally:
    return Tally(
        rows=row.rows_done,
        read_bytes=row.read_bytes,
        added=row.added,
        changed=row.changed,
        same=row.same,
        bad=row.bad,
    )


async def _would_put(session: AsyncSession, rows: tuple[Ready, ...], _: str, __: int) -> entities.Put:
    """What `entities.put` would do."""
    have = await entities.known(session, [each.entity.licence for each in rows])
    changed = 0
    for each in rows:
        if row := have.get(each.entity.licence):
            before = entities.entity_of(row)
            changed += bool(changes(before, merged(before, each.entity)))
    added = sum(each.entity.licence not in have for each in rows)
    return entities.Put(added=added, changed=changed, same=len(rows) - added - changed)
