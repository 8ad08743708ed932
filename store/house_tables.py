"""The house's dated tables. In: a session. Out: the newest version of each; before the first, the seed."""

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from episodes import deadlines
from episodes.deadlines import Deadline
from store.tables.orders import HouseTable


async def newest(session: AsyncSession, name: str) -> HouseTable | None:
    """The row that counts; None while the seed does."""
    query = select(HouseTable).where(HouseTable.name == name).order_by(HouseTable.version.desc()).limit(1)
    return await session.scalar(query)


async def deadline_table(session: AsyncSession) -> tuple[Deadline, ...]:
    """How long what may take."""
    row = await newest(session, "deadlines")
    return msgspec.convert(row.rows, type=tuple[Deadline, ...], strict=False) if row else deadlines.SEED
