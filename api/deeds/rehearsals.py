"""彩排. In: an approved episode. Out: its rehearsal: same cameras, private outputs, a practice target, nothing public.

The real episode is not touched: its targets stay sealed, its state stays approved.
"""

from sqlalchemy import select

from api.deeds.approvals import keep
from api.deeds.doing import Actor, new_id, once, the_episode
from api.deeds.episodes import EpisodeMade, as_rule
from api.desired import address_of
from api.desk import Desk
from episodes import episode as rules
from episodes.approval import hash_of
from episodes.events import EpisodeApproved, OutputSet
from store import Work, approvals
from store.tables.episodes import Episode
from store.tables.gate import LegalBasis
from store.tables.outputs import Output

_BASIS = ("legal_basis", "scope", "version", "given_by", "given_utc_ns", "reviewed_by", "reviewed_utc_ns")


async def rehearse(desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str) -> EpisodeMade:
    """A rehearsal of this episode, ready to go on air. The approval of the real one covers it."""

    async def body(work: Work) -> EpisodeMade:
        real = await the_episode(work.session, episode_id)
        taken = set((await work.session.scalars(select(Episode.number))).all())
        plan = rules.rehearsal_of(as_rule(real), new_id(), taken, desk.clock.utc_ns())
        row = Episode(
            id=plan.episode_id,
            programme_id=plan.programme_id,
            number=plan.number,
            title=plan.title,
            theme=plan.theme,
            starts_utc_ns=plan.starts_utc_ns,
            state=rules.State.APPROVED,
            rehearsal=True,
            cameras=list(plan.cameras),
            delay_s=real.delay_s,
            planned_by=actor.user_id,
        )
        work.session.add(row)
        work.record(plan)
        await work.session.flush()
        await _approved_with(desk, work, real, row)
        query = select(Output).where(Output.episode_id == real.id, Output.private.is_(True))
        for output in (await work.session.scalars(query)).all():
            _copy(desk, work, actor, output, plan.episode_id)
        return EpisodeMade(plan.episode_id)

    return await once(desk, actor, "rehearse", command_id, EpisodeMade, body)


async def _approved_with(desk: Desk, work: Work, real: Episode, row: Episode) -> None:
    """The rehearsal's own approval: of its own content, by whoever approved the real one, on the same basis."""
    basis = await approvals.basis_row(work.session, real.id)
    if basis is not None:
        work.session.add(LegalBasis(episode_id=row.id, **{name: getattr(basis, name) for name in _BASIS}))
        await work.session.flush()
    content = await approvals.content_now(work.session, row)
    event = EpisodeApproved(
        episode_id=row.id, by=real.approved_by, legal_basis=real.legal_basis, approved=hash_of(content)
    )
    await keep(desk, work, row, content, event)


def _copy(desk: Desk, work: Work, actor: Actor, output: Output, episode_id: str) -> None:
    address, copy_id = desk.secrets_box.unseal(output.address, address_of(output.id)), new_id()
    work.session.add(
        Output(
            id=copy_id,
            episode_id=episode_id,
            name=output.name,
            address=desk.secrets_box.seal(address, address_of(copy_id)),
            masked=output.masked,
            wanted=output.wanted,
            private=True,
            expires_utc_ns=output.expires_utc_ns,
            made_utc_ns=desk.clock.utc_ns(),
            rendition=output.rendition,
            policy=output.policy,
        )
    )
    work.record(OutputSet(episode_id=episode_id, output_id=copy_id, name=output.name, by=actor.user_id))
