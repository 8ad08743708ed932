"""Two directors, two phones, Chromium, the real studio: who holds the desk, talkback, 切走我, the tablet."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from api.deeds import cameras
from api.deeds.doing import System
from episodes.events import (
    AlarmAcknowledged,
    CameraAway,
    CameraBack,
    DeskOffered,
    DeskTaken,
    PromptHeard,
    PromptSent,
)
from episodes.people import Role

from .conftest import axe
from .rooms import SLOW_MS, Show, on_stage, until
from .test_crew import state_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
DESKTOP = {"width": 1440, "height": 900}
TABLET, STANDING, PHONE = {"width": 1024, "height": 768}, {"width": 768, "height": 1024}, {"width": 360, "height": 800}
HEAR = """async (source) => {
  const context = new AudioContext();
  await context.resume();
  const meter = context.createAnalyser();
  meter.fftSize = 2048;
  context.createMediaStreamSource(source).connect(meter);
  const samples = new Float32Array(meter.fftSize);
  window.loudest = 0;
  setInterval(() => {
    meter.getFloatTimeDomainData(samples);
    window.loudest = Math.max(window.loudest, ...samples.map(Math.abs));
  }, 40);
}"""
"""Keeps the loudest sample of a received track in `window.loudest`."""
LOW_BATTERY = """navigator.getBattery = async () =>
  Object.assign(new EventTarget(), {level: 0.12, charging: false});"""


@pytest.fixture
async def show(tmp_path: Path) -> AsyncIterator[Show]:
    async with on_stage(tmp_path) as staged:
        for login in ("shen", "lin"):
            await staged.add(login, Role.DIRECTOR)
        yield staged


@pytest.mark.parametrize("long", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["short", "long"])
async def test_an_evening_of_two_directors_and_two_phones(show: Show, browser: Browser, long: bool) -> None:
    bench, wide = await show.phone(browser, "bench"), await show.phone(browser, "全景")
    await until("both cameras", lambda: state_of(show, "bench") == state_of(show, "全景") == "live")
    shen = await show.page_of(browser, "shen", "/studio", viewport=DESKTOP, permissions=["microphone"])
    lin = await show.page_of(browser, "lin", "/studio", viewport=DESKTOP)

    await one_holds_the_desk(shen, lin, show)
    await it_passes_on_by_offer_and_acceptance(shen, lin, show, long=long)
    await words_reach_a_phone_and_are_acknowledged(shen, bench, wide, show)
    await the_voice_reaches_an_ear_and_nothing_else(shen, bench, show)
    await a_phone_takes_itself_off(shen, bench, show, long=long)
    await a_camera_joins_the_episode_on_air(shen, show)
    await tablets(shen)


async def one_holds_the_desk(shen: Page, lin: Page, show: Show) -> None:
    await expect(shen.locator("#seat [data-when=free]").first).to_be_visible(timeout=SLOW_MS)
    await shen.click("[data-live=bar] [data-deed$='/live']")
    await shen.wait_for_selector("[data-live=bar] .st-live")
    await expect(shen.locator("#seat")).to_have_attribute("data-now", "mine", timeout=SLOW_MS)
    await expect(lin.locator("#seat")).to_contain_text("shen名掌控导播台", timeout=SLOW_MS)
    slate = lin.locator("#slate")
    await expect(slate).to_have_attribute("aria-disabled", "true")
    await expect(lin.locator("[data-join=bench]")).not_to_have_attribute("aria-disabled", "true")

    await shen.keyboard.press("1")
    await shen.wait_for_selector('.cam[data-camera="全景"].is-air')
    await slate.click(force=True)
    await lin.keyboard.press("2")
    await expect(lin.locator("#alarms")).to_contain_text("shen名正掌控导播台")
    # The page is not what holds her back: the desk refuses her whatever she sends.
    refused = await post(lin, "/api/v1/studio/take", {"source": "bench"})
    assert (refused["status"], refused["body"]["code"]) == (409, "desk_held")
    assert "shen名" in refused["body"]["detail"]
    assert show.desk.rooms.studio is not None
    assert show.desk.rooms.studio.on_air == "全景"
    assert await axe(lin) == []


async def it_passes_on_by_offer_and_acceptance(shen: Page, lin: Page, show: Show, *, long: bool) -> None:
    await shen.click("#seat-offer")
    await shen.click("#hand-over-to [data-to=lin]")
    accept = lin.locator("#seat [data-when=offered]")
    await accept.click(timeout=SLOW_MS)
    await expect(lin.locator("#seat")).to_have_attribute("data-now", "mine", timeout=SLOW_MS)
    await lin.keyboard.press("2")
    await lin.wait_for_selector('.cam[data-camera="bench"].is-air')
    # A reload keeps the seat: the desk knows the browser, not the page.
    await lin.reload()
    await expect(lin.locator("#seat")).to_have_attribute("data-now", "mine", timeout=SLOW_MS)
    await expect(shen.locator("#seat")).to_have_attribute("data-now", "other")

    if long:
        # She closes her laptop: after a while he may take over, by a press and on record.
        await lin.context.close()
        take = shen.locator("#seat-take")
        await expect(take).to_have_text("接管导播台", timeout=SLOW_MS)
        await take.click()
    else:
        await lin.click("#seat-offer")
        await lin.click("#hand-over-to [data-to=shen]")
        await shen.locator("#seat [data-when=offered]").click(timeout=SLOW_MS)
    await expect(shen.locator("#seat")).to_have_attribute("data-now", "mine", timeout=SLOW_MS)
    moves = [each for each in await show.events() if isinstance(each, DeskTaken)]
    assert [each.by for each in moves] == ["shen", "lin", "shen"]
    assert [each.how for each in moves] == ["free", "accepted", "silent" if long else "accepted"]
    assert {each.to for each in await show.events() if isinstance(each, DeskOffered)} >= {"lin"}


async def words_reach_a_phone_and_are_acknowledged(shen: Page, bench: Page, wide: Page, show: Show) -> None:
    await shen.click('[data-talk="bench"]')
    await shen.click("[data-prompt=给我看标签]")
    await expect(bench.locator("#prompt-text")).to_have_text("给我看标签", timeout=SLOW_MS)
    assert not await wide.locator("#prompt").is_visible()
    assert await axe(bench) == []
    tile = shen.locator('[data-box="bench"] [data-words]')
    await expect(tile).to_have_text("“给我看标签” 未读", timeout=SLOW_MS)
    await bench.tap("#prompt-heard")
    await expect(tile).to_have_text("“给我看标签” 已读", timeout=SLOW_MS)
    await expect(bench.locator("#prompt")).to_be_hidden()
    await shen.check('[name="talk-to"][value=""]')
    await shen.fill("#talk-text", "大家准备收尾")
    await shen.press("#talk-text", "Enter")
    for phone in (bench, wide):
        await expect(phone.locator("#prompt-text")).to_have_text("大家准备收尾", timeout=SLOW_MS)
        await phone.tap("#prompt-heard")
    for camera in ("bench", "全景"):
        said = shen.locator(f'[data-box="{camera}"] [data-words]')
        await expect(said).to_have_text("“大家准备收尾” 已读", timeout=SLOW_MS)
    kinds = [type(each) for each in await show.events()]
    assert (kinds.count(PromptSent), kinds.count(PromptHeard)) == (2, 3)

    # What the phone says of itself stands on its tile; a battery that runs down is an alarm.
    await wide.add_init_script(LOW_BATTERY)
    await wide.reload()
    await expect(shen.locator('[data-box="全景"] [data-tele]')).to_contain_text("电量12%", timeout=SLOW_MS)
    alarm = shen.locator(".al", has_text="手机电量低 全景")
    await alarm.locator("button").click(timeout=SLOW_MS)
    await expect(alarm).to_have_class("al seen", timeout=SLOW_MS)
    assert AlarmAcknowledged in [type(each) for each in await show.events()]


async def the_voice_reaches_an_ear_and_nothing_else(shen: Page, bench: Page, show: Show) -> None:
    """The programme is on slate, so that whatever sounds on it would be the director's voice."""
    await bench.tap("#earpiece")
    await expect(bench.locator("#earpiece")).to_have_attribute("data-link", "live", timeout=SLOW_MS)
    await shen.keyboard.press("Escape")
    await shen.keyboard.press("s")
    await shen.wait_for_selector("#slate.is-air")
    await bench.evaluate(f"({HEAR})(document.getElementById('ear-sound').srcObject)")
    await shen.evaluate(f"({HEAR})(document.querySelector('video[data-source=program]').srcObject)")
    await asyncio.sleep(1)
    assert await bench.evaluate("window.loudest") < 0.001, "nobody speaks"
    await shen.evaluate("window.loudest = 0")

    await shen.click('[data-talk="bench"]')
    hold = shen.locator("#talk-hold")
    await hold.hover()
    await shen.mouse.down()
    await expect(hold).to_have_class("btn main big wide is-open", timeout=SLOW_MS)
    await loud(bench)
    levels: list[float] = []
    for _ in range(20):
        assert show.desk.rooms.studio is not None
        levels.append(show.desk.rooms.studio.level_db)
        await asyncio.sleep(0.1)
    await shen.mouse.up()
    await asyncio.sleep(0.8)
    await bench.evaluate("window.loudest = 0")
    assert max(levels) <= -89, "the mixer heard the voice"
    assert await shen.evaluate("window.loudest") < 0.001, "the programme carries the voice"
    await asyncio.sleep(1)
    assert await bench.evaluate("window.loudest") < 0.001, "it goes on after the key was let go"
    await shen.keyboard.press("Escape")


