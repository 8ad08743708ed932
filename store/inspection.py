"""What the crew recorded, as rows. In: a session and an episode. Out: ticks, answers, notes, files, threads."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from episodes.inspection import LATE_NS, Answered
from store.episodes import current, live
from store.tables.episodes import Episode
from store.tables.inspection import (
    ChecklistAnswer,
    DeskMessage,
    DeskThread,
    EvidenceFile,
    GuestConsent,
    SpotNote,
    SpotTick,
)
from store.tables.people import User

MOST_NOTES = 200


async def inspected(session: AsyncSession, now_utc_ns: int) -> Episode | None:
    """The one on air; else the one just over, whose last entries come late; else the next."""
    if on_air := await live(session):
        return on_air
    over = Episode.state.in_(("ended", "published")), Episode.ended_utc_ns > now_utc_ns - LATE_NS
    query = select(Episode).where(*over).order_by(Episode.ended_utc_ns.desc()).limit(1)
    return await session.scalar(query) or await current(session)


async def ticks(session: AsyncSession, episode_id: str) -> Sequence[SpotTick]:
    return (await session.scalars(select(SpotTick).where(SpotTick.episode_id == episode_id))).all()


async def answers(session: AsyncSession, episode_id: str) -> Sequence[ChecklistAnswer]:
    """In the order they came."""
    query = select(ChecklistAnswer).where(ChecklistAnswer.episode_id == episode_id)
    return (await session.scalars(query.order_by(ChecklistAnswer.received_utc_ns, ChecklistAnswer.id))).all()


async def answer_of(session: AsyncSession, episode_id: str, place: str, item_id: str) -> ChecklistAnswer | None:
    """For writing."""
    query = select(ChecklistAnswer).where(
        ChecklistAnswer.episode_id == episode_id, ChecklistAnswer.place == place, ChecklistAnswer.item_id == item_id
    )
    return await session.scalar(query.with_for_update())


def standing(row: ChecklistAnswer | None) -> Answered:
    """The row as the rule knows it."""
    if row is None:
        return Answered()
    return Answered(version=row.version, answer=row.answer, finding_id=row.finding_id, by=row.by)  # type: ignore[arg-type]


async def notes(session: AsyncSession, episode_id: str) -> Sequence[SpotNote]:
    """The newest first."""
    query = select(SpotNote).where(SpotNote.episode_id == episode_id).order_by(SpotNote.received_utc_ns.desc())
    return (await session.scalars(query.limit(MOST_NOTES))).all()


async def files(session: AsyncSession, ids: Iterable[str]) -> Sequence[EvidenceFile]:
    """Those of `ids` that there are."""
    return (await session.scalars(select(EvidenceFile).where(EvidenceFile.id.in_(tuple(ids))))).all()


async def threads(session: AsyncSession, episode_id: str, *, by: str = "") -> Sequence[DeskThread]:
    """The newest first; only those of `by` when it is given."""
    query = select(DeskThread).where(DeskThread.episode_id == episode_id).order_by(DeskThread.made_utc_ns.desc())
    return (await session.scalars(query.where(DeskThread.by == by) if by else query)).all()


async def messages(session: AsyncSession, thread_ids: Iterable[str]) -> Sequence[DeskMessage]:
    """In the order they came."""
    query = select(DeskMessage).where(DeskMessage.thread_id.in_(tuple(thread_ids)))
    return (
        await session.scalars(query.order_by(DeskMessage.received_utc_ns, DeskMessage.from_desk, DeskMessage.id))
    ).all()


async def consents(session: AsyncSession, episode_id: str) -> Sequence[GuestConsent]:
    """Those that stand, in the order they were signed."""
    query = select(GuestConsent).where(GuestConsent.episode_id == episode_id, GuestConsent.withdrawn_utc_ns == 0)
    return (await session.scalars(query.order_by(GuestConsent.received_utc_ns))).all()


async def names(session: AsyncSession, ids: Iterable[str]) -> dict[str, str]:
    """People's shown names by account."""
    rows = await session.execute(select(User.id, User.name).where(User.id.in_({*ids})))
    return {row.id: row.name for row in rows}
