"""Questions about approvals. In: a session, an episode. Out: its basis, what stands approved, what there is to be."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from episodes.approval import Basis, Content
from episodes.ladder import line_of
from store.ladders import rungs_of
from store.tables.draws import DrawPlace
from store.tables.episodes import Episode, Selection, Target
from store.tables.gate import Approval, LegalBasis


async def basis_row(session: AsyncSession, episode_id: str) -> LegalBasis | None:
    return await session.get(LegalBasis, episode_id)


def basis_of(row: LegalBasis | None) -> Basis:
    """The basis as the rules know it; without a row nobody has given one."""
    if row is None:
        return Basis()
    return Basis(
        legal_basis=row.legal_basis,
        scope=row.scope,
        given_by=row.given_by,
        reviewed_by=row.reviewed_by,
        version=row.version,
    )


async def last_approval(session: AsyncSession, episode_id: str) -> Approval | None:
    """The newest approval, void or not."""
    query = select(Approval).where(Approval.episode_id == episode_id).order_by(Approval.number.desc())
    found: Approval | None = await session.scalar(query.limit(1))
    return found


async def standing(session: AsyncSession, episode_id: str) -> Approval | None:
    """The approval that holds; None when there is none or something covered has changed since."""
    last = await last_approval(session, episode_id)
    return last if last and not last.void_utc_ns else None


def content_of_approval(row: Approval) -> Content:
    """What was approved, as it was read."""
    return msgspec.convert(row.content, Content)


async def chosen_targets(session: AsyncSession, episode_id: str) -> Sequence[Target]:
    """Targets that people chose and that have not given way; a drawn one was chosen by chance."""
    drawn = select(DrawPlace.target_id).where(DrawPlace.target_id != "")
    query = select(Target).where(Target.episode_id == episode_id, Target.passed.is_(False), Target.id.not_in(drawn))
    return (await session.scalars(query.order_by(Target.ordinal))).all()


async def content_now(session: AsyncSession, episode: Episode) -> Content:
    """What there is to approve at this moment."""
    basis = basis_of(await basis_row(session, episode.id))
    # A rehearsal opens no target, so it has none to approve.
    targets = () if episode.rehearsal else await chosen_targets(session, episode.id)
    return Content(
        programme_id=episode.programme_id,
        number=episode.number,
        title=episode.title,
        theme=episode.theme,
        starts_utc_ns=episode.starts_utc_ns,
        minutes=episode.minutes,
        rehearsal=episode.rehearsal,
        demo=episode.demo,
        legal_basis=basis.legal_basis,
        scope=basis.scope,
        targets=tuple(each.commitment for each in targets),
        ladder=tuple(line_of(each) for each in await rungs_of(session, episode.id)),
    )


async def requesters(session: AsyncSession, episode: Episode) -> frozenset[str]:
    """All who asked for a part of what is to be approved: they approve nothing of it."""
    basis = basis_of(await basis_row(session, episode.id))
    ids = [each.id for each in await chosen_targets(session, episode.id)]
    choosers = (await session.scalars(select(Selection.by).where(Selection.target_id.in_(ids)))).all()
    return frozenset({episode.planned_by, basis.given_by, *choosers} - {""})


async def covered(session: AsyncSession, target: Target) -> bool:
    """Whether a target may be revealed: chance drew it, or the approval that stands names it."""
    if await session.scalar(select(DrawPlace.draw_id).where(DrawPlace.target_id == target.id)):
        return True
    row = await standing(session, target.episode_id)
    return row is not None and target.commitment in content_of_approval(row).targets
