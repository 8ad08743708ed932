"""What is withheld from the public. In: a session. Out: places in the record log."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables.log import Withheld


async def withheld(session: AsyncSession, episode_id: str | None = None) -> frozenset[int]:
    """The records nobody has given back, of one episode or of all."""
    query = select(Withheld.seq).where(Withheld.released_utc_ns == 0)
    if episode_id is not None:
        query = query.where(Withheld.episode_id == episode_id)
    return frozenset((await session.scalars(query)).all())
