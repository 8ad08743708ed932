"""Questions about disclosure ladders. In: a session, an episode or a person. Out: rungs, who has looked."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from episodes.ladder import Rung
from store.tables.episodes import Episode
from store.tables.gate import Ladder, LadderKnown, LadderRung

_COMING = ("planned", "approved", "live")


def rung_of(row: LadderRung) -> Rung:
    """The row as the rules know it."""
    return Rung(
        rung_id=row.id,
        title=row.title,
        people=tuple(row.people),
        minutes_before=row.minutes_before,
        releaser=row.releaser,
        released_utc_ns=row.released_utc_ns,
    )


async def ladder_version(session: AsyncSession, episode_id: str) -> int:
    """0 when nobody has written one."""
    row = await session.get(Ladder, episode_id)
    return row.version if row else 0


async def rung_rows(session: AsyncSession, episode_id: str) -> Sequence[LadderRung]:
    """From the top: who learns it first."""
    query = select(LadderRung).where(LadderRung.episode_id == episode_id).order_by(LadderRung.ordinal)
    return (await session.scalars(query)).all()


async def rungs_of(session: AsyncSession, episode_id: str) -> tuple[Rung, ...]:
    """As the rules know them."""
    return tuple(rung_of(each) for each in await rung_rows(session, episode_id))


async def known(session: AsyncSession, rung_ids: Sequence[str]) -> dict[tuple[str, str], LadderKnown]:
    """Who looked, by (rung, person)."""
    rows = (await session.scalars(select(LadderKnown).where(LadderKnown.rung_id.in_(rung_ids)))).all()
    return {(each.rung_id, each.user_id): each for each in rows}


async def coming(session: AsyncSession) -> Sequence[Episode]:
    """Episodes whose ladder still matters, the earliest first."""
    query = select(Episode).where(Episode.state.in_(_COMING)).order_by(Episode.starts_utc_ns)
    return (await session.scalars(query)).all()
