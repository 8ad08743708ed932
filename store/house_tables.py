"""The house's dated tables. In: a session. Out: the newest version of each; before the first, the seed."""

from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from episodes import deadlines, limits, methods
from episodes.deadlines import Deadline
from episodes.house_tables import Table
from episodes.limits import Limit
from episodes.methods import Method
from store.tables.orders import HouseTable


async def newest(session: AsyncSession, name: str) -> HouseTable | None:
    """The row that counts; None while the seed does."""
    query = select(HouseTable).where(HouseTable.name == name).order_by(HouseTable.version.desc()).limit(1)
    return await session.scalar(query)


async def deadline_table(session: AsyncSession) -> tuple[Deadline, ...]:
    """How long what may take."""
    row = await newest(session, "deadlines")
    return msgspec.convert(row.rows, type=tuple[Deadline, ...], strict=False) if row else deadlines.SEED


async def limit_table(session: AsyncSession) -> tuple[Limit, ...]:
    """Which value is too much, by method, item, food category and day."""
    row = await newest(session, "limits")
    return msgspec.convert(row.rows, type=tuple[Limit, ...], strict=False) if row else limits.SEED


async def method_table(session: AsyncSession) -> tuple[Method, ...]:
    """How is measured: unit, repeats, guidance."""
    row = await newest(session, "methods")
    return msgspec.convert(row.rows, type=tuple[Method, ...], strict=False) if row else methods.SEED


async def rows_of(session: AsyncSession, table: Table) -> tuple[Any, ...]:
    """Any of them."""
    if table == "limits":
        return await limit_table(session)
    return await (method_table(session) if table == "methods" else deadline_table(session))
