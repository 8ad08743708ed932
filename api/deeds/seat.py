"""Holding the director's desk. In: a director's browser and its press. Out: who holds it, with the record of it.

The rule is `episodes.seat`. `act` stands before every deed that only the holder may do (`api.access.directing`).
"""

from collections.abc import Callable

from api.auth.who import Person
from api.deeds.doing import Ok, once
from api.desk import Desk
from episodes import seat as rules
from episodes.events import DeskOffered, DeskReleased, DeskTaken
from episodes.people import Role
from episodes.seat import How, Seat, Sitter
from runtime.problems import UserProblem
from store import Work, seat
from store.episodes import live
from store.people import account_by_id

_SAY_AGAIN_NS = 2_000_000_000
"""A holder's deeds count as a sign of life, written down this often at most."""


async def take(desk: Desk, who: Person, *, command_id: str = "") -> Ok:
    """Sit down: at a free desk, one offered to you, or one whose holder is silent. Raises UserProblem `desk_held`."""

    async def body(work: Work) -> Ok:
        await _seat(desk, work, who, rules.may_take)
        return Ok()

    return await once(desk, who, "take_desk", command_id, Ok, body)


async def offer(desk: Desk, who: Person, *, command_id: str = "", to: str) -> Ok:
    """Offer the desk to another director; an empty `to` takes the offer back."""

    async def body(work: Work) -> Ok:
        if to:
            found = await account_by_id(work.session, to)
            if found is None or not found.active or Role.DIRECTOR not in found.roles:
                raise UserProblem("no_director", "没有这位导播。", 404)
        held = await seat.held(work.session, lock=True)
        await seat.keep(work.session, rules.offered(held, sitter(who), to, desk.clock.utc_ns()))
        work.record(DeskOffered(episode_id=await _episode(work), to=to, by=who.user_id))
        return Ok()

    return await once(desk, who, "offer_desk", command_id, Ok, body)


async def release(desk: Desk, who: Person, *, command_id: str = "") -> Ok:
    """Stand up. The next director's deed takes the desk."""

    async def body(work: Work) -> Ok:
        held = await seat.held(work.session, lock=True)
        rules.offered(held, sitter(who), "", desk.clock.utc_ns())
        await seat.keep(work.session, None)
        work.record(DeskReleased(episode_id=await _episode(work), by=who.user_id))
        return Ok()

    return await once(desk, who, "release_desk", command_id, Ok, body)


async def act(desk: Desk, who: Person) -> None:
    """Before a deed of the desk. A free desk is taken by it. Raises UserProblem `desk_held`."""
    now = desk.clock.utc_ns()
    async with desk.store.read() as session:
        held = await seat.held(session)
    if rules.may_act(held, sitter(who), now):
        if held and now - held.seen_utc_ns > _SAY_AGAIN_NS:
            await here(desk, who)
        return
    async with desk.store.work(who.actor) as work:
        await _seat(desk, work, who, _acting)


async def here(desk: Desk, who: Person) -> None:
    """A director's page is open. The holder's word is written down, the others' only kept in mind."""
    desk.present.heard(sitter(who))
    async with desk.store.read() as session:
        held = await seat.held(session)
    if held is None or held.holder.seat != who.seat:
        return
    async with desk.store.work(who.actor) as work:
        held = await seat.held(work.session, lock=True)
        if held is not None and held.holder.seat == who.seat:
            await seat.keep(work.session, rules.seen(held, desk.clock.utc_ns()))


def sitter(who: Person) -> Sitter:
    """The browser this person acts from."""
    return Sitter(who.seat, who.user_id, who.name)


def _acting(held: Seat | None, who: Sitter, now_utc_ns: int) -> How:
    return "again" if rules.may_act(held, who, now_utc_ns) or held else "free"


async def _seat(desk: Desk, work: Work, who: Person, right: Callable[[Seat | None, Sitter, int], How]) -> None:
    held, now = await seat.held(work.session, lock=True), desk.clock.utc_ns()
    how = right(held, sitter(who), now)
    if held is not None and held.holder.seat == who.seat:
        await seat.keep(work.session, rules.seen(held, now))
        return
    await seat.keep(work.session, rules.taken(sitter(who), now))
    before = held.holder.user_id if held else ""
    work.record(DeskTaken(episode_id=await _episode(work), by=who.user_id, how=how, before=before))


async def _episode(work: Work) -> str:
    found = await live(work.session)
    return found.id if found else ""
