"""Legal basis, its review, the approval. In: who does what, of which version. Out: state, with the record of it.

`recheck` is called by every deed that may change something an approval covers: in the same transaction the approval is
void and the episode planned again.
"""

import msgspec

from api.deeds.doing import Actor, Ok, StateNow, once, the_episode
from api.desk import Desk
from episodes import approval as rules
from episodes import episode as states
from episodes.events import ApprovalVoided, EpisodeApproved
from store import Work
from store import approvals as store
from store.tables.episodes import Episode
from store.tables.gate import Approval, LegalBasis


async def give_basis(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    episode_id: str,
    legal_basis: str,
    scope: str,
    version: int = 0,
) -> Ok:
    """On what the inspection rests and how far it reaches. A change takes review and approval away."""

    async def body(work: Work) -> Ok:
        episode = await the_episode(work.session, episode_id, lock=True)
        row = await store.basis_row(work.session, episode_id)
        event = rules.give(
            states.State(episode.state),
            store.basis_of(row),
            episode_id=episode_id,
            legal_basis=legal_basis,
            scope=scope,
            version=version,
            by=actor.user_id,
        )
        row = row or LegalBasis(episode_id=episode_id, version=0)
        row.legal_basis, row.scope, row.version = event.legal_basis, event.scope, row.version + 1
        row.given_by, row.given_utc_ns = actor.user_id, desk.clock.utc_ns()
        row.reviewed_by, row.reviewed_utc_ns = "", 0
        work.session.add(row)
        episode.legal_basis = event.legal_basis
        work.record(event)
        await recheck(desk, work, episode, actor.user_id)
        return Ok()

    return await once(desk, actor, "give_basis", command_id, Ok, body)


async def review_basis(desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, version: int) -> Ok:
    """Another person than its giver read the basis and found it right."""

    async def body(work: Work) -> Ok:
        episode = await the_episode(work.session, episode_id, lock=True)
        row = await store.basis_row(work.session, episode_id)
        event = rules.review(
            states.State(episode.state),
            store.basis_of(row),
            episode_id=episode_id,
            version=version,
            by=actor.user_id,
        )
        if row is not None:
            row.reviewed_by, row.reviewed_utc_ns = actor.user_id, desk.clock.utc_ns()
        work.record(event)
        return Ok()

    return await once(desk, actor, "review_basis", command_id, Ok, body)


async def approve(
    desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, version: str, document: str = ""
) -> StateNow:
    """A second person approves what they have read; `version` is its hash."""

    async def body(work: Work) -> StateNow:
        episode = await the_episode(work.session, episode_id, lock=True)
        content = await store.content_now(work.session, episode)
        before = await store.standing(work.session, episode_id)
        event = rules.approve(
            states.State(episode.state),
            content,
            store.basis_of(await store.basis_row(work.session, episode_id)),
            episode_id=episode_id,
            requesters=await store.requesters(work.session, episode),
            before=before.hash if before else "",
            seen=version,
            document=document,
            by=actor.user_id,
        )
        episode.state = states.next_state(states.State(episode.state), event)
        await keep(desk, work, episode, content, event)
        return StateNow(episode.state)

    return await once(desk, actor, "approve", command_id, StateNow, body)


async def keep(desk: Desk, work: Work, episode: Episode, content: rules.Content, event: EpisodeApproved) -> None:
    """The approval beside its record."""
    last = await store.last_approval(work.session, episode.id)
    episode.approved_by, episode.legal_basis = event.by, event.legal_basis
    work.session.add(
        Approval(
            episode_id=episode.id,
            number=last.number + 1 if last else 1,
            hash=event.approved,
            content=msgspec.to_builtins(content),
            document=event.document,
            by=event.by,
            utc_ns=desk.clock.utc_ns(),
        )
    )
    work.record(event)


async def recheck(desk: Desk, work: Work, episode: Episode, by: str) -> None:
    """Void the approval if what it covers has changed. On air it stands for what it covered; a reveal asks it."""
    await work.session.flush()
    row = await store.standing(work.session, episode.id)
    if episode.state != states.State.APPROVED or row is None:
        return
    content = await store.content_now(work.session, episode)
    if rules.hash_of(content) == row.hash:
        return
    changed = rules.changed(store.content_of_approval(row), content)
    event = ApprovalVoided(episode_id=episode.id, changed=changed, by=by)
    episode.state, episode.approved_by = states.next_state(states.State.APPROVED, event), ""
    row.void_utc_ns, row.void_by, row.changed = desk.clock.utc_ns(), by, list(changed)
    work.record(event)


async def version_now(desk: Desk, episode_id: str) -> str:
    """The hash of what there is to approve."""
    async with desk.store.read() as session:
        return rules.hash_of(await store.content_now(session, await the_episode(session, episode_id)))
