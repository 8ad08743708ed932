"""Accounts. In: a login, secrets, roles. Out: the account made or changed, on record."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import select

from api.auth.accounts import check_roles, prepared, put
from api.deeds.doing import Actor, Ok, already, once
from api.deeds.seen import still
from api.desk import Desk
from episodes.events import RolesSet
from episodes.people import Role
from runtime.problems import UserProblem
from store import Work
from store.tables.people import User


class UserMade(msgspec.Struct, frozen=True):
    user_id: str


async def add(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    login: str,
    name: str,
    password: str,
    roles: Iterable[Role],
    pin: str = "",
) -> UserMade:
    """A new account; roles that one person may not hold together are refused."""
    if (done := await already(desk, actor, "add_user", command_id, UserMade)) is not None:
        return done
    fields = {"login": login, "name": name, "password": password, "pin": pin}
    user = await prepared(desk.auth.passwords, desk.clock, roles=roles, **fields)

    async def body(work: Work) -> UserMade:
        await put(work, user)
        return UserMade(user.id)

    return await once(desk, actor, "add_user", command_id, UserMade, body)


async def set_roles(
    desk: Desk, actor: Actor, *, command_id: str = "", user_id: str, roles: Iterable[Role], seen: str = ""
) -> Ok:
    """What an account may do from now on. The last administrator stays one; `seen` is the mark of the roles shown."""
    held = tuple(sorted(check_roles(roles)))

    async def body(work: Work) -> Ok:
        users = {row.id: row for row in (await work.session.scalars(select(User).with_for_update())).all()}
        if user_id not in users:
            raise UserProblem("no_user", "没有这个账号。", 404)
        still(seen, sorted(users[user_id].roles))
        others = (row for row in users.values() if row.id != user_id and row.active)
        if (
            Role.ADMIN not in held
            and Role.ADMIN in users[user_id].roles
            and not any(Role.ADMIN in o.roles for o in others)
        ):
            raise UserProblem("last_admin", "至少要留一位管理员。", 409)
        users[user_id].roles = list(held)
        work.record(RolesSet(user_id=user_id, roles=held, by=actor.user_id))
        return Ok()

    return await once(desk, actor, "set_roles", command_id, Ok, body)
