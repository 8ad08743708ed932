"""A draw in Chromium: two holders press their buttons on /produce; afterwards anybody runs it again on its page."""

import json
import re

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select

from api.deeds import targets
from api.deeds.doing import System
from api.deeds.draw_pools import load_pool
from episodes.draw import Candidate
from episodes.people import Role
from store import log
from store.tables.draws import Draw
from store.tables.episodes import Episode
from tests.beacon import ROUND, SIGNATURE, VALUE

from .conftest import Served, axe, sign_in
from .stage import reach, set_stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
NAMES = [f"暗巷{n:03}号面馆" for n in range(60)]


async def at(browser: Browser, served: Served, login: str) -> Page:
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = await context.new_page()
    await sign_in(page, served, login)
    await page.goto(f"{served.url}/produce?episode=104")
    return page


async def noted(page: Page) -> None:
    """The half is shown once; the page is made anew when it is noted."""
    await expect(page.locator("#half-text")).to_have_text(re.compile("^[0-9a-f]{64}$"))
    async with page.expect_navigation():
        await page.click("#half button")


async def out_now(served: Served) -> None:
    """As if the named round were one that is known, and out."""
    async with served.desk.store.work("test") as work:
        row = (await work.session.scalars(select(Draw))).one()
        row.source = {**row.source, "round": ROUND, "at_utc_ns": served.desk.clock.utc_ns() - 1}


async def test_two_press_and_anybody_checks(served: Served, browser: Browser) -> None:
    await set_stage(served.desk, live=False, past=False)
    await served.add("gu", Role.PRODUCER)
    await served.add("feng", Role.LEGAL)
    found = [Candidate(id=f"JY{n:05}", name=name, weight=1 + n % 4) for n, name in enumerate(NAMES)]
    await load_pool(served.desk, System(), name="夜市片区", candidates=found)

    gu, feng = await at(browser, served, "gu"), await at(browser, served, "feng")
    await gu.click("form[data-half] > button")
    await noted(gu)
    await feng.reload()
    await feng.click("form[data-half] button")
    await noted(feng)
    await out_now(served)
    await gu.reload()
    await gu.fill("#draws [name=value]", VALUE)
    await gu.fill("#draws [name=signature]", SIGNATURE)
    async with gu.expect_navigation():
        await gu.click("#draws form[data-deed$='/value'] button")
    async with gu.expect_navigation():
        await gu.click("#draws form[data-share] > button")
    await feng.reload()
    async with feng.expect_navigation():
        await feng.click("#draws form[data-share] > button")
    await expect(feng.locator("#draws .drawn")).to_have_attribute("data-state", "drawn")
    assert await axe(feng) == []
    for page in (gu, feng):
        assert not [name for name in NAMES if name in await page.content()]
    await phone(feng)
    draw_id = await feng.locator("#draws .drawn").get_attribute("data-draw-id")
    await revealed(served)
    await anybody(await browser.new_page(), served, str(draw_id))


async def phone(page: Page) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def revealed(served: Served) -> None:
    """At the door, and the public's picture has come to it."""
    async with served.desk.store.work("test") as work:
        (await work.session.get_one(Episode, "next")).state = "live"
    await targets.reveal(served.desk, System(), episode_id="next")
    async with served.desk.store.read() as session:
        last = await log.head(session)
    await reach(served.desk, last.seq, "next")


async def anybody(page: Page, served: Served, draw_id: str) -> None:
    await page.goto(f"{served.url}/draws/{draw_id}?lang=zh-CN")
    assert await axe(page) == []
    await page.click("#check")
    await expect(page.locator("#check-result")).to_have_attribute("data-holds", "true", timeout=30_000)
    await expect(page.locator("#checked li:visible")).to_have_count(7)
    assert [name for name in NAMES if name in await page.inner_text("#came")]
    assert await axe(page) == []
    await phone(page)

    async def other(route) -> None:
        """Somebody exchanged the winner's name on the way."""
        answer = await route.fetch()
        proof = json.loads(await answer.text())
        proof["results"][0]["opening"]["name"] = "别家"
        await route.fulfill(response=answer, json=proof)

    await page.route("**/proof.json", other)
    await page.click("#check")
    await expect(page.locator("#check-result")).to_have_attribute("data-holds", "false", timeout=30_000)
    await expect(page.locator('[data-step="opened"]')).to_have_attribute("data-holds", "false")


async def test_a_polls_result_is_typed_against_the_strata(served: Served, browser: Browser) -> None:
    await set_stage(served.desk, live=False, past=False)
    await served.add("gu", Role.PRODUCER)
    strata = {"东城": 30, "西城": 31, "小巷": 5}
    found = [
        Candidate(id=f"JY{stratum}{n}".encode().hex(), name=f"{stratum}{n}号店", stratum=stratum)
        for stratum, count in strata.items()
        for n in range(count)
    ]
    await load_pool(served.desk, System(), name="三片", candidates=found)
    gu = await at(browser, served, "gu")
    await gu.click("summary:has-text('按公众投票的结果抽')")
    await expect(gu.locator("[data-votes=小巷]")).to_be_disabled()
    await gu.fill("[data-votes=东城]", "120")
    await gu.fill("[data-votes=西城]", "340")
    await gu.fill("#d-question", "这周查哪一片？")
    await gu.fill("#d-frozen", "2026-01-01T12:00")
    await gu.click("form[data-half] > button")
    await expect(gu.locator("form[data-half] [data-problem]")).to_contain_text("请写明依据")
    await gu.fill("#d-evidence", "公众号投票页存档")
    assert await axe(gu) == []
    await gu.click("form[data-half] > button")
    await noted(gu)
    await expect(gu.locator("#draws .drawn")).to_contain_text("公众投票")
    await expect(gu.locator("#draws .drawn .strata")).to_contain_text("340")
