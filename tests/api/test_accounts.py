"""One's own account, and everybody's for an administrator."""

import re

import pyotp
import pytest

from api.desk import Desk
from episodes.people import Role
from runtime.clock import SteppedClock

from .conftest import PASSWORD, Browser

NEW = "雨天就不用带水壶出门"


async def test_a_new_password_ends_the_other_sessions(app, add) -> None:
    await add("lin", Role.DIRECTOR)
    here, there = Browser(app), Browser(app)
    async with here.http, there.http:
        await here.log_in("lin")
        await there.log_in("lin")
        assert (await here.post("/account/password", {"old": "wrong wrong", "new": NEW})).status_code == 403
        answer = await here.post("/account/password", {"old": PASSWORD, "new": NEW})
        assert "密码已改" in answer.text
        assert (await here.get("/account")).status_code == 200
        assert (await there.get("/account")).status_code == 303
        assert (await there.log_in("lin", NEW)).status_code == 303


async def test_the_second_step_is_switched_on_by_a_right_code_and_off_by_password(
    browser: Browser, add, clock: SteppedClock
) -> None:
    await add("lin", Role.DIRECTOR)
    await browser.log_in("lin")
    found = re.search(r'name="key" value="([A-Z2-7]+)"', (await browser.get("/account")).text)
    assert found
    key = found[1]
    wrong = await browser.post("/account/second-factor", {"password": PASSWORD, "key": key, "code": "000000"})
    assert wrong.status_code == 403
    code = pyotp.TOTP(key).at(clock.utc_ns() // 1_000_000_000)
    answer = await browser.post("/account/second-factor", {"password": PASSWORD, "key": key, "code": code})
    assert "已打开" in answer.text
    assert (await browser.get("/account")).status_code == 200
    answer = await browser.post("/account/second-factor", {"password": PASSWORD})
    assert "已关闭" in answer.text


async def test_a_pin_is_set_with_the_password(browser: Browser, add, desk: Desk) -> None:
    await add("lin", Role.TESTER)
    await browser.log_in("lin")
    assert (await browser.post("/account/pin", {"password": PASSWORD, "pin": "111111"})).status_code == 422
    assert "PIN已设好" in (await browser.post("/account/pin", {"password": PASSWORD, "pin": "246810"})).text
    assert (await desk.auth.check("lin", "246810", "here", pin=True)).login == "lin"


async def test_an_administrator_makes_changes_and_closes_accounts(app, browser: Browser, add) -> None:
    admin_id = await add("root", Role.ADMIN)
    await browser.log_in("root")
    await browser.get("/people")
    form = {"name": "周敏", "login": "zhou", "password": NEW, "roles": ["tester"]}
    assert "账号已建好" in (await browser.post("/people", form)).text
    assert (await browser.post("/people", form)).status_code == 409
    page = (await browser.get("/people")).text
    user_id = next(each for each in re.findall(r"/people/([0-9a-f]+)/roles", page) if each != admin_id)
    conflict = await browser.post(f"/people/{user_id}/roles", {"roles": ["tester", "officer"]})
    assert conflict.status_code == 422
    assert "不能由同一个人担任" in conflict.text
    assert "岗位已改" in (await browser.post(f"/people/{user_id}/roles", {"roles": ["tester", "camera"]})).text
    other = Browser(app)
    async with other.http:
        assert (await other.log_in("zhou", NEW)).headers["location"] == "/crew"
        assert (await other.get("/people")).status_code == 403
        assert "账号已停用" in (await browser.post(f"/people/{user_id}/active")).text
        assert (await other.get("/account")).status_code == 303
        assert (await other.log_in("zhou", NEW)).status_code == 403


async def test_the_last_administrator_stays(browser: Browser, add) -> None:
    user_id = await add("root", Role.ADMIN)
    await browser.log_in("root")
    await browser.get("/people")
    assert (await browser.post(f"/people/{user_id}/active")).status_code == 409
    assert (await browser.post(f"/people/{user_id}/roles", {"roles": ["camera"]})).status_code == 409


@pytest.mark.parametrize("path", ["/trust", "/trust/daylight.crt"])
async def test_without_a_ca_of_ours_there_is_nothing_to_trust(browser: Browser, path: str) -> None:
    assert (await browser.get(path)).status_code == (404 if path.endswith("crt") else 200)
