"""A draw up to its public value. In: a wish, two locks, a value. Out: everything fixed, each step on record.

Long work on a pool happens on a thread before the transaction; the transaction only writes.
"""

import secrets
from collections import Counter
from datetime import date

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from api.deeds.doing import Actor, Ok, StateNow, already, new_id, once, the_episode
from api.deeds.draw_pools import Frozen, Wish, freeze, listed
from api.desk import Desk
from api.gate.register import day_of
from episodes import draw as rules
from episodes import draw_beacon, draw_chance, draw_pool, draw_proof
from episodes.draw import AbortReason, Purpose, Route, State
from episodes.draw_chance import Source
from episodes.draw_pool import Poll
from episodes.events import DrawAborted, DrawCommitted, DrawPrepared, DrawValued, DrawWitnessed
from runtime.problems import UserProblem
from runtime.threads import named_executor
from store import Work
from store import draws as store
from store.tables.draws import Draw
from store.tables.episodes import Programme, Target

_OVER = (State.DISCLOSED, State.ABORTED)


class Valued(msgspec.Struct, frozen=True):
    """`waits_for` is `witness` (a second one), `again` (the two differ: both type anew) or empty."""

    state: str
    waits_for: str


class DrawMade(msgspec.Struct, frozen=True):
    draw_id: str
    candidates: int
    excluded: dict[str, int]


async def prepare(
    desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, wish: Wish, lock: str
) -> DrawMade:
    """Freeze the pool; the first holder's share is known here by its hash only."""
    if wish.route not in {"double_random", "public_vote"} or (wish.route == "public_vote") != (wish.poll is not None):
        raise UserProblem("route", "抽取只能是双随机，或按已冻结的公众投票；投票要填结果。", 422)
    if wish.route == "public_vote" and not wish.evidence.strip():
        raise UserProblem("evidence", "请写明依据：投票在哪里、何时截止、结果存在哪里。", 422)
    draw_id, lock = new_id(), rules.share_of(lock)
    if wish.poll and wish.poll.frozen_utc_ns > desk.clock.utc_ns():
        raise UserProblem("poll_open", "投票还没截止。请等投票冻结以后再准备抽取。", 409)
    candidates, visits = await listed(desk, wish, await _day(desk, episode_id))
    async with named_executor("draw") as thread:
        frozen = await thread.run(freeze, desk, draw_id, wish, candidates, visits)
    excluded: dict[str, int] = Counter(each.reason for each in frozen.pool.excluded)

    async def body(work: Work) -> DrawMade:
        episode = await the_episode(work.session, episode_id, lock=True)
        if episode.state not in {"planned", "approved", "live"}:
            raise UserProblem("episode_over", "这一期已经结束，不能再加检查对象。", 409)
        before = await store.draws_of(work.session, episode_id, wish.purpose)
        if any(each.state not in _OVER for each in before):
            raise UserProblem("draw_running", "这一期已有一次抽取在进行，请先完成或作废它。", 409)
        row = _row(desk, draw_id, episode_id, len(before) + 1, wish, frozen, excluded)
        row.first_by, row.first_lock = actor.user_id, lock
        work.session.add(row)
        await store.put_parts(work.session, draw_id, frozen.parts)
        work.record(
            DrawPrepared(
                episode_id=episode_id,
                draw_id=draw_id,
                purpose=wish.purpose,
                route=wish.route,
                attempt=row.attempt,
                pool=frozen.pool_hash,
                candidates=len(frozen.pool.candidates),
                excluded=excluded,
                lock=lock,
                by=actor.user_id,
            )
        )
        return DrawMade(draw_id, len(frozen.pool.candidates), excluded)

    return await once(desk, actor, "prepare_draw", command_id, DrawMade, body)


async def _day(desk: Desk, episode_id: str) -> date:
    """The day of the show, by which credentials are judged."""
    async with desk.store.read() as session:
        episode = await the_episode(session, episode_id)
        programme = await session.get_one(Programme, episode.programme_id)
    return day_of(max(desk.clock.utc_ns(), episode.starts_utc_ns), programme.timezone)


