"""Accounts are made and changed here. In: a name, a login, a secret, roles. Out: the account and its record.

`daylight user add`, the first-run page and the people page all come through `add_user`.
"""

import re
from collections.abc import Iterable

from sqlalchemy.exc import IntegrityError

from api.auth.passwords import Passwords, check_password, check_pin
from api.auth.tokens import new_id
from episodes.events import UserAdded
from episodes.people import Role, conflicting
from runtime.clock import Clock
from runtime.problems import UserProblem
from runtime.words import N_
from store import Store, Work, people
from store.tables.people import User

_LOGIN = re.compile(r"[\w.@+-]{2,64}", re.UNICODE)
_NAME_MOST = 100

ROLE_WORDS: dict[Role, str] = {
    Role.ADMIN: N_("管理员"),
    Role.PRODUCER: N_("制片"),
    Role.DIRECTOR: N_("导播"),
    Role.CAMERA: N_("摄像"),
    Role.OFFICER: N_("执法人员"),
    Role.TESTER: N_("检测员"),
    Role.MODERATOR: N_("审核员"),
    Role.LEGAL: N_("法制审核"),
    Role.TIP_DESK: N_("线索办理"),
    Role.HOST: N_("主持人"),
    Role.GUEST: N_("嘉宾"),
}


def check_roles(roles: Iterable[Role]) -> frozenset[Role]:
    """The roles, unless two of them may not be one person's."""
    held = frozenset(roles)
    if not held:
        raise UserProblem("no_role", "至少要选一个岗位", 422)
    for one, other in conflicting(held):
        raise UserProblem(
            "roles_conflict",
            "这两个岗位不能由同一个人担任：%(one)s、%(other)s",
            422,
            one=ROLE_WORDS[one],
            other=ROLE_WORDS[other],
        )
    return held


async def add_user(
    store: Store,
    passwords: Passwords,
    clock: Clock,
    *,
    login: str,
    name: str,
    password: str,
    roles: Iterable[Role],
    actor: str,
    pin: str = "",
    only_first: bool = False,
) -> str:
    """A new account; its id. With `only_first` refuses once there is any account. Raises UserProblem."""
    user = await prepared(passwords, clock, login=login, name=name, password=password, roles=roles, pin=pin)
    try:
        async with store.work(actor) as work:
            if only_first and await people.anyone(work.session):
                raise UserProblem("not_first", "已经有账号了，请直接登录", 409)
            await put(work, user)
    except IntegrityError:
        raise UserProblem("login_taken", "这个账号已经有人用了", 409) from None
    return user.id


async def prepared(
    passwords: Passwords, clock: Clock, *, login: str, name: str, password: str, roles: Iterable[Role], pin: str = ""
) -> User:
    """The account's row, checked, its secrets hashed: the slow part, before any transaction."""
    login, name = people.folded(login), name.strip()
    if not _LOGIN.fullmatch(login):
        raise UserProblem("login_bad", "账号用2到64个字母、数字或汉字，也可以有 . _ - @ +", 422)
    if not name or len(name) > _NAME_MOST:
        raise UserProblem("name_bad", "请填写姓名，最多100个字", 422)
    held = check_roles(roles)
    check_password(password, login)
    if pin:
        check_pin(pin)
    return User(
        id=new_id(),
        login=login,
        name=name,
        roles=sorted(held),
        password_hash=await passwords.hash(password),
        pin_hash=await passwords.hash(pin) if pin else "",
        made_utc_ns=clock.utc_ns(),
    )


async def put(work: Work, user: User) -> None:
    """Within a deed: the row and its record. Raises UserProblem `login_taken`."""
    if await people.account_by_login(work.session, user.login) is not None:
        raise UserProblem("login_taken", "这个账号已经有人用了", 409)
    work.session.add(user)
    await work.session.flush()
    work.record(UserAdded(user_id=user.id, name=user.name, roles=tuple(Role(role) for role in user.roles)))
