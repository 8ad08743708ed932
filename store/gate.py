"""What the gate asks of the store. In: a session, an episode. Out: officers, moderators on duty, batches, decisions."""

from collections.abc import Sequence
from datetime import date

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from episodes.assignment import Post
from episodes.kits import Batch, Kind
from episodes.officers import Officer
from episodes.people import Role
from store.draws import draws_of, places_of
from store.officers import people_with_credentials
from store.people import accounts
from store.plans import crew_of
from store.tables.gate import GateDecision, KitBatch, ModerationDutyRow


async def officers_of(session: AsyncSession, episode_id: str) -> tuple[Officer, ...]:
    """Who comes as an officer: the crew list's officers; as long as it names none, those whom a draw chose."""
    ids = {each.user_id for each in await crew_of(session, episode_id) if each.post is Post.OFFICER}
    if not ids:
        for draw in await draws_of(session, episode_id, "officers"):
            if draw.state in {"drawn", "disclosed"}:
                ids |= {each.holder_id for each in await places_of(session, draw.id) if each.holder_id}
    return await people_with_credentials(session, ids)


async def moderators_on_duty(session: AsyncSession, episode_id: str) -> tuple[str, ...]:
    """The names of those on duty whose account may still moderate."""
    query = select(ModerationDutyRow.user_id).where(ModerationDutyRow.episode_id == episode_id)
    ids = set((await session.scalars(query)).all())
    everybody = await accounts(session) if ids else ()
    return tuple(
        each.name for each in everybody if each.user_id in ids and each.active and Role.MODERATOR in each.roles
    )


async def is_on_duty(session: AsyncSession, episode_id: str, user_id: str) -> bool:
    return await session.get(ModerationDutyRow, (episode_id, user_id)) is not None


async def decisions_of(session: AsyncSession, episode_id: str) -> dict[str, GateDecision]:
    """By point."""
    rows = (await session.scalars(select(GateDecision).where(GateDecision.episode_id == episode_id))).all()
    return {each.point: each for each in rows}


async def batch_rows(session: AsyncSession) -> Sequence[KitBatch]:
    """Batches in use, the first to expire first."""
    query = select(KitBatch).where(KitBatch.retired.is_(False)).order_by(KitBatch.expires, KitBatch.name, KitBatch.id)
    return (await session.scalars(query)).all()


def batch_of(row: KitBatch) -> Batch:
    """The row as the rules know it."""
    kind: Kind = msgspec.convert(row.kind, Kind)
    return Batch(batch_id=row.id, kind=kind, name=row.name, batch=row.batch, expires=date.fromisoformat(row.expires))