async def join(desk: Desk, actor: Actor, *, command_id: str = "", draw_id: str, lock: str) -> StateNow:
    """The second holder locks in a share of their own: all is fixed, and the public learns the hash of it."""
    lock = rules.share_of(lock)

    async def body(work: Work) -> StateNow:
        row = await the_draw(work.session, draw_id, lock=True)
        state = rules.next_state(State(row.state), "join")
        if actor.user_id == row.first_by:
            raise UserProblem("same_person", "另一半密钥要由另一个人保管。", 403)
        if lock == row.first_lock:
            raise UserProblem("same_share", "两半密钥不能相同，请重新生成。", 422)
        now = desk.clock.utc_ns()
        source = draw_chance.named(msgspec.convert(row.source, Source), now)
        row.second_by, row.second_lock, row.source = actor.user_id, lock, msgspec.to_builtins(source)
        terms = draw_proof.bytes_of(_terms(row, source))
        row.terms, row.committed = terms.decode(), draw_proof.hash_of(terms)
        row.state, row.committed_utc_ns = state, now
        work.record(
            DrawCommitted(
                episode_id=row.episode_id,
                draw_id=row.id,
                purpose=_purpose(row),
                attempt=row.attempt,
                committed=row.committed,
                pool=row.pool_hash,
                locks=(row.first_lock, row.second_lock),
                source=source.kind,
                source_name=source.name,
                round=source.round,
                at_utc_ns=source.at_utc_ns,
            )
        )
        return StateNow(row.state)

    return await once(desk, actor, "join_draw", command_id, StateNow, body)


async def set_value(
    desk: Desk, actor: Actor, *, command_id: str = "", draw_id: str, value: str, signature: str = ""
) -> Valued:
    """The public value. Dice and lottery figures need two witnesses who type the same, the second one unseen."""
    if (done := await already(desk, actor, "value_draw", command_id, Valued)) is not None:
        return done
    await _genuine(desk, draw_id, value, signature)

    async def body(work: Work) -> Valued:
        row = await the_draw(work.session, draw_id, lock=True)
        state = rules.next_state(State(row.state), "value")
        source = msgspec.convert(row.source, Source)
        plain = draw_chance.value_of(source, value, signature, desk.clock.utc_ns())
        waits_for = "" if source.kind == "drand" else _witnessed(work, row, actor, plain)
        if waits_for:
            return Valued(row.state, waits_for)
        row.state, row.value = state, plain
        row.signature = signature.strip().lower() if source.kind == "drand" else ""
        work.record(DrawValued(episode_id=row.episode_id, draw_id=row.id, value=plain, signature=row.signature))
        return Valued(row.state, "")

    return await once(desk, actor, "value_draw", command_id, Valued, body)


async def _genuine(desk: Desk, draw_id: str, value: str, signature: str) -> None:
    """A drand round is the one that was named, signed by the chain: checked before the transaction, on a thread."""
    async with desk.store.read() as session:
        row = await the_draw(session, draw_id)
    source = msgspec.convert(row.source, Source)
    if source.kind != "drand":
        return
    rules.next_state(State(row.state), "value")
    draw_chance.value_of(source, value, signature, desk.clock.utc_ns())
    chain, plain = draw_chance.CHAINS[source.name], signature.strip().lower()
    async with named_executor("draw") as thread:
        if not await thread.run(draw_beacon.signed, chain, source.round, plain):
            raise UserProblem(
                "drand_forged",
                "这不是 %(chain)s 第%(round)s轮的签名。请核对轮次，从 drand 原样粘贴。",
                422,
                chain=chain.name,
                round=source.round,
            )


