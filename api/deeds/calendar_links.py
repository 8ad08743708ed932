"""A person's own calendar by a link. In: who wants one, or which shall die. Out: a token told once; its hash is kept.

A calendar programme cannot sign in and sends no fragment, so the token stands in the path. It opens one person's own
posts and times and nothing else: no title, no theme, no target, no address.
"""

import msgspec
from sqlalchemy import func, select

from api.auth.tokens import new_token, token_hash
from api.deeds.doing import Actor, Ok, new_id, once
from api.desk import Desk
from episodes.events import CalendarLinkMade, CalendarLinkRevoked
from runtime.problems import UserProblem
from store import Work
from store.tables.people import User
from store.tables.plan import CalendarLink

_MOST = 5


class LinkMade(msgspec.Struct, frozen=True):
    """`token` is told this once."""

    link_id: str
    token: str


async def make_link(desk: Desk, actor: Actor) -> LinkMade:
    """A link more. The answer holds the token, so it is kept nowhere and a press twice makes two."""
    token, link_id = new_token(), new_id()
    async with desk.store.work(f"user:{actor.user_id}") as work:
        mine = select(func.count(CalendarLink.id)).where(CalendarLink.user_id == actor.user_id)
        if (await work.session.scalar(mine) or 0) >= _MOST:
            raise UserProblem("links_full", "最多5个日历链接，请先收回不用的。", 409)
        work.session.add(
            CalendarLink(
                id=link_id, token_hash=token_hash(token), user_id=actor.user_id, made_utc_ns=desk.clock.utc_ns()
            )
        )
        work.record(CalendarLinkMade(link_id=link_id, user_id=actor.user_id))
    return LinkMade(link_id, token)


async def revoke_link(desk: Desk, actor: Actor, *, command_id: str = "", link_id: str) -> Ok:
    """One's own link opens nothing any more, from now on."""

    async def body(work: Work) -> Ok:
        row = await work.session.get(CalendarLink, link_id)
        if row is None or row.user_id != actor.user_id:
            raise UserProblem("no_link", "没有这个日历链接，可能已经收回。", 404)
        await work.session.delete(row)
        work.record(CalendarLinkRevoked(link_id=link_id, by=actor.user_id))
        return Ok()

    return await once(desk, actor, "revoke_link", command_id, Ok, body)


async def reader_of(desk: Desk, token: str) -> str | None:
    """Whose calendar this token opens; None when it opens none (any more)."""
    async with desk.store.read() as session:
        query = select(CalendarLink.user_id).join(User, User.id == CalendarLink.user_id)
        return await session.scalar(query.where(CalendarLink.token_hash == token_hash(token), User.active.is_(True)))
