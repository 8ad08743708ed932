"""The director's evening in Chromium against the real studio and playout."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from api.deeds import outputs, rapid_tests
from api.deeds.doing import System
from episodes.events import QuestionOnScreen, RapidTestWithdrawn, StrapShown
from episodes.people import Role
from episodes.status import Alarm

from . import mixing
from .conftest import Served, axe
from .rooms import SLOW_MS, Show, on_stage, until
from .test_crew import plan, state_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
DESKTOP = {"width": 1440, "height": 900}


@pytest.fixture
async def show(tmp_path: Path) -> AsyncIterator[Show]:
    async with on_stage(tmp_path) as staged:
        await staged.add("shen", Role.DIRECTOR)
        await staged.add("gao", Role.PRODUCER)
        yield staged


async def test_the_director_cuts_watches_and_withdraws(show: Show, browser) -> None:
    director = await show.page_of(browser, "shen", "/studio", viewport=DESKTOP)
    await join_by_dialog(director, browser, show)
    for camera in ("全景", "bench"):
        await director.wait_for_selector(f'.cam[data-camera="{camera}"][data-state=live]')
    await director.wait_for_selector(".mon.pgm.has-picture")

    await director.click("[data-live=bar] [data-deed$='/live']")
    await director.wait_for_selector("[data-live=bar] .st-live")
    await director.keyboard.press("Shift+Digit1")
    await director.wait_for_selector('.cam[data-camera="全景"].is-next')
    await director.keyboard.press("Digit1")
    await director.wait_for_selector('.cam[data-camera="全景"].is-air')
    await director.wait_for_selector(".mon.pgm.is-air")
    await director.click('.cam[data-camera="bench"]')
    await director.wait_for_selector('.cam[data-camera="bench"].is-air')
    await director.keyboard.press("s")
    await director.wait_for_selector("#slate.is-air")
    await director.keyboard.press("2")
    await director.wait_for_selector('.cam[data-camera="bench"].is-air')

    await mixing.mixing(director, show)
    producer = await show.page_of(browser, "gao", "/produce", viewport=DESKTOP)
    await mixing.clip(director, producer, show, show.folder)
    await producer.context.close()
    await graphics(director, show)
    await output(director, show)
    await until("the public's picture", lambda: show.desk.rooms.playout and show.desk.rooms.playout.public != "off")
    await director.wait_for_selector(".mon.pub:not(.is-away)")
    await expect(director.locator("#public-late")).to_contain_text("−2.0")
    assert await axe(director) == []

    # A new studio: every picture comes back in its own element.
    await director.evaluate("document.querySelectorAll('video').forEach((one, n) => { one.mark = n + 1; })")
    await show.kill("studio")
    await director.wait_for_selector('.cam[data-state="nobody"]')
    await show.start("studio")
    await director.wait_for_selector('.cam[data-camera="bench"][data-state=live]')
    await director.wait_for_selector('.cam[data-camera="bench"].has-picture')
    marks = await director.evaluate("[...document.querySelectorAll('video')].map((one) => one.mark)")
    assert marks == [1, 2, 3, 4]

    await director.click("[data-open=air-ask]")
    await director.click("#end-yes")
    await director.wait_for_selector("[data-live=bar] .st-live", state="detached")


async def join_by_dialog(director: Page, browser, show: Show) -> None:
    """One phone types the code of the dialog, the other scanned its own."""
    await show.phone(browser, "全景")
    await director.click('[data-join="bench"]')
    await director.click("#join [data-ask] .btn.main")
    await director.wait_for_selector("#join .qr svg")
    code = await director.inner_text("#join .code")
    assert await axe(director) == []
    await director.keyboard.press("Escape")
    context = await browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    phone = await context.new_page()
    await phone.goto(f"{show.url}/crew")
    await phone.fill("#code", code.lower())
    await phone.press("#code", "Enter")
    await until("both cameras", lambda: state_of(show, "bench") == state_of(show, "全景") == "live")


async def graphics(director: Page, show: Show) -> None:
    """A strap, a result withdrawn with one press, an alarm that nobody can overlook."""
    await director.fill("#strap-name", "陈立川")
    await director.fill("#strap-title", "江北市市场监管局")
    # An officer has a credential; who has none must have signed a consent first.
    await director.fill("#strap-credential", "JB-2019-0147")
    await director.press("#strap-credential", "Enter")
    row = director.locator("[data-live=graphics] li.is-air", has_text="陈立川")
    await row.wait_for()
    # It leaves by itself after its time, and the list says so.
    await row.wait_for(state="detached")
    tester, officer = System(user_id="luo", name="luo"), System(user_id="zhou", name="zhou")
    sample = rapid_tests.Sample(
        sample_no="JB103-02",
        item="豇豆",
        stall_code="A12",
        method_id="enzyme_inhibition",
        reagent_batch="YM",
        reagent_expires="2099-01-01",
    )
    made = await rapid_tests.start_test(show.desk, tester, episode_id=show.episode, sample=sample)
    await rapid_tests.enter_reading(show.desk, tester, test_id=made.test_id, value="62.4")
    await rapid_tests.review_reading(show.desk, officer, test_id=made.test_id, value="62.4")
    card = director.locator("[data-live=graphics] li", has_text="JB103-02")
    await expect(card).to_contain_text("撤回结果", timeout=SLOW_MS)
    await director.locator(".minicard").wait_for()
    await card.locator("[data-deed$='/withdraw']").click()
    await expect(card).to_contain_text("该结果正在核实，暂不作准", timeout=SLOW_MS)
    await card.locator("[data-deed$='/show'], [data-deed$='/clear']").first.click()
    kinds = [type(each) for each in await show.events()]
    assert StrapShown in kinds
    assert RapidTestWithdrawn in kinds
    assert QuestionOnScreen not in kinds
    await show.desk.bus.publish("alarms", Alarm(room="playout", code="disk_full", level="alarm", about="x/master"))
    await expect(director.locator(".al.loud", has_text="磁盘已满")).to_be_visible(timeout=SLOW_MS)
    await show.desk.bus.publish(
        "alarms", Alarm(room="playout", code="disk_full", level="alarm", about="x/master", cleared=True)
    )
    await expect(director.locator(".al.loud", has_text="磁盘已满")).to_have_count(0, timeout=SLOW_MS)


async def output(director: Page, show: Show) -> None:
    """A platform that refuses says why; stopped by a person it stays stopped."""
    url = "rtmp://127.0.0.1:9/live/a-secret-key"
    await outputs.set_output(show.desk, System(), episode_id=show.episode, name="江北政务网", url=url)
    row = director.locator(".out", has_text="江北政务网")
    await expect(row).to_contain_text("对方拒绝连接", timeout=SLOW_MS)
    assert "a-secret-key" not in await director.content()
    await expect(row.locator("[data-deed$='/reconnect']")).to_be_visible()
    # The sheet: a spare address and a policy on air, then over to the spare by hand.
    await row.locator("[data-output]").click()
    sheet = director.locator("#output-sheet")
    await expect(sheet.locator("[data-use=spare]")).to_be_hidden()
    await sheet.locator("#os-spare").fill("rtmp://127.0.0.1:10/live/b-secret-key")
    await sheet.locator("summary").click()
    await sheet.locator("#os-tries").fill("2")
    assert await axe(director) == []
    await sheet.locator("#output-form .btn.main").click()
    await expect(sheet.locator("[data-said]")).to_have_text("已保存。", timeout=SLOW_MS)
    await sheet.locator("[data-does=try]").click()
    await expect(sheet.locator("[data-said]")).to_have_text("这一路正在播出，不能试推。", timeout=SLOW_MS)
    await sheet.locator("[data-does=close]").click()
    await expect(row).to_contain_text("已经停手", timeout=SLOW_MS)
    await row.locator("[data-output]").click()
    await sheet.locator("[data-use=spare]").click()
    await sheet.locator("[data-does=close]").click()
    await expect(row).to_contain_text("正在用备用地址", timeout=SLOW_MS)
    assert "b-secret-key" not in await director.content()
    await row.locator("[data-deed$='/stop']").click()
    await expect(row).to_contain_text("已停", timeout=SLOW_MS)
    await row.locator("[data-output]").click()
    await sheet.locator("[data-does=try]").click()
    await expect(sheet.locator("[data-said]")).to_contain_text("试推没有通过：对方拒绝连接", timeout=60_000)
    await sheet.locator("[data-does=close]").click()


async def test_the_page_fits_and_reads_well_without_rooms(served: Served, browser, tmp_path: Path) -> None:
    show = Show(served.desk, served.url, {}, tmp_path)
    await show.add("shen", Role.DIRECTOR)
    await plan(show)
    page = await show.page_of(browser, "shen", "/studio", viewport=DESKTOP)
    await expect(page.locator(".al.loud")).to_have_count(2, timeout=SLOW_MS)
    for width in (1440, 820, 360):
        await page.set_viewport_size({"width": width, "height": 900})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert await axe(page) == []


async def test_the_producers_page_plans_seals_and_shows_an_address_once(
    served: Served, browser, tmp_path: Path
) -> None:
    show = Show(served.desk, served.url, {}, tmp_path)
    await show.add("gu", Role.PRODUCER)
    page = await show.page_of(browser, "gu", "/produce", viewport={"width": 360, "height": 900})
    await page.fill("#p-name", "一线直播")
    await page.fill("#p-agency", "江北市市场监管局")
    await page.click("[data-deed='/api/v1/programmes'] .btn.main")
    await page.wait_for_selector(".slot.empty")
    await page.click("summary:has-text('新建一期')")
    await page.fill("#e-title", "晚市与后厨")
    await page.click("[data-deed='/api/v1/episodes'] .btn.main")
    await page.wait_for_selector(".drawer .gate")
    await page.click("summary:has-text('封存一个对象')")
    await page.fill("#t-name", "临江综合市场")
    await page.fill("#t-place", "江北区")
    await page.fill("#t-evidence", "举报线索登记表")
    await page.click("[data-deed$='/target'] .btn.main")
    await page.wait_for_selector(".sealed")
    assert "临江" not in await page.content()
    assert await page.locator(".sealed .btn").count() == 0, "who stands on no rung of the ladder has nothing to press"
    await page.click("summary:has-text('添加推流地址')")
    await page.fill("#o-name", "江北新闻")
    await page.fill("#o-url", "rtmp://live.example.com/app/secret-key-1")
    await page.click("[data-deed='/api/v1/outputs'] .btn.main")
    await expect(page.locator("#once-url")).to_have_text("rtmp://live.example.com/app/secret-key-1", timeout=SLOW_MS)
    for width in (360, 1440):
        await page.set_viewport_size({"width": width, "height": 900})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert await axe(page) == []
    await page.click("#once-done")
    await page.wait_for_selector(".rows:has-text('江北新闻')")
    assert "secret-key-1" not in await page.content()
