"""DUMP and KILL by pointer, touch and keyboard, against the real studio and playout; what the public's page says."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from api.deeds import episodes
from api.deeds.doing import System
from episodes.events import DelaySet, ProgrammeDumped, ProgrammeKilled, ProgrammeRestored, WithheldReleased
from episodes.people import Role

from .conftest import axe
from .rooms import Show, on_stage, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
DESKTOP, TABLET = {"width": 1440, "height": 900}, {"width": 1024, "height": 768}


async def test_a_press_must_be_meant(tmp_path: Path, browser: Browser) -> None:
    async with on_stage(tmp_path) as show:
        await show.add("shen", Role.DIRECTOR)
        await episodes.go_live(show.desk, System(), episode_id=show.episode, source="slate", delay_s=1.0)
        director = await show.page_of(browser, "shen", "/studio", viewport=DESKTOP)
        await until("the programme", lambda: public(show) == "program")
        await by_pointer(director, show)
        await by_chord(director, show, browser)
        await by_screen_reader(director, show)
        await by_touch(browser, show)
        await give_back(director, show)
        await director.fill("#delay-new", "2")
        await expect(director.locator("#delay-hint")).to_contain_text("1秒垫片")
        await director.click(".delayform >> text=改延时")
        await until("the new delay", lambda: show.desk.rooms.playout.delay_s == 2.0)
        (changed,) = await kinds(show, DelaySet)
        assert changed.delay_s == 2.0
        assert await axe(director) == []


def public(show: Show) -> str:
    playout = show.desk.rooms.playout
    return playout.public if playout else ""


async def kinds(show: Show, kind: type) -> list:
    return [event for event in await show.events() if isinstance(event, kind)]


async def by_pointer(director: Page, show: Show) -> None:
    """Let go too early, nothing happens; held for a second, it does."""
    await director.click('[data-guard="dump"] [data-lift]')
    press = director.locator('[data-press="dump"][data-seconds]')
    await expect(director.locator('[data-press="dump"]').first).to_be_focused()
    box = await press.bounding_box()
    await director.mouse.move(box["x"] + 20, box["y"] + 10)
    await director.mouse.down()
    await asyncio.sleep(0.3)
    await director.mouse.up()
    assert await kinds(show, ProgrammeDumped) == []
    await episodes.post_timeline(show.desk, System(), episode_id=show.episode, text="要扣下的一句")
    await director.mouse.down()
    await until("the dump", lambda: bool(show.desk.rooms.playout.edits))
    await director.mouse.up()
    (event,) = await kinds(show, ProgrammeDumped)
    assert (event.seconds, event.by) == (10, "shen")
    await expect(director.locator("#cut-now")).to_be_visible()
    await until("slate", lambda: public(show) == "slate")
    assert show.desk.rooms.playout.why == "dump"
    await until("the programme again", lambda: public(show) == "program")


async def by_chord(director: Page, show: Show, browser: Browser) -> None:
    """Two seconds of Shift+K are black; the public's page says so; a focused press is held with the space bar."""
    viewer = await browser.new_page(locale="zh-CN")
    await viewer.goto(show.url)
    await director.locator("body").click(position={"x": 5, "y": 5})
    await director.keyboard.down("Shift")
    await director.keyboard.down("KeyK")
    await asyncio.sleep(0.5)
    await director.keyboard.up("KeyK")
    assert await kinds(show, ProgrammeKilled) == []
    await director.keyboard.down("KeyK")
    await until("black", lambda: public(show) == "black")
    await director.keyboard.up("KeyK")
    await director.keyboard.up("Shift")
    await expect(director.locator("#cut-now")).to_contain_text("断流中")
    await expect(viewer.locator(".player .notice")).to_contain_text("直播没有结束，画面暂时切换")
    assert await axe(director) == []
    await director.focus('[data-press="restore"]')
    await director.keyboard.down("Space")
    await until("restored", lambda: public(show) != "black")
    await director.keyboard.up("Space")
    assert len(await kinds(show, ProgrammeKilled)) == len(await kinds(show, ProgrammeRestored)) == 1
    await until("the programme again", lambda: public(show) == "program")
    await expect(viewer.locator(".player .notice")).to_have_count(0, timeout=30_000)
    at = "document.querySelector('video').currentTime"
    began = await viewer.evaluate(at)
    async with asyncio.timeout(30):
        while await viewer.evaluate(at) <= began + 1:
            await asyncio.sleep(0.2)
    await viewer.close()


async def by_screen_reader(director: Page, show: Show) -> None:
    """A click without a hand counts the second time."""
    before = len(await kinds(show, ProgrammeDumped))
    await asyncio.sleep(1)
    await director.evaluate("document.querySelector('[data-guard=dump] [data-lift]').click()")
    await director.evaluate("document.querySelector('[data-press=dump]').click()")
    await asyncio.sleep(0.3)
    assert len(await kinds(show, ProgrammeDumped)) == before
    await director.evaluate("document.querySelector('[data-press=dump]').click()")
    await until("the dump", lambda: len(show.desk.rooms.playout.edits) > before + 1)


async def by_touch(browser: Browser, show: Show) -> None:
    """A finger on a tablet."""
    before = len(show.desk.rooms.playout.edits)
    tablet = await show.page_of(browser, "shen", "/studio", viewport=TABLET, has_touch=True)
    await tablet.tap('[data-guard="dump"] [data-lift]')
    box = await tablet.locator('[data-press="dump"]').first.bounding_box()
    touch = await tablet.context.new_cdp_session(tablet)
    point = [{"x": box["x"] + 30, "y": box["y"] + 15}]
    await touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": point})
    await until("the dump", lambda: len(show.desk.rooms.playout.edits) > before)
    await touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert await axe(tablet) == []
    await tablet.close()


async def give_back(director: Page, show: Show) -> None:
    """What the first dump withheld is listed, and goes to the public by a decision."""
    await until("it is withheld", lambda: show.desk.public.seq > 0 and not show.desk.public.show.timeline)
    await director.click(".cuts > summary")
    row = director.locator(".cutlist li", has_text="要扣下的一句")
    await row.locator("[name=reason]").fill("核对无误")
    await row.locator("button").click()
    await until("given back", lambda: bool(show.desk.public.show.timeline))
    (event,) = await kinds(show, WithheldReleased)
    assert (event.by, event.reason) == ("shen", "核对无误")
    await expect(row).to_have_count(0)
