"""Targets under embargo. In: a name nobody may know yet. Out: a commitment; each look recorded; the revelation."""

import hashlib
import secrets

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.deeds import approvals, draw_doors
from api.deeds.doing import Actor, new_id, once, the_episode
from api.deeds.ladder import let_look
from api.desk import Desk
from episodes import target as rules
from episodes.draw import Route
from episodes.events import SelectionRecorded, TargetRevealed, TargetSealed, TargetViewed
from episodes.target import TargetContent
from runtime.problems import UserProblem
from store import Work, log
from store.approvals import covered
from store.tables.episodes import Episode, Selection, Target

_SALT_BYTES = 32


class TargetMade(msgspec.Struct, frozen=True):
    target_id: str
    commitment: str


class Revealed(msgspec.Struct, frozen=True):
    target_id: str
    name: str
    place: str


class _Box(msgspec.Struct, frozen=True):
    """What rests encrypted."""

    salt: bytes
    content: TargetContent


class _Seen(msgspec.Struct, frozen=True):
    """Which box one command opened."""

    episode_id: str
    target_id: str


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """By which route a target was chosen, with the evidence: who proposed, which lead, which vote."""

    route: Route
    evidence: str


async def seal_target(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    episode_id: str,
    content: TargetContent,
    ordinal: int = 0,
    chosen: Chosen | None = None,
) -> TargetMade:
    """Lock a target away; the log holds only the commitment to it. `ordinal` 0 means the next one."""
    if chosen and not chosen.evidence.strip():
        raise UserProblem("evidence", "请写明选定这个对象的依据。", 422)

    async def body(work: Work) -> TargetMade:
        row = await the_episode(work.session, episode_id, lock=True)
        if row.state in ("ended", "published"):
            raise UserProblem("episode_over", "这一期已经结束，不能再加检查对象。", 409)
        most = select(func.max(Target.ordinal)).where(Target.episode_id == row.id)
        place = ordinal or (await work.session.scalar(most) or 0) + 1
        made = put_target(desk, work, row.id, place, content)
        if chosen:
            salted = secrets.token_hex(16).encode() + b" " + chosen.evidence.strip().encode()
            await keep_selection(desk, work, row.id, made.target_id, chosen.route, salted, actor.user_id)
        await approvals.recheck(desk, work, row, actor.user_id)
        return made

    return await once(desk, actor, "seal_target", command_id, TargetMade, body)


def put_target(desk: Desk, work: Work, episode_id: str, ordinal: int, content: TargetContent) -> TargetMade:
    """A target in its own sealed box, with its own commitment, within a deed."""
    box = _Box(salt=secrets.token_bytes(_SALT_BYTES), content=content)
    event = rules.seal(episode_id, new_id(), ordinal, content, box.salt)
    work.session.add(
        Target(
            id=event.target_id,
            episode_id=episode_id,
            ordinal=event.ordinal,
            sealed=desk.secrets_box.seal(msgspec.json.encode(box), _about(event.target_id)),
            commitment=event.commitment,
        )
    )
    work.record(event)
    return TargetMade(event.target_id, event.commitment)


async def keep_selection(
    desk: Desk, work: Work, episode_id: str, target_id: str, route: Route, evidence: bytes, by: str
) -> None:
    """The route with its evidence, which rests sealed; the record holds its hash."""
    digest = hashlib.sha256(evidence).hexdigest()
    # The target's row first: the selection refers to it.
    await work.session.flush()
    work.session.add(
        Selection(
            target_id=target_id,
            route=route,
            evidence=desk.secrets_box.seal(evidence, f"selections.evidence.{target_id}"),
            evidence_hash=digest,
            by=by,
            utc_ns=desk.clock.utc_ns(),
        )
    )
    work.record(SelectionRecorded(episode_id=episode_id, target_id=target_id, route=route, evidence=digest, by=by))


async def view_target(
    desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, target_id: str
) -> TargetContent:
    """Look into the sealed box, from an open rung of the ladder. On record before anything is shown, kept nowhere."""

    async def body(work: Work) -> _Seen:
        rung_id = await let_look(desk, work, episode_id, actor.user_id)
        row = await _target(work.session, episode_id, target_id)
        work.record(TargetViewed(episode_id=row.episode_id, target_id=row.id, by=actor.user_id, rung_id=rung_id))
        return _Seen(row.episode_id, row.id)

    # The same command again shows what it showed, whatever else it now asks for: another look is another command.
    seen = await once(desk, actor, "view_target", command_id, _Seen, body)
    async with desk.store.read() as session:
        return _open(desk, await _target(session, seen.episode_id, seen.target_id)).content


async def reveal(desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, target_id: str = "") -> Revealed:
    """At the target's own door, on air. Without an id: the next one in order."""

    async def body(work: Work) -> Revealed:
        episode = await the_episode(work.session, episode_id, lock=True)
        if episode.rehearsal:
            return await _practise(work, episode)
        row = await _target(work.session, episode_id, target_id)
        if row.passed:
            raise UserProblem("gave_way", "这个检查对象已经让位，不再揭晓。", 409)
        if row.revealed:
            raise UserProblem("already_revealed", "这个检查对象已经揭晓。", 409)
        if not await covered(work.session, row):
            raise UserProblem("target_unapproved", "这个检查对象是审批之后才加的，请先由另一人审批，再揭晓。", 409)
        box = _open(desk, row)
        sealed = TargetSealed(
            episode_id=row.episode_id, target_id=row.id, ordinal=row.ordinal, commitment=row.commitment
        )
        event = rules.reveal(sealed, box.content, box.salt, live=episode.state == "live")
        row.revealed = True
        work.record(event)
        await draw_doors.revealed(desk, work, row.id)
        return Revealed(event.target_id, event.name, event.place)

    return await once(desk, actor, "reveal", command_id, Revealed, body)


async def _practise(work: Work, episode: Episode) -> Revealed:
    """The next target of a rehearsal; the sealed ones are not even opened."""
    before = await log.read(work.session, episode_id=episode.id, kinds=(TargetRevealed,))
    event = rules.practise(episode.id, len(before) + 1, live=episode.state == "live")
    work.record(event)
    return Revealed(event.target_id, event.name, event.place)


async def _target(session: AsyncSession, episode_id: str, target_id: str) -> Target:
    query = (
        select(Target)
        .where(Target.episode_id == episode_id)
        .order_by(Target.passed, Target.revealed, Target.ordinal)
        .limit(1)
    )
    if target_id:
        query = query.where(Target.id == target_id)
    row = await session.scalar(query)
    if row is None:
        raise UserProblem("no_target", "这一期没有这个检查对象。", 404)
    return row


def _open(desk: Desk, row: Target) -> _Box:
    return msgspec.json.decode(desk.secrets_box.unseal(row.sealed, _about(row.id)), type=_Box)


def _about(target_id: str) -> str:
    return f"targets.sealed.{target_id}"