async def loud(phone: Page) -> None:
    """Not `wait_for_function`: it evaluates a string in the page, which our CSP rightly refuses."""
    async with asyncio.timeout(SLOW_MS / 1000):
        while await phone.evaluate("window.loudest") <= 0.02:
            await asyncio.sleep(0.1)


async def a_phone_takes_itself_off(shen: Page, bench: Page, show: Show, *, long: bool) -> None:
    await shen.keyboard.press("2")
    await shen.wait_for_selector('.cam[data-camera="bench"].is-air')
    pressed = time.monotonic()
    await bench.tap("#away")
    await until("slate", lambda: show.desk.rooms.studio and show.desk.rooms.studio.on_air == "slate")
    took_s = time.monotonic() - pressed
    assert took_s < 3, took_s
    assert await bench.evaluate(
        "document.getElementById('own-picture').srcObject.getTracks().every((one) => !one.enabled)"
    )
    await until("the camera away", lambda: state_of(show, "bench") == "away")
    banner = shen.locator("#away .away")
    await expect(banner).to_contain_text("bench切走了自己，已切垫片、静音", timeout=SLOW_MS)
    await expect(banner.locator("[data-dump]")).to_be_visible()
    refused = await post(shen, "/api/v1/studio/take", {"source": "bench"})
    assert (refused["status"], refused["body"]["code"]) == (409, "camera_away")
    assert await axe(shen) == []
    if long:
        # A new studio keeps it off.
        await show.kill("studio")
        await show.start("studio")
        await until("a new studio with bench away", lambda: state_of(show, "bench") == "away")
    await banner.locator("[data-back]").click()
    await until("bench again", lambda: state_of(show, "bench") == "live")
    await expect(bench.locator("#away-now")).to_be_hidden(timeout=SLOW_MS)
    assert await bench.evaluate(
        "document.getElementById('own-picture').srcObject.getTracks().every((one) => one.enabled)"
    )

    # Without a network the phone goes dark by itself, and the desk hears of it when the network is back.
    await bench.context.set_offline(True)
    await bench.tap("#away")
    assert await bench.evaluate(
        "document.getElementById('own-picture').srcObject.getTracks().every((one) => !one.enabled)"
    )
    await expect(bench.locator("#away-word")).to_contain_text("正在告诉导播台")
    await bench.context.set_offline(False)
    await until("the camera away", lambda: state_of(show, "bench") == "away")
    await bench.tap("#back")
    await until("bench again", lambda: state_of(show, "bench") == "live")
    found = [each for each in await show.events() if isinstance(each, CameraAway | CameraBack)]
    assert [type(each) for each in found] == [CameraAway, CameraBack, CameraAway, CameraBack]
    assert [each.on_air for each in found if isinstance(each, CameraAway)] == [True, False]


