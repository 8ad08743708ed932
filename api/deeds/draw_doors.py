"""A drawn target at its door. In: one revealed or given up. Out: its ticket's fate; after the last, the secret.

The shares are disclosed in the very transaction that opens the last door, and never before: nobody has to think of it.
"""

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk import Desk
from episodes import draw as rules
from episodes.draw import State
from episodes.draw_proof import Opening
from episodes.events import DrawDisclosed
from store import Work
from store import draws as store
from store.tables.draws import Draw, DrawPlace


def about(place: DrawPlace) -> str:
    """What an opening is bound to."""
    return f"draw_places.opening.{place.draw_id}.{place.stratum}.{place.rank}"


def opening_of(desk: Desk, place: DrawPlace) -> Opening:
    """Whose ticket it is."""
    return msgspec.json.decode(desk.secrets_box.unseal(place.opening, about(place)), type=Opening)


async def revealed(desk: Desk, work: Work, target_id: str) -> None:
    """A target stood revealed: its ticket may be opened, and after the last one the secret."""
    place = await store.place_of_target(work.session, target_id)
    if place is None:
        return
    place.outcome, place.utc_ns = "revealed", desk.clock.utc_ns()
    place.holder_id = opening_of(desk, place).id
    draw = await work.session.get_one(Draw, place.draw_id)
    await settle(desk, work, draw.episode_id)


async def settle(desk: Desk, work: Work, episode_id: str) -> int:
    """Disclose the episode's draws if no drawn target waits for its door any more. Returns how many were."""
    drawn = [each for each in await store.draws_of(work.session, episode_id) if each.state == State.DRAWN]
    await work.session.flush()
    for each in drawn:
        if each.purpose == "targets" and await store.still_sealed(work.session, each.id):
            return 0
    for each in drawn:
        await _disclose(desk, work, each)
    return len(drawn)


async def _disclose(desk: Desk, work: Work, draw: Draw) -> None:
    draw.state, draw.ended_utc_ns = rules.next_state(State(draw.state), "disclose"), desk.clock.utc_ns()
    for place in await store.places_of(work.session, draw.id):
        if place.outcome == "sealed":
            place.outcome = "revealed"
    shares = shares_of(desk, draw)
    seed = rules.seed_of(draw.pool_hash, draw.value, rules.secret_of(*shares))
    work.record(DrawDisclosed(episode_id=draw.episode_id, draw_id=draw.id, shares=shares, seed=seed))


def shares_of(desk: Desk, draw: Draw) -> tuple[str, str]:
    """Both halves, which must both be in."""
    first, second = (
        desk.secrets_box.unseal(sealed or b"", f"draws.share.{draw.id}.{number}").decode()
        for number, sealed in ((1, draw.first_share), (2, draw.second_share))
    )
    return first, second


async def used_in(session: AsyncSession, desk: Desk, draw_id: str, stratum: int) -> tuple[int, frozenset[str]]:
    """The last rank that came up in a stratum, and everybody who did."""
    places = [each for each in await store.places_of(session, draw_id) if each.stratum == stratum]
    return max((each.rank for each in places), default=0), frozenset(opening_of(desk, each).id for each in places)
