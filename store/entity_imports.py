"""Files of businesses on their way in. In: a session. Out: how far each is, and what was wrong with its rows."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from episodes.entity import Trouble
from store.tables.entities import EntityImport, EntityImportTrouble

MOST_TROUBLES = 2000
"""Kept of one file; the rest is counted."""


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How far a file is: `rows` behind us, and what became of them."""

    rows: int = 0
    read_bytes: int = 0
    added: int = 0
    changed: int = 0
    same: int = 0
    bad: int = 0


class LineTrouble(msgspec.Struct, frozen=True):
    """What is wrong in which line."""

    line: int
    trouble: Trouble


async def get(session: AsyncSession, import_id: str) -> EntityImport | None:
    return await session.get(EntityImport, import_id)


async def latest(session: AsyncSession, limit: int = 5) -> tuple[EntityImport, ...]:
    """Newest first."""
    query = select(EntityImport).order_by(EntityImport.made_utc_ns.desc()).limit(limit)
    return tuple((await session.scalars(query)).all())


async def unfinished(session: AsyncSession) -> tuple[str, ...]:
    """The ids a killed desk left in the middle, oldest first."""
    query = select(EntityImport.id).where(EntityImport.state.in_(("checking", "applying")))
    return tuple((await session.scalars(query.order_by(EntityImport.made_utc_ns))).all())


async def begin(session: AsyncSession, import_id: str, **values: Any) -> None:
    """A file has come whole."""
    zero: dict[str, Any] = dict.fromkeys(
        ("read_bytes", "rows_done", "added", "changed", "same", "bad", "done_utc_ns"), 0
    )
    session.add(EntityImport(id=import_id, **{**zero, "reason": "", "unknown": [], **values}))


async def begin_again(session: AsyncSession, import_id: str, state: str) -> None:
    """From the first row, with an empty report."""
    await session.execute(delete(EntityImportTrouble).where(EntityImportTrouble.import_id == import_id))
    zero = dict.fromkeys(("read_bytes", "rows_done", "added", "changed", "same", "bad"), 0)
    await session.execute(update(EntityImport).where(EntityImport.id == import_id).values(state=state, **zero))


async def advance(
    session: AsyncSession, import_id: str, tally: Tally, unknown: Sequence[str], found: Sequence[LineTrouble]
) -> None:
    """These rows are behind us, in the transaction that put them."""
    await session.execute(
        update(EntityImport)
        .where(EntityImport.id == import_id)
        .values(
            rows_done=tally.rows,
            read_bytes=tally.read_bytes,
            added=tally.added,
            changed=tally.changed,
            same=tally.same,
            bad=tally.bad,
            unknown=list(unknown),
        )
    )
    if not found:
        return
    count = select(func.count()).where(EntityImportTrouble.import_id == import_id)
    have = await session.scalar(count) or 0
    rows = [
        {
            "import_id": import_id,
            "ordinal": ordinal,
            "line": each.line,
            "field": each.trouble.field,
            "code": each.trouble.code,
            "value": each.trouble.value[:80],
        }
        for ordinal, each in enumerate(found, have + 1)
        if ordinal <= MOST_TROUBLES
    ]
    if rows:
        await session.execute(insert(EntityImportTrouble), rows)


async def finish(session: AsyncSession, import_id: str, state: str, now_utc_ns: int, reason: str = "") -> None:
    values = {"state": state, "reason": reason, "done_utc_ns": now_utc_ns}
    await session.execute(update(EntityImport).where(EntityImport.id == import_id).values(**values))


async def troubles(
    session: AsyncSession, import_id: str, limit: int = MOST_TROUBLES
) -> tuple[EntityImportTrouble, ...]:
    """In the order of the lines."""
    query = select(EntityImportTrouble).where(EntityImportTrouble.import_id == import_id)
    return tuple((await session.scalars(query.order_by(EntityImportTrouble.ordinal).limit(limit))).all())
