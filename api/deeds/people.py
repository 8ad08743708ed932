"""Accounts as deeds. In: a name, roles, a password's hash. Out: the account, on record."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import select

from api.deeds.doing import Actor, Ok, new_id, once
from api.desk import Desk
from episodes.events import RolesSet, UserAdded
from episodes.people import Role, conflicting
from runtime.problems import UserProblem
from store import Work
from store.people import anyone, folded
from store.tables.people import User

_MOST_NAME = 64


class UserMade(msgspec.Struct, frozen=True):
    user_id: str


async def add_user(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    login: str,
    name: str,
    roles: Iterable[Role],
    password_hash: str,
    pin_hash: str = "",
    lang: str = "",
    only_first: bool = False,
) -> UserMade:
    """A new account. `only_first`: refuse when there is any account yet (the first-run page)."""
    held = _checked(frozenset(roles))

    async def body(work: Work) -> UserMade:
        if only_first and await anyone(work.session):
            raise UserProblem("not_first", "已经有账号了，请登录。", 409)
        plain = folded(login)
        if not plain or len(plain) > _MOST_NAME or not name.strip() or len(name.strip()) > _MOST_NAME:
            raise UserProblem("user_name", "请填写登录名和姓名，最多64字。", 422)
        if await work.session.scalar(select(User.id).where(User.login == plain)):
            raise UserProblem("login_taken", "这个登录名已有人用，请换一个。", 409)
        event = UserAdded(user_id=new_id(), name=name.strip(), roles=held)
        work.session.add(
            User(
                id=event.user_id,
                login=plain,
                name=event.name,
                roles=list(held),
                password_hash=password_hash,
                pin_hash=pin_hash,
                lang=lang,
                made_utc_ns=desk.clock.utc_ns(),
            )
        )
        work.record(event)
        return UserMade(event.user_id)

    return await once(desk, actor, "add_user", command_id, UserMade, body)


async def set_roles(desk: Desk, actor: Actor, *, command_id: str = "", user_id: str, roles: Iterable[Role]) -> Ok:
    """What an account may do from now on. The last administrator stays one."""
    held = _checked(frozenset(roles))

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


def _checked(roles: frozenset[Role]) -> tuple[str, ...]:
    if not roles:
        raise UserProblem("roles_missing", "请至少选一个岗位。", 422)
    if pairs := conflicting(roles):
        a, b = pairs[0]
        raise UserProblem("roles_conflict", "同一人不能兼任这两个岗位：%(a)s、%(b)s。", 422, a=a, b=b)
    return tuple(sorted(role.value for role in roles))
