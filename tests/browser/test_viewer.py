"""The viewer's page in a real browser: it keeps time with the picture, survives absence, reads without scripts."""

import asyncio
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from episodes.events import EpisodeEnded, RapidTestWithdrawn
from episodes.status import PublicPosition
from tests.browser.conftest import Served, axe
from tests.browser.stage import evening, go_live, reviewed, set_stage, show_all, started

pytestmark = pytest.mark.browser
PARTS = ("head", "results", "findings", "timeline", "facts")


def picture(folder: Path, seconds: int = 10) -> float:
    """A real HLS picture with dates, as playout packs it; the UTC of its first frame in seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = f"-f lavfi -i testsrc2=s=320x180:r=15:d={seconds} -f lavfi -i sine=d={seconds}"
    coded = "-c:v libx264 -preset ultrafast -g 15 -pix_fmt yuv420p -c:a aac"
    packed = "-f hls -hls_time 1 -hls_list_size 0 -hls_segment_type fmp4 -hls_fmp4_init_filename run-init.mp4"
    dated = "-hls_flags program_date_time+omit_endlist -hls_segment_filename"
    words = f"ffmpeg -loglevel error -y {sources} {coded} {packed} {dated}".split()
    subprocess.run([*words, str(folder / "run-%06d.m4s"), str(folder / "program.m3u8")], check=True, timeout=60)
    text = (folder / "program.m3u8").read_text("utf-8")
    first = next(line for line in text.splitlines() if line.startswith("#EXT-X-PROGRAM-DATE-TIME:"))
    return datetime.strptime(first.split(":", 1)[1], "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC).timestamp()


async def parts(page: Page) -> dict[str, str]:
    return {name: await page.inner_html(f'[data-live="{name}"]') for name in PARTS}


async def connected(page: Page) -> None:
    # Not `wait_for_function`: it evaluates a string in the page, which our CSP rightly refuses.
    await expect(page.locator("body")).to_have_attribute("data-link", "open")


async def test_a_result_waits_for_the_viewers_own_picture(served: Served, context: BrowserContext) -> None:
    await set_stage(served.desk, past=False)
    began = picture(served.desk.places.hls / "live")
    page = await context.new_page()
    await page.goto(served.url)
    await connected(page)
    async with asyncio.timeout(20):
        while await page.evaluate("document.querySelector('video').currentTime") < 0.2:
            await asyncio.sleep(0.1)
    # A viewer somewhat behind the newest segment: what is public already is still to come for them.
    await page.evaluate("document.querySelector('video').currentTime = 1")
    beans = started("now", 2, "豇豆", "A12档")
    async with served.desk.store.work("test") as work:
        work.record(beans, reviewed(beans, "positive", "62.4", served.desk.clock.utc_ns()))
    here = await page.evaluate("document.querySelector('video').currentTime")
    due = began + here + 3
    await reach_at(served, work.records[-1].seq, due)
    results = page.locator('[data-live="results"]')
    await asyncio.sleep(1)
    shown_early = "阳性" in await results.inner_text()
    assert not shown_early, "the page ran ahead of the picture"
    await expect(results).to_contain_text("阳性（疑似不符合）", timeout=20_000)
    now = began + await page.evaluate("document.querySelector('video').currentTime")
    assert now >= due - 0.3
    card = results.locator("li").first
    for said in ("62.4", "≥50", "酶抑制率法", "非最终结论", "将依法抽样送检", "JB103-02"):
        await expect(card).to_contain_text(said)
    await expect(page.locator("#spoken")).to_contain_text("阳性（疑似不符合）")


async def reach_at(served: Served, seq: int, utc_s: float) -> None:
    await served.desk.public.heard_position(PublicPosition(seq=seq, utc_ns=round(utc_s * 1e9), episode_id="now"))


async def test_a_stale_page_plus_its_events_equals_a_fresh_page(served: Served, context: BrowserContext) -> None:
    await set_stage(served.desk, past=False)
    stale = await context.new_page()
    await stale.goto(served.url)
    await connected(stale)
    for event in evening("now", served.desk.clock.utc_ns()):
        await show_all(served.desk, event)
    await expect(stale.locator('[data-live="results"] li')).to_have_count(5)
    await expect(stale.locator('[data-live="findings"] .vf')).to_have_count(1)
    fresh = await context.new_page()
    await fresh.goto(served.url)
    assert await parts(stale) == await parts(fresh)


async def test_a_page_that_was_offline_catches_up(served: Served, context: BrowserContext) -> None:
    await set_stage(served.desk, past=False)
    page = await context.new_page()
    await page.goto(served.url)
    await connected(page)
    served.desk.hub.epoch = "the desk was restarted"
    await page.evaluate("document.querySelector('h1').textContent = 'stale'")
    await show_all(served.desk, *evening("now", served.desk.clock.utc_ns()))
    for group in list(served.desk.hub._groups.values()):
        for client in group:
            client.lagging = True
            client.news.set()
    await expect(page.locator("h1")).to_have_text("第103期 晚市与后厨")
    await expect(page.locator('[data-live="results"] li')).to_have_count(5)


async def test_a_withdrawal_reaches_the_page_within_two_seconds(served: Served, context: BrowserContext) -> None:
    await set_stage(served.desk, past=False)
    beans = started("now", 2, "豇豆", "A12档")
    await show_all(served.desk, beans, reviewed(beans, "positive", "62.4", served.desk.clock.utc_ns()))
    page = await context.new_page()
    await page.goto(served.url)
    await connected(page)
    await expect(page.locator('[data-live="results"]')).to_contain_text("62.4")
    await show_all(served.desk, RapidTestWithdrawn(episode_id="now", test_id=beans.test_id, by="u1"))
    await expect(page.locator('[data-live="results"]')).to_contain_text("该结果正在核实，暂不作准", timeout=2_000)
    await expect(page.locator('[data-live="results"]')).not_to_contain_text("62.4")


async def test_the_page_turns_live_and_off_air_by_itself(served: Served, context: BrowserContext) -> None:
    await set_stage(served.desk, live=False, past=False)
    page = await context.new_page()
    await page.goto(served.url)
    await connected(page)
    await expect(page.locator("h1")).to_have_text("主题待公布")
    assert "校园周边" not in await page.content(), "a theme that is not public yet"
    await go_live(served.desk)
    await expect(page.locator("h1")).to_have_text("第103期 晚市与后厨")
    await connected(page)
    await show_all(served.desk, EpisodeEnded(episode_id="now"))
    await expect(page.locator("h1")).to_have_text("主题待公布")


async def test_it_reads_without_scripts(served: Served, browser: Browser) -> None:
    await set_stage(served.desk)
    await show_all(served.desk, *evening("now", served.desk.clock.utc_ns()))
    quiet = await browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = await quiet.new_page()
    await page.goto(served.url)
    for said in ("第103期 晚市与后厨", "阳性（疑似不符合）", "两批蔬菜没有进货查验记录", "揭晓检查对象"):
        await expect(page.locator("main").get_by_text(said).first).to_be_visible()
    assert await page.locator("[data-do]").first.is_hidden()
    await quiet.close()


SEEN = ("/", "/?lang=en", "/episodes/102", "/record")


@pytest.mark.parametrize(
    ("width", "height", "paths"),
    [(360, 740, (*SEEN, "/?lang=zh-CN", "/episodes", "/login", "/trust", "/nope")), (1920, 1080, SEEN)],
    ids=["phone", "desktop"],
)
async def test_pages_are_within_reach_of_everybody(
    served: Served, browser: Browser, width: int, height: int, paths: tuple[str, ...]
) -> None:
    await set_stage(served.desk)
    await show_all(served.desk, *evening("now", served.desk.clock.utc_ns()))
    context = await browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for path in (
        "/",
        "/?lang=en",
        "/?lang=zh-CN",
        "/episodes",
        "/episodes/102",
        "/record",
        "/login",
        "/trust",
        "/nope",
    ):
        await page.goto(f"{served.url}{path}")
        await page.evaluate("document.fonts.ready")
        wide, inner = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= inner, f"{path} is {wide} px wide at {inner}"
        complaints += [f"{path} {each}" for each in await axe(page)]
    assert complaints == []
    await context.close()


async def test_tabs_on_a_phone_work_from_the_keyboard(served: Served, browser: Browser) -> None:
    await set_stage(served.desk, past=False)
    await show_all(served.desk, *evening("now", served.desk.clock.utc_ns()))
    context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True)
    page = await context.new_page()
    await page.goto(served.url)
    await expect(page.locator("#findings")).to_be_visible()
    await expect(page.locator("#timeline")).to_be_hidden()
    await page.focus("#tab-findings")
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#timeline")).to_be_visible()
    await expect(page.locator("#findings")).to_be_hidden()
    await context.close()
