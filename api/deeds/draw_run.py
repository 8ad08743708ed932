"""The draw itself. In: both halves of the secret. Out: sealed targets or officers; later the next ticket.

The tickets are worked out on a thread before the transaction; the transaction checks that nothing has moved meanwhile.
A desk killed between the second half and the draw draws at the next press: everything it needs is stored.
"""

import msgspec
from sqlalchemy import func, select

from api.deeds.doing import Actor, Ok, already, once, the_episode
from api.deeds.draw import the_draw
from api.deeds.draw_doors import about, settle, shares_of, used_in
from api.deeds.targets import keep_selection, put_target
from api.desk import Desk
from episodes import draw as rules
from episodes import draw_proof
from episodes.draw import Candidate, PassReason, Place, State
from episodes.draw_pool import Stratum
from episodes.draw_proof import Opening
from episodes.events import DrawAudited, DrawGaveWay, DrawHeld, DrawShareGiven, OfficersDrawn
from episodes.target import TargetContent
from runtime.problems import UserProblem
from runtime.threads import named_executor
from store import Work
from store import draws as store
from store.tables.draws import Draw, DrawPlace
from store.tables.episodes import Target

_NOBODY: tuple[Place, ...] = ()


class Held(msgspec.Struct, frozen=True):
    """Where the draw stands; `places` once it is made."""

    state: str
    places: int = 0


async def give_share(desk: Desk, actor: Actor, *, command_id: str = "", draw_id: str, share: str) -> Held:
    """Hand in one's own half. With the second one the draw is made."""
    plain = rules.share_of(share)

    async def body(work: Work) -> Ok:
        row = await the_draw(work.session, draw_id, lock=True)
        rules.next_state(State(row.state), "draw")
        number, lock = (1, row.first_lock) if actor.user_id == row.first_by else (2, row.second_lock)
        if actor.user_id not in {row.first_by, row.second_by}:
            raise UserProblem("not_holder", "这次抽取的密钥由另外两人保管。", 403)
        if rules.lock_of(plain) != lock:
            raise UserProblem("share_wrong", "这一半密钥和当初存下的不一致，请原样粘贴抄下的那一半。", 422)
        sealed = desk.secrets_box.seal(plain.encode(), f"draws.share.{row.id}.{number}")
        if number == 1:
            row.first_share = sealed
        else:
            row.second_share = sealed
        work.record(DrawShareGiven(episode_id=row.episode_id, draw_id=row.id, by=actor.user_id))
        return Ok()

    await once(desk, actor, "share_draw", command_id, Ok, body)
    return await run(desk, actor, draw_id=draw_id)


async def run(desk: Desk, actor: Actor, *, draw_id: str) -> Held:
    """Draw, if both halves are in and it is not done yet. Doing it again changes nothing."""
    async with desk.store.read() as session:
        row = await the_draw(session, draw_id)
        if row.state != State.VALUED or row.first_share is None or row.second_share is None:
            places = await store.places_of(session, draw_id)
            return Held(row.state, sum(each.outcome != "again" for each in places))
        parts = await store.parts_of(session, draw_id)
    async with named_executor("draw") as thread:
        key, found = await thread.run(_drawn, desk, row, parts)

    async def body(work: Work) -> Held:
        now = await the_draw(work.session, draw_id, lock=True)
        if now.state == State.VALUED:
            await _hold(desk, work, now, key, found)
        return Held(now.state, sum(not each.again for each in found))

    return await once(desk, actor, "run_draw", "", Held, body)


async def give_way(
    desk: Desk, actor: Actor, *, command_id: str = "", target_id: str, reason: PassReason, successor: bool = True
) -> Ok:
    """A drawn target cannot be inspected: the next ticket of its stratum takes its place, or nobody does."""
    if (done := await already(desk, actor, "give_way", command_id, Ok)) is not None:
        return done
    async with desk.store.read() as session:
        place = await store.place_of_target(session, target_id)
        if place is None:
            raise UserProblem("not_drawn", "这个检查对象不是抽取产生的。", 404)
        row = await the_draw(session, place.draw_id)
        parts = await store.parts_of(session, row.id)
        after, used = await used_in(session, desk, row.id, place.stratum)
    key, found = "", _NOBODY
    if successor and row.state == State.DRAWN:
        async with named_executor("draw") as thread:
            key, found = await thread.run(_next, desk, row, parts, place.stratum, after, used)

    async def body(work: Work) -> Ok:
        draw = await the_draw(work.session, place.draw_id, lock=True)
        target = await work.session.get_one(Target, target_id)
        mine = await store.place_of_target(work.session, target_id)
        if mine is None or mine.outcome != "sealed" or target.revealed or draw.state != State.DRAWN:
            raise UserProblem("already_settled", "这个检查对象已经揭晓或已经让位。", 409)
        if await used_in(work.session, desk, draw.id, place.stratum) != (after, used):
            raise UserProblem("conflict", "刚有人改过，请刷新后再试。", 409)
        mine.outcome, mine.reason, target.passed = "passed", reason, True
        made = await _seal(desk, work, draw, key, found)
        work.record(
            DrawGaveWay(
                episode_id=draw.episode_id,
                draw_id=draw.id,
                target_id=target_id,
                reason=reason,
                next_target_id=made[0] if made else "",
                by=actor.user_id,
            )
        )
        await settle(desk, work, draw.episode_id)
        return Ok()

    return await once(desk, actor, "give_way", command_id, Ok, body)