async def abort(desk: Desk, actor: Actor, *, command_id: str = "", draw_id: str, reason: AbortReason) -> Ok:
    """Give the draw up; it stays counted, and its sealed targets with it."""

    async def body(work: Work) -> Ok:
        row = await the_draw(work.session, draw_id, lock=True)
        was, row.state = row.state, rules.next_state(State(row.state), "abort")
        for place in await store.places_of(work.session, row.id):
            if place.outcome == "revealed" and row.purpose == "targets":
                raise UserProblem("draw_opened", "已有对象揭晓，这次抽取不能作废；没去的对象请逐个登记未到访。", 409)
            place.outcome, place.reason = "passed", "aborted"
            if place.target_id:
                (await work.session.get_one(Target, place.target_id)).passed = True
        row.aborted_in, row.aborted_why, row.ended_utc_ns = was, reason, desk.clock.utc_ns()
        work.record(
            DrawAborted(
                episode_id=row.episode_id,
                draw_id=row.id,
                purpose=_purpose(row),
                attempt=row.attempt,
                state=was,
                reason=reason,
            )
        )
        return Ok()

    return await once(desk, actor, "abort_draw", command_id, Ok, body)


async def the_draw(session: AsyncSession, draw_id: str, *, lock: bool = False) -> Draw:
    """The draw, for writing with `lock`. Raises UserProblem `no_draw`."""
    row = await session.get(Draw, draw_id, with_for_update=lock)
    if row is None:
        raise UserProblem("no_draw", "没有这次抽取。", 404)
    return row


def _witnessed(work: Work, row: Draw, actor: Actor, figures: str) -> str:
    """What is still wanted once this witness has typed; a mismatch lets both type again."""
    if row.witness in {"", actor.user_id}:
        row.witness, row.witnessed = actor.user_id, figures
        work.record(DrawWitnessed(episode_id=row.episode_id, draw_id=row.id, agreed=False, by=actor.user_id))
        return "witness"
    agreed = row.witnessed == figures
    work.record(DrawWitnessed(episode_id=row.episode_id, draw_id=row.id, agreed=agreed, by=actor.user_id))
    if not agreed:
        row.witness = row.witnessed = ""
    return "" if agreed else "again"


def _row(
    desk: Desk, draw_id: str, episode_id: str, attempt: int, wish: Wish, frozen: Frozen, excluded: dict[str, int]
) -> Draw:
    evidence = wish.evidence.strip().encode()
    salted = secrets.token_hex(16).encode() + b" " + evidence if evidence else b""
    return Draw(
        id=draw_id,
        episode_id=episode_id,
        purpose=wish.purpose,
        attempt=attempt,
        route=wish.route,
        state=State.PREPARED,
        pool_hash=frozen.pool_hash,
        audit_hash=frozen.audit_hash,
        strata=msgspec.to_builtins(frozen.pool.strata),
        excluded=excluded,
        poll=msgspec.to_builtins(wish.poll) if wish.poll else None,
        evidence=desk.secrets_box.seal(salted, f"draws.evidence.{draw_id}"),
        evidence_hash=draw_proof.hash_of(salted) if salted else "",
        source=msgspec.to_builtins(wish.source),
        prepared_utc_ns=desk.clock.utc_ns(),
    )


def _terms(row: Draw, source: Source) -> draw_proof.Terms:
    return draw_proof.Terms(
        draw_id=row.id,
        episode_id=row.episode_id,
        purpose=_purpose(row),
        route=msgspec.convert(row.route, Route),
        attempt=row.attempt,
        nonce=secrets.token_hex(16),
        pool=row.pool_hash,
        audit=row.audit_hash,
        evidence=row.evidence_hash,
        locks=(row.first_lock, row.second_lock),
        source=source,
        strata=msgspec.convert(row.strata, tuple[draw_pool.Stratum, ...]),
        excluded=row.excluded,
        poll=msgspec.convert(row.poll, Poll) if row.poll else None,
    )


def _purpose(row: Draw) -> Purpose:
    purpose: Purpose = msgspec.convert(row.purpose, Purpose)
    return purpose
