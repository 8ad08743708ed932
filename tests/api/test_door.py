"""The door: log-in, limits, second factor, first run."""

import pyotp
import pytest

from api.auth.confirm import verify_person
from api.desk import Desk
from api.forms import safe_next
from episodes.people import Role
from runtime.clock import SteppedClock
from runtime.problems import UserProblem
from store import people

from .conftest import PASSWORD, Browser


async def test_a_director_logs_in_and_lands_at_the_studio(browser: Browser, add) -> None:
    await add("lin", Role.DIRECTOR)
    await browser.get("/login")
    answer = await browser.post("/login", {"login": " LIN ", "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/studio")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert (await browser.get("/account")).status_code == 200


async def test_over_https_the_cookie_is_bound_to_the_host(app, add) -> None:
    await add("lin", Role.DIRECTOR)
    browser = Browser(app, base="https://desk.test")
    async with browser.http:
        await browser.get("/login")
        answer = await browser.post("/login", {"login": "lin", "password": PASSWORD})
        assert answer.headers["set-cookie"].startswith("__Host-daylight=")
        assert "Secure" in answer.headers["set-cookie"]


async def test_the_store_never_holds_the_cookie(browser: Browser, add, desk: Desk) -> None:
    await add("lin", Role.DIRECTOR)
    await browser.log_in("lin")
    token = browser.http.cookies["daylight"]
    raw = (desk.places.database).read_bytes() + (desk.places.database.with_name("daylight.db-wal")).read_bytes()
    assert token.encode() not in raw
    assert PASSWORD.encode() not in raw


async def test_wrong_passwords_run_into_the_limit_and_time_heals(browser: Browser, add, clock: SteppedClock) -> None:
    await add("lin", Role.DIRECTOR)
    for _ in range(3):
        answer = await browser.log_in("lin", "wrong wrong wrong")
        assert answer.status_code == 403
        assert "账号或密码不对" in answer.text
    refused = await browser.log_in("lin")
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    await clock.advance(301)
    assert (await browser.log_in("lin")).status_code == 303


async def test_one_address_cannot_try_many_accounts(browser: Browser, add) -> None:
    await add("lin", Role.DIRECTOR)
    codes = [(await browser.log_in(f"nobody{n}", "wrong wrong wrong")).status_code for n in range(13)]
    assert codes == [403] * 12 + [429]


async def test_unknown_accounts_answer_like_wrong_passwords(browser: Browser, add) -> None:
    await add("lin", Role.DIRECTOR)
    one = await browser.log_in("nobody", "wrong wrong wrong")
    other = await browser.log_in("lin", "wrong wrong wrong")
    assert one.status_code == other.status_code == 403
    assert "账号或密码不对" in one.text
    assert "账号或密码不对" in other.text


async def test_logging_out_ends_the_session_in_the_store(browser: Browser, add) -> None:
    await add("lin", Role.DIRECTOR)
    await browser.log_in("lin")
    token = browser.http.cookies["daylight"]
    assert (await browser.post("/logout")).status_code == 303
    browser.http.cookies.set("daylight", token)
    assert (await browser.get("/account")).headers["location"] == "/login?next=%2Faccount"


async def test_a_session_ends_by_itself(browser: Browser, add, clock: SteppedClock, settings) -> None:
    await add("lin", Role.DIRECTOR)
    await browser.log_in("lin")
    await clock.advance(settings.auth.session_hours * 3600 + 1)
    assert (await browser.get("/account")).status_code == 303


async def test_the_second_factor_comes_after_the_password_and_works_once(
    browser: Browser, add, desk: Desk, clock: SteppedClock
) -> None:
    user_id = await add("lin", Role.DIRECTOR)
    key = pyotp.random_base32()
    async with desk.store.work("test") as work:
        await people.set_totp(work.session, user_id, desk.auth.second_factor.seal(key, user_id))
    await browser.get("/login")
    half = await browser.post("/login", {"login": "lin", "password": PASSWORD})
    assert "动态码" in half.text
    assert (await browser.get("/account")).status_code == 303, "half open is closed"
    await browser.get("/login")
    assert (await browser.post("/login/code", {"code": "000000"})).status_code == 403
    code = pyotp.TOTP(key).at(clock.utc_ns() // 1_000_000_000)
    assert (await browser.post("/login/code", {"code": code})).status_code == 303
    assert (await browser.get("/account")).status_code == 200
    assert not desk.auth.second_factor.fits_key(key, user_id, code), "a code works once"


async def test_first_run_makes_one_administrator_and_closes(browser: Browser, app) -> None:
    assert (await browser.get("/login")).headers["location"] == "/welcome"
    await browser.get("/welcome")
    form = {"name": "方晴", "login": "fang", "password": PASSWORD, "roles": ["director", "producer"]}
    answer = await browser.post("/welcome", form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/studio")
    again = Browser(app)
    async with again.http:
        assert (await again.get("/welcome")).headers["location"] == "/login"


async def test_first_run_names_conflicting_roles_and_keeps_the_form(browser: Browser) -> None:
    await browser.get("/welcome")
    form = {"name": "方晴", "login": "fang", "password": PASSWORD, "roles": ["director", "tip_desk"]}
    answer = await browser.post("/welcome", form)
    assert answer.status_code == 422
    assert "导播、线索办理" in answer.text
    assert 'value="方晴"' in answer.text
    assert PASSWORD not in answer.text


async def test_a_stranger_on_the_lan_needs_the_setup_code(app, desk: Desk) -> None:
    stranger = Browser(app, client=("192.168.1.7", 5000))
    async with stranger.http:
        page = await stranger.get("/welcome")
        assert 'name="setup"' in page.text
        form = {"name": "方晴", "login": "fang", "password": PASSWORD, "setup": "GUESS"}
        assert (await stranger.post("/welcome", form)).status_code == 403
        code = (desk.places.secrets / "setup-code").read_text().strip()
        assert (desk.places.secrets / "setup-code").stat().st_mode & 0o077 == 0
        assert (await stranger.post("/welcome", {**form, "setup": code})).status_code == 303


@pytest.mark.parametrize("short", ["short", "aaaaaaaaaaaa", "1234567890"])
async def test_weak_passwords_are_refused(browser: Browser, short: str) -> None:
    await browser.get("/welcome")
    answer = await browser.post("/welcome", {"name": "方晴", "login": "fang", "password": short})
    assert answer.status_code == 422


async def test_a_reviewer_confirms_with_password_or_pin_and_opens_no_session(desk: Desk, add) -> None:
    await add("chen", Role.TESTER, pin="246810")
    for secret in (PASSWORD, "246810"):
        who = await verify_person(desk, "chen", secret, address="10.0.0.2")
        assert (who.login, who.roles) == ("chen", frozenset({Role.TESTER}))
    with pytest.raises(UserProblem) as refused:
        await verify_person(desk, "chen", "135790", address="10.0.0.2")
    assert refused.value.status == 403


async def test_a_pin_does_not_open_the_door(browser: Browser, add) -> None:
    await add("chen", Role.TESTER, pin="246810")
    assert (await browser.log_in("chen", "246810")).status_code == 403


@pytest.mark.parametrize(
    ("wish", "path"),
    [
        ("/studio?a=1", "/studio?a=1"),
        ("//evil.example", ""),
        ("https://evil.example", ""),
        ("/\\evil.example", ""),
        ("javascript:alert(1)", ""),
        ("/a\nb", ""),
    ],
)
def test_after_the_door_only_our_own_pages(wish: str, path: str) -> None:
    assert safe_next(wish) == path
