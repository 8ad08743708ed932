"""Who does what in an episode. In: a whole crew list. Out: the list kept, on record.

The list carries the mark of the one it was edited upon: who saves upon another is refused, and nothing is lost.
"""

import hashlib
from collections.abc import Iterable

import msgspec

from api.deeds.doing import Actor, once, the_episode
from api.desk import Desk
from episodes.assignment import Assigned, checked_crew
from episodes.events import CrewSet
from runtime.problems import UserProblem
from store import Work, plans
from store.people import accounts

_MOST = 60


class CrewKept(msgspec.Struct, frozen=True):
    """The mark of the list that now stands."""

    mark: str


def mark_of(crew: Iterable[Assigned]) -> str:
    """Tells one crew list from another."""
    rows = sorted(f"{each.post}:{each.user_id}:{each.camera}" for each in crew)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]


async def set_crew(
    desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, base: str, crew: tuple[Assigned, ...]
) -> CrewKept:
    """The whole crew from now on, on air too."""
    if len(crew) > _MOST:
        raise UserProblem("crew_many", "一期最多排%(most)s个岗位。", 422, most=_MOST)

    async def body(work: Work) -> CrewKept:
        row = await the_episode(work.session, episode_id, lock=True)
        if row.state in ("ended", "published"):
            raise UserProblem("episode_over", "这一期已经结束，人员不能再改。", 409)
        everybody = [each for each in await accounts(work.session) if each.active]
        rows = checked_crew(
            crew,
            {each.user_id: each.roles for each in everybody},
            {each.user_id: each.name for each in everybody},
            row.cameras,
        )
        if base != mark_of(await plans.crew_of(work.session, row.id)):
            raise UserProblem("crew_changed", "刚有人改过这一期的人员。请刷新，看过新的安排再改。", 409)
        await plans.keep_crew(work.session, row.id, rows)
        told = tuple(f"{each.post.value}:{each.user_id}" + (f":{each.camera}" if each.camera else "") for each in rows)
        work.record(CrewSet(episode_id=row.id, crew=told, by=actor.user_id))
        return CrewKept(mark_of(rows))

    return await once(desk, actor, "set_crew", command_id, CrewKept, body)
