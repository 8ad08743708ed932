"""Accounts and roles, for administrators. In: forms. Out: the list again, saying what was done."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from api.access import needs, the_desk, the_person
from api.auth.accounts import ROLE_WORDS, add_user
from api.auth.passwords import check_password
from api.auth.who import Person
from api.deeds.people import set_roles
from api.deeds.seen import mark
from api.desk import Desk
from api.forms import Text, form
from episodes.people import Role
from runtime.problems import UserProblem
from runtime.words import N_
from store import people

router = APIRouter(include_in_schema=False)

TheDesk = Annotated[Desk, Depends(the_desk)]
Me = Annotated[Person, Depends(the_person)]
Roles = Annotated[Sequence[Role], Form(max_length=20)]
ADMIN = needs(Role.ADMIN)


@router.get("/people", dependencies=[ADMIN])
async def people_page(request: Request, desk: TheDesk) -> Response:
    """Everybody, and a form for one more."""
    return await _page(request, desk)


@router.post("/people", dependencies=[ADMIN])
async def add(
    request: Request, desk: TheDesk, me: Me, name: Text = "", login: Text = "", password: Text = "", roles: Roles = ()
) -> Response:
    """A new account."""
    try:
        await add_user(
            desk.store,
            desk.auth.passwords,
            desk.clock,
            login=login,
            name=name,
            password=password,
            roles=roles,
            actor=me.actor,
        )
    except UserProblem as problem:
        return await _page(request, desk, problem, name=name, login=login, held=frozenset(roles))
    return await _page(request, desk, said=N_("账号已建好。"))


@router.post("/people/{user_id}/roles", dependencies=[ADMIN])
async def roles_of(
    request: Request, desk: TheDesk, me: Me, user_id: str, roles: Roles = (), seen: Text = ""
) -> Response:
    """Other roles from now on."""
    try:
        await set_roles(desk, me, user_id=user_id, roles=roles, seen=seen)
    except UserProblem as problem:
        return await _page(request, desk, problem)
    return await _page(request, desk, said=N_("岗位已改。"))


@router.post("/people/{user_id}/password", dependencies=[ADMIN])
async def reset_password(request: Request, desk: TheDesk, me: Me, user_id: str, password: Text = "") -> Response:
    """A new password for somebody who forgot theirs; their sessions end and their second factor goes."""
    async with desk.store.read() as session:
        account = await people.account_by_id(session, user_id)
    try:
        if account is None:
            raise UserProblem("no_user", "没有这个账号。", 404)  # noqa: TRY301 - one form, one way out
        check_password(password, account.login)
    except UserProblem as problem:
        return await _page(request, desk, problem)
    hashed = await desk.auth.passwords.hash(password)
    async with desk.store.work(me.actor) as work:
        await people.change(work.session, user_id, password_hash=hashed)
        await people.set_totp(work.session, user_id, None)
    return await _page(request, desk, said=N_("密码已重设，请当面告诉本人。"))


@router.post("/people/{user_id}/active", dependencies=[ADMIN])
async def set_active(
    request: Request, desk: TheDesk, me: Me, user_id: str, on: Annotated[bool, Form()] = False
) -> Response:
    """Close an account, or open it again; one's own stays open."""
    if user_id == me.user_id:
        return await _page(request, desk, UserProblem("own_account", "不能停用自己的账号。", 409))
    async with desk.store.work(me.actor) as work:
        await people.change(work.session, user_id, active=on)
    return await _page(request, desk, said=N_("账号已启用。") if on else N_("账号已停用，登录都已退出。"))


async def _page(
    request: Request,
    desk: Desk,
    problem: UserProblem | None = None,
    *,
    said: str = "",
    name: str = "",
    login: str = "",
    held: frozenset[Role] = frozenset(),
) -> Response:
    async with desk.store.read() as session:
        everybody = await people.accounts(session)
    view = {
        "everybody": everybody,
        "roles": ROLE_WORDS,
        "said": said,
        "name": name[:100],
        "login": login[:64],
        "held": held,
        "seen": {each.user_id: mark(sorted(each.roles)) for each in everybody},
    }
    return form(request, "people.html", problem, **view)
