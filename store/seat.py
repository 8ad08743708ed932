"""The director's desk in the store. In: a session. Out: the seat as `episodes.seat` knows it."""

from sqlalchemy.ext.asyncio import AsyncSession

from episodes.seat import Seat, Sitter
from store.tables.seat import DeskSeat

_ONLY = 1


async def held(session: AsyncSession, *, lock: bool = False) -> Seat | None:
    """Who holds the desk, or nobody."""
    row = await session.get(DeskSeat, _ONLY, with_for_update=lock)
    if row is None:
        return None
    return Seat(
        holder=Sitter(row.seat, row.user_id, row.name),
        since_utc_ns=row.since_utc_ns,
        seen_utc_ns=row.seen_utc_ns,
        offered_to=row.offered_to,
        offered_utc_ns=row.offered_utc_ns,
    )


async def keep(session: AsyncSession, seat: Seat | None) -> None:
    """This is who holds it now."""
    if seat is None:
        row = await session.get(DeskSeat, _ONLY)
        if row is not None:
            await session.delete(row)
        return
    await session.merge(
        DeskSeat(
            id=_ONLY,
            seat=seat.holder.seat,
            user_id=seat.holder.user_id,
            name=seat.holder.name,
            since_utc_ns=seat.since_utc_ns,
            seen_utc_ns=seat.seen_utc_ns,
            offered_to=seat.offered_to,
            offered_utc_ns=seat.offered_utc_ns,
        )
    )
