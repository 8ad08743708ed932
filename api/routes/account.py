"""One's own account: password, PIN, second factor. In: forms. Out: the page again, saying what was done."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from api.access import address_of, cookie_names, signed_in, the_desk, the_person
from api.auth import second_factor
from api.auth.accounts import ROLE_WORDS
from api.auth.passwords import check_password, check_pin
from api.auth.who import Person
from api.desk import Desk
from api.forms import Text, form, home_of, with_session
from runtime.problems import UserProblem
from runtime.words import N_
from store import people, plans

router = APIRouter(include_in_schema=False)

TheDesk = Annotated[Desk, Depends(the_desk)]
Me = Annotated[Person, Depends(the_person)]


@router.get("/account", dependencies=[signed_in()])
async def account_page(request: Request, desk: TheDesk, me: Me) -> Response:
    """One's own account."""
    return await _page(request, desk, me)


@router.post("/account/password", dependencies=[signed_in()])
async def change_password(request: Request, desk: TheDesk, me: Me, old: Text = "", new: Text = "") -> Response:
    """A new password; every other session ends."""
    try:
        account = await desk.auth.check(me.login, old, address_of(request))
        check_password(new, me.login)
    except UserProblem as problem:
        return await _page(request, desk, me, problem)
    hashed = await desk.auth.passwords.hash(new)
    async with desk.store.work(me.actor) as work:
        await people.change(work.session, me.user_id, password_hash=hashed)
    opened = await desk.auth.sign_in(account, request.headers.get("user-agent", ""))
    answer = await _page(request, desk, me, said=N_("密码已改，别处的登录都已退出。"))
    return with_session(request, answer, opened)


@router.post("/account/pin", dependencies=[signed_in()])
async def change_pin(request: Request, desk: TheDesk, me: Me, password: Text = "", pin: Text = "") -> Response:
    """The PIN that confirms a second reading on somebody else's phone."""
    try:
        await desk.auth.check(me.login, password, address_of(request))
        check_pin(pin)
    except UserProblem as problem:
        return await _page(request, desk, me, problem)
    hashed = await desk.auth.passwords.hash(pin)
    async with desk.store.work(me.actor) as work:
        await people.change(work.session, me.user_id, pin_hash=hashed)
    return await _page(request, desk, me, said=N_("PIN已设好。"))


@router.post("/account/second-factor", dependencies=[signed_in()])
async def set_second_factor(
    request: Request,
    desk: TheDesk,
    me: Me,
    password: Text = "",
    code: Text = "",
    key: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Switch it on with a first right code, or off (`key` empty)."""
    try:
        account = await desk.auth.check(me.login, password, address_of(request))
        if key and not desk.auth.second_factor.fits_key(key, me.user_id, code):
            raise UserProblem("code_wrong", "动态码不对，请看手机上最新的六位数", 403)  # noqa: TRY301 - one form, one way out
    except UserProblem as problem:
        return await _page(request, desk, me, problem, key=key)
    sealed = desk.auth.second_factor.seal(key, me.user_id) if key else None
    async with desk.store.work(me.actor) as work:
        await people.set_totp(work.session, me.user_id, sealed)
        await people.end_sessions(work.session, me.user_id)
        kept = await people.account_by_id(work.session, me.user_id)
    opened = await desk.auth.sign_in(kept or account, request.headers.get("user-agent", ""))
    said = N_("第二步验证已打开，以后登录要加一次动态码。") if key else N_("第二步验证已关闭。")
    return with_session(request, await _page(request, desk, me, said=said), opened)


@router.post("/account/sign-out-everywhere", dependencies=[signed_in()])
async def everywhere(request: Request, desk: TheDesk, me: Me) -> Response:
    """End every session of this account."""
    async with desk.store.work(me.actor) as work:
        await people.end_sessions(work.session, me.user_id)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(cookie_names(request)[0], path="/")
    return answer


async def _page(
    request: Request, desk: Desk, me: Person, problem: UserProblem | None = None, *, said: str = "", key: str = ""
) -> Response:
    async with desk.store.read() as session:
        account = await people.account_by_id(session, me.user_id)
        links = await plans.links_of(session, me.user_id)
    if account is None:
        raise UserProblem("sign_in", "请先登录", 401)
    key = "" if account.totp_sealed else key or second_factor.new_key()
    qr = (
        second_factor.qr_svg(second_factor.address(key, account.login, request.app.state.site.name or "Daylight"))
        if key
        else ""
    )
    roles = [word for role, word in ROLE_WORDS.items() if role in me.roles]
    view = {"account": account, "roles": roles, "home": home_of(me), "said": said, "key": key, "qr": qr}
    view["links"] = links
    return form(request, "account.html", problem, **view)