async def disclose(desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str) -> Ok:
    """Disclose what nothing stands against: for an episode that drew officers only."""

    async def body(work: Work) -> Ok:
        episode = await the_episode(work.session, episode_id, lock=True)
        if episode.state not in {"live", "ended", "published"}:
            raise UserProblem("too_early_to_tell", "开播以后才能公开密钥。", 409)
        if not await settle(desk, work, episode_id):
            raise UserProblem("still_sealed", "还有抽中的对象没有揭晓或登记让位，密钥不能公开。", 409)
        return Ok()

    return await once(desk, actor, "disclose_draw", command_id, Ok, body)


async def audit(desk: Desk, actor: Actor, *, draw_id: str) -> bytes:
    """The auditor's copy, byte for byte as its hash in the terms; taking it is on record first."""

    async def body(work: Work) -> Ok:
        row = await the_draw(work.session, draw_id)
        work.record(DrawAudited(episode_id=row.episode_id, draw_id=row.id, by=actor.user_id))
        return Ok()

    await once(desk, actor, "audit_draw", "", Ok, body)
    async with desk.store.read() as session:
        parts = await store.parts_of(session, draw_id)
    async with named_executor("draw") as thread:
        return await thread.run(store.opened, desk.secrets_box, draw_id, parts)


def _drawn(desk: Desk, row: Draw, parts: tuple[bytes, ...]) -> tuple[str, tuple[Place, ...]]:
    copy = draw_proof.read_audit(store.opened(desk.secrets_box, row.id, parts))
    owners, text, seed = _sealed_pool(desk, row, copy)
    found: list[Place] = []
    for number, stratum in enumerate(msgspec.convert(row.strata, tuple[Stratum, ...]), 1):
        if stratum.draws:
            order = rules.order_of(text, seed, number)
            found += rules.places(order, number, owners, count=stratum.draws)
    return copy.key, tuple(found)


def _next(
    desk: Desk, row: Draw, parts: tuple[bytes, ...], stratum: int, after: int, used: frozenset[str]
) -> tuple[str, tuple[Place, ...]]:
    copy = draw_proof.read_audit(store.opened(desk.secrets_box, row.id, parts))
    owners, text, seed = _sealed_pool(desk, row, copy)
    order = rules.order_of(text, seed, stratum)
    return copy.key, rules.places(order, stratum, owners, count=1, after=after, used=used)


def _sealed_pool(desk: Desk, row: Draw, copy: draw_proof.Audit) -> tuple[dict[str, Candidate], str, str]:
    owners = rules.owners_of(copy.key, copy.candidates)
    text = rules.pool_text([each["name"] for each in row.strata], owners)
    if rules.pool_hash(text) != row.pool_hash:
        raise UserProblem("pool_changed", "候选名单与封存时不一致，不能抽。请作废这次抽取，并请管理员检查数据库。", 409)
    return owners, text, rules.seed_of(row.pool_hash, row.value, rules.secret_of(*shares_of(desk, row)))


async def _hold(desk: Desk, work: Work, row: Draw, key: str, found: tuple[Place, ...]) -> None:
    row.state, row.drawn_utc_ns = rules.next_state(State(row.state), "draw"), desk.clock.utc_ns()
    await _seal(desk, work, row, key, found)
    held = sum(not each.again for each in found)
    work.record(DrawHeld(episode_id=row.episode_id, draw_id=row.id, places=held))
    if row.purpose == "officers":
        officers = tuple(each.candidate.id for each in found)
        work.record(OfficersDrawn(episode_id=row.episode_id, draw_id=row.id, officers=officers))


async def _seal(desk: Desk, work: Work, row: Draw, key: str, found: tuple[Place, ...]) -> tuple[str, ...]:
    """Each place committed on its own. Returns the new targets' ids."""
    made: list[str] = []
    most = select(func.max(Target.ordinal)).where(Target.episode_id == row.episode_id)
    ordinal = await work.session.scalar(most) or 0
    for each in found:
        place = DrawPlace(
            draw_id=row.id,
            stratum=each.stratum,
            rank=each.rank,
            ticket=each.ticket,
            leaf=each.leaf,
            outcome="again" if each.again else "sealed",
            utc_ns=desk.clock.utc_ns(),
        )
        place.opening = desk.secrets_box.seal(msgspec.json.encode(_opening(key, each)), about(place))
        if row.purpose == "officers":
            place.holder_id = each.candidate.id
        elif not each.again:
            ordinal += 1
            content, route = _content(each.candidate), msgspec.convert(row.route, rules.Route)
            place.target_id = put_target(desk, work, row.episode_id, ordinal, content).target_id
            proof = row.committed.encode()
            await keep_selection(desk, work, row.episode_id, place.target_id, route, proof, row.first_by)
            made.append(place.target_id)
        work.session.add(place)
    return tuple(made)


def _opening(key: str, place: Place) -> Opening:
    who = place.candidate
    salts = (rules.salt_of(key, who.id, n) for n in range(who.weight))
    salt = next(each for each in salts if rules.leaf_of(each, who.id, who.name) == place.leaf)
    return Opening(salt=salt, id=who.id, name=who.name)


def _content(who: Candidate) -> TargetContent:
    where = who.place or who.stratum or who.name
    return TargetContent(name=who.name, place=where, address=who.address, licence=who.licence)
