"""From a legal basis to on air in Chromium: five people, each at their own page, the desk refusing whatever comes early."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from api.deeds import episodes, register
from api.deeds.doing import System
from episodes.assignment import Assigned, Post
from episodes.events import AddressAcknowledged, ApprovalVoided, EpisodeApproved, EpisodeWentLive, GateDecided
from episodes.people import Role
from store import log
from store.people import account_by_login
from store.plans import keep_crew
from store.tables.people import User
from tests.api.show import fake_rooms, say_rooms

from .conftest import Served, axe

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
MINUTE = 60 * 10**9
PEOPLE = {
    "gu": (Role.PRODUCER,),
    "feng": (Role.LEGAL,),
    "chen": (Role.OFFICER,),
    "zhou": (Role.OFFICER,),
    "shen": (Role.DIRECTOR, Role.MODERATOR),
}
NAME, ADDRESS = "密语街烧烤店", "密语街8号后门"
WHY = "只拍操作台和手，由摄像避让路人"


async def at(browser: Browser, served: Served, login: str, path: str = "/produce", width: int = 1440) -> Page:
    """Signed in by a session of theirs: the door has tests of its own."""
    async with served.desk.store.read() as session:
        account = await account_by_login(session, login)
    assert account is not None
    opened = await served.desk.auth.sign_in(account, "test")
    context = await browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    await context.add_cookies([{"name": "daylight", "value": opened.token, "url": served.url}])
    page = await context.new_page()
    await page.goto(f"{served.url}{path}")
    return page


async def press(page: Page, place: str) -> None:
    """A deed after which the page is made anew."""
    async with page.expect_navigation():
        await page.click(place)


async def planned(served: Served) -> str:
    """By the producer; officers with credentials on the crew list."""
    desk, gu = served.desk, System(user_id="gu", name="gu")
    async with desk.store.work("test") as work:
        for login, roles in PEOPLE.items():
            user = User(id=login, login=login, name=login, roles=list(roles), password_hash="", made_utc_ns=0)
            work.session.add(user)
    await episodes.set_programme(
        desk, gu, name="一线直播", agency="江北市场监管局", weekday=4, starts="19:00", minutes=90
    )
    starts = desk.clock.utc_ns() + 40 * MINUTE
    plan = {"number": 104, "title": "校园周边", "theme": "校园", "starts_utc_ns": starts, "cameras": ("全景",)}
    made = await episodes.plan_episode(desk, gu, **plan)
    for number, login in enumerate(("chen", "zhou")):
        card = {"number": f"JB-2019-014{number}", "valid_from": "2020-01-01", "valid_until": "2199-12-31"}
        await register.set_credential(desk, System(), user_id=login, **card)
    async with desk.store.work("test") as work:
        crew = tuple(Assigned(user_id=login, post=Post.OFFICER) for login in ("chen", "zhou"))
        await keep_crew(work.session, made.episode_id, crew)
    return made.episode_id


async def count(served: Served, kind: type) -> int:
    async with served.desk.store.read() as session:
        return len(await log.read(session, kinds=(kind,)))


async def shot(page: Page, name: str) -> None:
    """A picture for whoever asks for one."""
    if folder := os.environ.get("DAYLIGHT_SHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


async def asks(gu: Page) -> None:
    """The producer gives the basis, writes who may know, seals a target."""
    await gu.fill("#b-basis", "《食品安全法》第一百一十条")
    await gu.fill("#b-scope", "江北区的校园周边餐饮店，一家")
    await press(gu, "#approval form[data-deed$='/legal-basis'] button")
    await gu.click("#ladder summary")
    await gu.select_option("#r-people-1", label="chen")
    await gu.fill("#r-title-1", "执法人员")
    await gu.fill("#r-min-1", "45")
    await gu.select_option("#r-people-2", label="shen")
    await gu.fill("#r-title-2", "导播")
    await gu.fill("#r-min-2", "0")
    await shot(gu, "ladder-form")
    await press(gu, "#ladder form button.main")
    await gu.click("summary:has-text('封存一个对象')")
    for name, value in (("name", NAME), ("place", "江北区"), ("address", ADDRESS), ("evidence", "12315工单")):
        await gu.fill(f"#t-{name}", value)
    await press(gu, "[data-deed$='/target'] .btn.main")


async def allows(feng: Page) -> None:
    """Another person reviews, then approves what stands on the page."""
    await feng.reload()
    await press(feng, "#approval form[data-deed$='/review'] button")
    await press(feng, "#approval form[data-deed$='/approve'] button")


async def test_from_the_basis_to_on_air(served: Served, browser: Browser) -> None:
    await planned(served)
    gu, feng = await at(browser, served, "gu"), await at(browser, served, "feng")
    await expect(gu.locator(".drawer > .gate button")).to_be_disabled()
    await asks(gu)
    await allows(feng)
    assert await axe(feng) == []
    await shot(feng, "approved")

    # A change needs approval again, and says what changed.
    await gu.reload()
    await gu.click("#approval summary:has-text('改执法依据')")
    await gu.fill("#b-scope", "江北区与河西区")
    await press(gu, "#approval form[data-deed$='/legal-basis'] button")
    await expect(gu.locator("#approval-changed")).to_contain_text("检查范围")
    await shot(gu, "changed")
    await allows(feng)
    assert (await count(served, ApprovalVoided), await count(served, EpisodeApproved)) == (1, 2)

    # The officer's time has come, the director's has not; neither page holds the address.
    chen, shen = await at(browser, served, "chen", "/destination", 390), await at(browser, served, "shen")
    assert NAME not in await chen.content() + await shen.content()
    assert await shen.locator(".sealed .btn").count() == 1
    await shen.click(".sealed .btn")
    await expect(shen.locator("#alarms")).to_contain_text("还没到你这一级")
    await chen.click("button:has-text('查看第1个对象')")
    await expect(chen.locator("#seen-address")).to_have_text(ADDRESS)
    await shot(chen, "destination")
    await press(chen, "#seen-known")
    await expect(chen.locator(".rungcard")).to_contain_text("已知悉")
    assert NAME not in await chen.content()
    assert await axe(chen) == []
    assert await chen.evaluate("document.documentElement.scrollWidth") <= 390
    assert await count(served, AddressAcknowledged) == 1

    await goes_live(served, shen)


async def goes_live(served: Served, shen: Page) -> None:
    """The gate holds the director back until masks are decided by name and somebody moderates."""
    async with fake_rooms(served.bus):
        say_rooms(served.desk)
        await shen.reload()
        await expect(shen.locator(".drawer > .gate")).to_contain_text("还差2项")
        live = shen.locator("button[data-deed$='/live']")
        await expect(live).to_be_disabled()
        await shot(shen, "gate")
        assert await axe(shen) == []
        for width in (360, 1920):
            await shen.set_viewport_size({"width": width, "height": 900})
            assert await shen.evaluate("document.documentElement.scrollWidth") <= width
        await shot(shen, "gate-wide")
        await press(shen, "#gate button[data-deed$='/duty']")
        await shen.click("#gate [data-point=masks] summary")
        await shen.fill("#g-masks", WHY)
        await press(shen, "#gate [data-point=masks] form button")
        await expect(shen.locator("#gate [data-point=masks]")).to_contain_text(f"shen决定这样播出：{WHY}")
        say_rooms(served.desk)
        await shen.reload()
        await expect(live).to_be_enabled()
        await press(shen, "button[data-deed$='/live']")
        await expect(shen.locator(".drawer > .gate")).to_contain_text("播出中")
    assert (await count(served, GateDecided), await count(served, EpisodeWentLive)) == (1, 1)
