"""A phone's evening in Chromium against the real studio: join, publish, tally, the rapid test in the same hands."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from api.deeds import control, episodes
from api.deeds.doing import System
from episodes.events import RapidTestReviewed, RapidTestWithdrawn, ReadingMismatched
from episodes.people import Role

from .conftest import CHROMIUM, FLAGS, Served, axe
from .rooms import PIN, SLOW_MS, Show, on_stage, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
async def show(tmp_path: Path) -> AsyncIterator[Show]:
    async with on_stage(tmp_path) as staged:
        await staged.add("luo", Role.TESTER)
        await staged.add("zhou", Role.OFFICER)
        yield staged


async def read(page: Page, digits: str) -> None:
    for digit in digits:
        await page.tap(f'#keypad [data-key="{digit}"]')


async def a_tester_begins(phone: Page) -> None:
    """Sign in without leaving the page, take a sample, enter the reading."""
    await phone.tap(".view[data-view=camera] [data-to=tests]")
    await phone.fill("#login", "luo")
    await phone.fill("#password", "wrong wrong")
    await phone.tap("#sign-in button")
    await phone.wait_for_selector("#sign-in .problem:visible")
    await phone.fill("#password", PIN)
    await phone.tap("#sign-in button")
    await phone.wait_for_selector("#me[data-me=luo]")
    await phone.tap("[data-do=new]")
    for field, text in {
        "s-no": "JB103-02",
        "s-item": "豇豆",
        "s-stall": "A12",
        "s-reagent": "YM260318",
        "s-expires": "2099-09-17",
        "s-device": "光度计1",
    }.items():
        await phone.fill(f"#{field}", text)
    await phone.tap("#start-form button")
    await phone.tap("[data-do=reading]")
    await expect(phone.locator("#read-limit")).to_contain_text("≥50")
    await read(phone, "62.4")
    await phone.tap("#read-send")


async def two_people_read(phone: Page, show: Show) -> None:
    """The second person enters it blind, as themselves, on this phone; a mismatch airs nothing."""
    await phone.tap("[data-do=review]")
    assert "62.4" not in await phone.inner_text("#crew")
    await read(phone, "26.4")
    await phone.fill("#reviewer-name", "zhou")
    await phone.fill("#reviewer-password", PIN)
    await phone.tap("#read-send")
    await expect(phone.locator("#read-problem")).to_contain_text("不一致")
    assert any(isinstance(each, ReadingMismatched) for each in await show.events())
    await phone.tap(".view[data-view=read] [data-to=tests]")
    await phone.tap("[data-do=reading]")
    await read(phone, "62.4")
    await phone.tap("#read-send")
    await phone.tap("[data-do=review]")
    await read(phone, "62.4")
    await phone.fill("#reviewer-name", "zhou")
    await phone.fill("#reviewer-password", PIN)
    await phone.tap("#read-send")
    await expect(phone.locator("[data-live=tests]")).to_contain_text("阳性（疑似不符合）", timeout=SLOW_MS)
    (result,) = [each for each in await show.events() if isinstance(each, RapidTestReviewed)]
    assert (result.tester, result.reviewer, result.value) == ("luo", "zhou", "62.4")


async def test_one_phone_keeps_its_camera_live_through_a_rapid_test(show: Show, browser) -> None:
    phone = await show.phone(browser, "bench")
    await phone.wait_for_selector("#crew[data-link=live]")
    assert "join=" not in phone.url
    await until("the camera at the studio", lambda: state_of(show, "bench") == "live")
    assert await phone.evaluate("document.getElementById('own-picture').videoWidth") > 0

    await control.cue(show.desk, System(), source="bench")
    await phone.wait_for_selector("#crew[data-tally=next]")
    await episodes.go_live(show.desk, System(), episode_id=show.episode, source="bench")
    await phone.wait_for_selector("#crew[data-tally=air]")
    await expect(phone.locator(".view[data-view=camera] .tally")).to_contain_text("播出中")
    await phone.wait_for_selector("#bars:not([data-bars='0'])")

    await a_tester_begins(phone)
    await two_people_read(phone, show)
    await phone.tap("[data-do=withdraw]")
    await expect(phone.locator("[data-live=tests]")).to_contain_text("该结果正在核实，暂不作准", timeout=SLOW_MS)
    assert any(isinstance(each, RapidTestWithdrawn) for each in await show.events())
    assert await phone.get_attribute("#crew", "data-link") == "live"
    assert await phone.get_attribute("#crew", "data-tally") == "air"
    assert await axe(phone) == []

    # A new studio knows nobody: the phone publishes to it by itself. Opened anew, the page rejoins by itself.
    before = show.desk.rooms.last_studio.epoch
    await show.kill("studio")
    await show.start("studio")
    await until("the camera at the new studio", lambda: epoch_of(show) != before and state_of(show, "bench") == "live")
    await phone.reload()
    await phone.wait_for_selector("#crew[data-link=live]")
    await episodes.end(show.desk, System(), episode_id=show.episode)


def state_of(show: Show, camera: str) -> str:
    studio = show.desk.rooms.studio
    return next((each.state for each in studio.cameras if each.camera == camera), "") if studio else ""


def epoch_of(show: Show) -> int:
    studio = show.desk.rooms.studio
    return studio.epoch if studio else 0


@pytest.mark.parametrize(
    ("flag", "said"),
    [("--deny-permission-prompts", "没有得到摄像头和话筒的许可"), ("", "找不到摄像头或话筒")],
    ids=["refused", "none"],
)
async def test_without_a_camera_the_page_says_what_to_do(served: Served, tmp_path: Path, flag: str, said: str) -> None:
    show = Show(served.desk, served.url, {}, tmp_path)
    await plan(show)
    kept = [each for each in FLAGS if "media-stream" not in each]
    if flag:
        kept += [flag, "--use-fake-device-for-media-stream"]
    async with async_playwright() as driver:
        chromium = await driver.chromium.launch(executable_path=CHROMIUM, args=kept)
        phone = await show.phone(chromium, "bench")
        await expect(phone.locator("#trouble-what")).to_contain_text(said, timeout=SLOW_MS)
        assert await axe(phone) == []
        await chromium.close()


async def test_the_small_screen_and_a_wrong_code(served: Served, browser, tmp_path: Path) -> None:
    show = Show(served.desk, served.url, {}, tmp_path)
    await plan(show)
    context = await browser.new_context(locale="zh-CN", viewport={"width": 360, "height": 640})
    page = await context.new_page()
    await page.goto(f"{served.url}/crew")
    await page.wait_for_selector("#code:visible")
    assert await axe(page) == []
    await page.fill("#code", "AAAA-AAAA")
    await page.press("#code", "Enter")
    await expect(page.locator("#join-problem")).to_contain_text("加入码不对", timeout=SLOW_MS)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await page.click(".view[data-view=join] [data-to=tests]")
    await page.wait_for_selector("#sign-in:visible")
    assert await axe(page) == []
    await context.close()


async def plan(show: Show) -> None:
    """An episode with cameras, without rooms."""
    await episodes.set_programme(
        show.desk, System(), name="一线直播", agency="江北市", weekday=4, starts="19:00", minutes=90
    )
    await episodes.plan_episode(
        show.desk,
        System(),
        number=103,
        title="晚市",
        theme="晚市",
        starts_utc_ns=show.desk.clock.utc_ns() + 3_600_000_000_000,
        cameras=("全景", "bench"),
    )
