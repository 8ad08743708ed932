"""Questions about episodes that several rooms ask. In: a session. Out: rows."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from episodes.events import ProgrammeSet
from episodes.slots import Holiday
from store.tables.episodes import Episode, HolidayRow, Programme


async def live(session: AsyncSession) -> Episode | None:
    """The one episode on air."""
    return await session.scalar(select(Episode).where(Episode.state == "live"))


async def current(session: AsyncSession) -> Episode | None:
    """The live episode, else the next approved or planned one: whose cameras and outputs the control room shows."""
    if on_air := await live(session):
        return on_air
    query = (
        select(Episode).where(Episode.state.in_(("approved", "planned"))).order_by(Episode.state, Episode.starts_utc_ns)
    )
    return await session.scalar(query.limit(1))


async def all_episodes(session: AsyncSession) -> tuple[Episode, ...]:
    """Newest number first."""
    return tuple((await session.scalars(select(Episode).order_by(Episode.starts_utc_ns.desc()))).all())


async def by_number(session: AsyncSession, number: int) -> Episode | None:
    """The newest episode with this number."""
    query = select(Episode).where(Episode.number == number).order_by(Episode.starts_utc_ns.desc()).limit(1)
    return await session.scalar(query)


async def programmes(session: AsyncSession) -> tuple[Programme, ...]:
    return tuple((await session.scalars(select(Programme).order_by(Programme.name))).all())


async def holidays(session: AsyncSession) -> dict[date, Holiday]:
    """The whole table: some tens of rows a year."""
    rows = (await session.scalars(select(HolidayRow))).all()
    found = (Holiday(date.fromisoformat(row.day), row.kind, row.name) for row in rows)  # type: ignore[arg-type]
    return {each.day: each for each in found}


def programme_set(row: Programme) -> ProgrammeSet:
    """The programme as a rule knows it."""
    return ProgrammeSet(
        programme_id=row.id,
        name=row.name,
        agency=row.agency,
        weekday=row.weekday,
        starts=row.starts,
        minutes=row.minutes,
        timezone=row.timezone,
        days=tuple(row.days),
        on_holiday=row.on_holiday,  # type: ignore[arg-type]
    )


async def upcoming(session: AsyncSession) -> Episode | None:
    """The next episode the public may know of: approved or planned, no rehearsal, the earliest start."""
    return await session.scalar(_UPCOMING.limit(1))


async def all_upcoming(session: AsyncSession, limit: int = 100) -> tuple[Episode, ...]:
    """All of them, the earliest first."""
    return tuple((await session.scalars(_UPCOMING.limit(limit))).all())


_UPCOMING = (
    select(Episode)
    .where(Episode.state.in_(("approved", "planned")), Episode.rehearsal.is_(False))
    .order_by(Episode.starts_utc_ns)
)
