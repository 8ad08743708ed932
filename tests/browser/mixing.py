"""The director's mixing panel, by keys and presses. In: a show with two cameras live, `bench` on air. Out: the same."""

import subprocess
from pathlib import Path

from playwright.async_api import Page, expect

from api.deeds import control
from api.deeds.doing import System
from episodes.events import SoundSet, SourceTaken

from .conftest import axe
from .rooms import SLOW_MS, Show, until


async def mixing(director: Page, show: Show) -> None:
    """Split by the keyboard, dissolve, freeze, hold, sound."""
    await director.keyboard.press("Shift+Digit1")
    await director.wait_for_selector('.cam[data-camera="全景"].is-next')
    await director.keyboard.press("t")
    await director.wait_for_selector('[data-layout="two_up"][aria-pressed=true]')
    await director.wait_for_selector('.cam[data-camera="全景"].is-air')
    await director.wait_for_selector('.cam[data-camera="bench"].is-air')
    await director.keyboard.press("x")
    await director.keyboard.press("f")
    await director.wait_for_selector('[data-layout="full"][aria-pressed=true]')
    await director.wait_for_selector('.cam[data-camera="全景"]:not(.is-air)')
    await director.keyboard.press("x")
    taken = [event for event in await show.events() if isinstance(event, SourceTaken)][-2:]
    assert [(each.layout, each.second, each.transition) for each in taken] == [
        ("two_up", "全景", "cut"),
        ("full", "", "dissolve"),
    ]
    await director.keyboard.press("z")
    await director.wait_for_selector("#mix-freeze[aria-pressed=true]")
    await expect(director.locator("#mix-freeze")).to_contain_text("定格中", timeout=SLOW_MS)
    await expect(director.locator(".mon.pgm [data-say]")).to_have_text("bench · 定格中", timeout=SLOW_MS)
    await director.keyboard.press("z")
    await director.wait_for_selector("#mix-freeze[aria-pressed=false]")
    await director.select_option("#mix-reason", "minor")
    await director.click("#mix-hold")
    await director.wait_for_selector("#mix-hold.is-air")
    await expect(director.locator(".mon.pgm [data-say]")).to_have_text("暂停卡", timeout=SLOW_MS)
    await director.keyboard.press("2")
    await director.wait_for_selector('.cam[data-camera="bench"].is-air')
    await _sound(director, show)


async def _sound(director: Page, show: Show) -> None:
    await director.click(".mix .drop:has(#mix-mic) summary")
    await director.select_option("#mix-mic", "全景")
    await expect(director.locator("#mix-heard")).to_have_text("声音 全景", timeout=SLOW_MS)
    await director.click('[data-mute="bench"]')
    await director.wait_for_selector('[data-mute="bench"][aria-pressed=true]')
    await director.locator('[data-gain="全景"]').press("ArrowLeft")
    await expect(director.locator('[data-db="全景"]')).to_have_text("-1 dB", timeout=SLOW_MS)
    assert await axe(director) == []
    await director.click('[data-mute="bench"]')
    await director.select_option("#mix-mic", "")
    await expect(director.locator("#mix-heard")).to_have_text("声音 bench", timeout=SLOW_MS)
    await director.click(".mix .drop:has(#mix-mic) summary")
    heard = [event for event in await show.events() if isinstance(event, SoundSet)]
    assert [("bench" in each.muted, each.mic) for each in heard][:2] == [(False, "全景"), (True, "全景")]
    assert {each.by for each in heard} == {"shen"}


async def clip(director: Page, producer: Page, show: Show, folder: Path) -> None:
    """The producer uploads a film, the director plays it, the camera comes back."""
    await producer.click("#clips summary")
    text = folder / "notes.mp4"
    text.write_text("not a film")
    await producer.set_input_files("#clip-file", text)
    await producer.click("#clip-form .btn.main")
    await expect(producer.locator("#clip-form [data-problem]")).to_contain_text("这个文件打不开", timeout=SLOW_MS)
    film = folder / "回头看.mp4"
    made = ("-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=3", "-f", "lavfi", "-i", "sine=440:d=3")
    subprocess.run(["ffmpeg", "-v", "error", "-y", *made, "-c:v", "libx264", "-preset", "ultrafast", film], check=True)
    await producer.fill("#clip-name", "")
    await producer.set_input_files("#clip-file", film)
    await producer.click("#clip-form .btn.main")
    await producer.wait_for_selector("#clips li:has-text('回头看')")
    await producer.wait_for_selector("#clips li:has-text('0:03')")
    await director.click(".mix .drop:has(#mix-clip) summary")
    row = director.locator("[data-clip]", has_text="回头看")
    await expect(row.locator("img")).to_be_visible()
    assert await axe(director) == []
    await row.locator("[data-clip-take]").click()
    await director.wait_for_selector("[data-clip].is-air")
    await expect(director.locator("#mix-clip")).to_contain_text("回头看 −0:0", timeout=SLOW_MS)
    await director.wait_for_selector('.cam[data-camera="bench"].is-air')
    await until("the camera", lambda: show.desk.rooms.studio.on_air == "bench")
    await director.click(".mix .drop:has(#mix-clip) summary")
    await control.take(show.desk, System(), source="bench")
