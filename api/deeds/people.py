"""What an account may do. In: roles. Out: the account changed, on record. Accounts are made in `api.auth.accounts`."""

from collections.abc import Iterable

from sqlalchemy import select

from api.auth.accounts import check_roles
from api.deeds.doing import Actor, Ok, once
from api.desk import Desk
from episodes.events import RolesSet
from episodes.people import Role
from runtime.problems import UserProblem
from store import Work
from store.tables.people import User


async def set_roles(desk: Desk, actor: Actor, *, command_id: str = "", user_id: str, roles: Iterable[Role]) -> Ok:
    """What an account may do from now on. The last administrator stays one."""
    held = tuple(sorted(check_roles(roles)))

    async def body(work: Work) -> Ok:
        users = {row.id: row for row in (await work.session.scalars(select(User).with_for_update())).all()}
        if user_id not in users:
            raise UserProblem("no_user", "没有这个账号。", 404)
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
