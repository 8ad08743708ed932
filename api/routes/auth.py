"""Log-in, second factor, log-out, the first account, one's own. In: forms. Out: a session, or the form again."""

import hmac
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from api.access import address_of, anyone, cookie_names, the_desk
from api.auth.accounts import ROLE_WORDS, add_user
from api.auth.first_run import is_local, setup_code
from api.auth.service import Opened
from api.auth.who import Person
from api.desk import Desk
from api.forms import Text, form, home_of, safe_next, with_session
from episodes.people import Role
from runtime.problems import UserProblem

router = APIRouter(include_in_schema=False)

TheDesk = Annotated[Desk, Depends(the_desk)]


@router.get("/login", dependencies=[anyone()])
async def login_page(request: Request, desk: TheDesk, next: str = "") -> Response:  # noqa: A002 - the query's name
    """The door; the first-run page while there is nobody to let in."""
    if request.state.person is not None:
        return RedirectResponse(safe_next(next) or home_of(request.state.person), 303)
    if not await desk.auth.anybody():
        return RedirectResponse("/welcome", 303)
    return form(request, "login.html", back=safe_next(next), login="")


@router.post("/login", dependencies=[anyone()])
async def log_in(request: Request, desk: TheDesk, login: Text = "", password: Text = "", back: Text = "") -> Response:
    """By password; with a second factor the code's page comes next."""
    try:
        agent = request.headers.get("user-agent", "")
        opened = await desk.auth.log_in(login, password, address=address_of(request), agent=agent)
    except UserProblem as problem:
        return form(request, "login.html", problem, back=safe_next(back), login=login[:64])
    if opened.needs_code:
        answer: Response = form(request, "code.html", back=safe_next(back))
    else:
        answer = RedirectResponse(safe_next(back) or home_of(_person(opened)), 303)
    return with_session(request, answer, opened)


@router.post("/login/code", dependencies=[anyone()])
async def enter_code(request: Request, desk: TheDesk, code: Text = "", back: Text = "") -> Response:
    """The second factor."""
    half = request.cookies.get(cookie_names(request)[0], "")
    try:
        agent = request.headers.get("user-agent", "")
        opened = await desk.auth.enter_code(half, code, address=address_of(request), agent=agent)
    except UserProblem as problem:
        if problem.status == 401:  # noqa: PLR2004 - the half-open session is gone
            return form(request, "login.html", problem, back=safe_next(back), login="")
        return form(request, "code.html", problem, back=safe_next(back))
    return with_session(request, RedirectResponse(safe_next(back) or home_of(_person(opened)), 303), opened)


@router.post("/logout", dependencies=[anyone()])
async def log_out(request: Request, desk: TheDesk) -> Response:
    """End this session here and in the store."""
    name = cookie_names(request)[0]
    if token := request.cookies.get(name):
        await desk.auth.log_out(token)
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(name, path="/", httponly=True, secure=request.url.scheme == "https", samesite="lax")
    return answer


@router.get("/welcome", dependencies=[anyone()])
async def welcome_page(request: Request, desk: TheDesk) -> Response:
    """The first account, while there is none."""
    if await desk.auth.anybody():
        return RedirectResponse("/login", 303)
    return _welcome(request)


@router.post("/welcome", dependencies=[anyone()])
async def welcome(
    request: Request,
    desk: TheDesk,
    name: Text = "",
    login: Text = "",
    password: Text = "",
    setup: Text = "",
    roles: Annotated[Sequence[Role], Form(max_length=20)] = (),
) -> Response:
    """Make the first administrator. From another machine only with the code that the desk wrote to its own disk."""
    if await desk.auth.anybody():
        return RedirectResponse("/login", 303)
    try:
        await _check_setup(request, desk, setup)
        await add_user(
            desk.store,
            desk.auth.passwords,
            desk.clock,
            login=login,
            name=name,
            password=password,
            roles={Role.ADMIN, *roles},
            actor="first-run",
            only_first=True,
        )
    except UserProblem as problem:
        return _welcome(request, problem, name=name, login=login, held=frozenset(roles))
    opened = await desk.auth.log_in(
        login, password, address=address_of(request), agent=request.headers.get("user-agent", "")
    )
    return with_session(request, RedirectResponse(home_of(_person(opened)), 303), opened)


async def _check_setup(request: Request, desk: Desk, code: str) -> None:
    if is_local(request):
        return
    address = address_of(request)
    await desk.auth.limit.check("/welcome", address)
    if not hmac.compare_digest(code.strip().encode(), setup_code(desk.places.secrets).encode()):
        await desk.auth.limit.failed("/welcome", address)
        raise UserProblem("setup_wrong", "安装码不对。它在运行日光的那台机器上：var/secrets/setup-code", 403)


def _welcome(
    request: Request,
    problem: UserProblem | None = None,
    *,
    name: str = "",
    login: str = "",
    held: frozenset[Role] = frozenset({Role.PRODUCER, Role.DIRECTOR}),
) -> Response:
    offered = [(role, word, role in held) for role, word in ROLE_WORDS.items() if role not in {Role.ADMIN, Role.GUEST}]
    return form(
        request, "welcome.html", problem, name=name[:100], login=login[:64], offered=offered, local=is_local(request)
    )


def _person(opened: Opened) -> Person:
    account = opened.account
    return Person(account.user_id, account.name, account.roles, account.lang, account.login)