async def a_camera_joins_the_episode_on_air(shen: Page, show: Show) -> None:
    await shen.evaluate("document.querySelectorAll('video').forEach((one, n) => { one.mark = n + 1; })")
    await cameras.set_cameras(show.desk, System(), episode_id=show.episode, cameras=("全景", "bench", "门口"))
    await shen.wait_for_selector('.cam[data-camera="门口"]')
    await until("the studio's list", lambda: state_of(show, "门口") == "waiting")
    await shen.wait_for_selector('.cam[data-camera="bench"][data-state=live].has-picture')
    marks = await shen.evaluate("[...document.querySelectorAll('video')].map((one) => one.mark ?? 0)")
    assert marks == [1, 2, 3, 4, 0], "the pictures that were there play on in their own elements"


async def tablets(shen: Page) -> None:
    for size in (DESKTOP, TABLET, STANDING, PHONE):
        await shen.set_viewport_size(size)
        assert await shen.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert await axe(shen) == []
    await shen.set_viewport_size(STANDING)
    # What must be at hand is on the first screen of a standing tablet.
    for what in ("#slate", ".cam", ".alarms"):
        box = await shen.locator(what).first.bounding_box()
        assert box is not None
        assert box["y"] + min(box["height"], 100) <= STANDING["height"], what
    await shen.set_viewport_size(TABLET)
    assert await shen.evaluate("document.documentElement.scrollHeight") <= TABLET["height"] + 2


async def post(page: Page, path: str, body: dict[str, object]) -> dict[str, object]:
    return await page.evaluate(
        """async ([path, body]) => {
          const csrf = document.querySelector('meta[name=csrf]').content;
          const headers = {"X-CSRF-Token": csrf, "Content-Type": "application/json"};
          const answer = await fetch(path, {method: "POST", body: JSON.stringify(body), headers});
          return {status: answer.status, body: await answer.json()};
        }""",
        [path, body],
    )
