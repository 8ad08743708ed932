"""彩排. In: an approved episode. Out: its rehearsal: same cameras, private outputs, a practice target, nothing public.

The real episode is not touched: its targets stay sealed, its state stays approved.
"""

from sqlalchemy import select

from api.deeds.approvals import keep
from api.deeds.doing import Actor, new_id, once, the_episode
from api.deeds.episodes import EpisodeMade, as_rule
from api.deeds.output_copies import copy_output
from api.deeds.templates import run_set
from api.desk import Desk
from episodes import episode as rules
from episodes.approval import hash_of
from episodes.events import EpisodeApproved
from episodes.run_of_show import Progress, RunOfShow
from store import Work, approvals, plans
from store.tables.episodes import Episode
from store.tables.gate import LegalBasis
from store.tables.graphics import PreparedGraphic
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
            minutes=plan.minutes,
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
            copy_output(
                desk,
                work,
                actor,
                output,
                plan.episode_id,
                rendition=output.rendition,
                private=True,
                wanted=output.wanted,
            )
        await _practise_plan(desk, work, actor, real.id, plan.episode_id)
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


async def _practise_plan(desk: Desk, work: Work, actor: Actor, real_id: str, episode_id: str) -> None:
    """The same plan, crew, graphics and run of show, from its beginning."""
    session = work.session
    await plans.keep_plan(session, episode_id, await plans.plan_of(session, real_id))
    await plans.keep_crew(session, episode_id, await plans.crew_of(session, real_id))
    query = select(PreparedGraphic).where(PreparedGraphic.episode_id == real_id)
    for each in (await session.scalars(query)).all():
        session.add(
            PreparedGraphic(
                id=each.id.replace(real_id, episode_id),
                episode_id=episode_id,
                graphic=each.graphic,
                fields=each.fields,
                ordinal=each.ordinal,
            )
        )
    kept = await plans.run_of(session, real_id)
    if kept.run.segments:
        run = RunOfShow(version=1, segments=kept.run.segments)
        await plans.keep_run(session, episode_id, run, Progress(), by=actor.user_id, now_utc_ns=desk.clock.utc_ns())
        work.record(run_set(episode_id, run, actor))
