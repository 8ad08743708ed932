"""The public's pages over HTTP: what is secret stays away, what is off air is not there."""

from fastapi import FastAPI

from api.desk import Desk
from episodes.events import EpisodeWentLive
from tests.browser.stage import evening, go_live, reach, set_stage, show_all

from .conftest import Browser


async def test_an_embargoed_theme_is_on_no_page(browser: Browser, desk: Desk) -> None:
    await set_stage(desk, live=False)
    for path in (
        "/",
        "/episodes",
        "/record",
        "/next.ics",
        "/calendar.ics",
        "/episodes/102",
        "/api/openapi.json",
        "/metrics",
    ):
        answer = await browser.get(path)
        assert answer.status_code == 200, path
        assert "校园周边" not in answer.text, path
    assert (await browser.get("/episodes/104")).status_code == 404


async def test_pages_never_run_ahead_of_the_public_clock(browser: Browser, desk: Desk) -> None:
    await set_stage(desk, past=False)
    async with desk.store.work("test") as work:
        work.record(*evening("now", desk.clock.utc_ns()))
    await desk.public.advance()
    assert "62.4" not in (await browser.get("/")).text
    await reach(desk, work.records[-1].seq)
    assert "62.4" in (await browser.get("/")).text


async def test_a_rehearsal_is_nobodys_business(browser: Browser, desk: Desk, app: FastAPI) -> None:
    await set_stage(desk, live=False, past=False)
    rehearsal = EpisodeWentLive(
        episode_id="now", number=105, programme="p", agency="a", title="彩排题目", theme="t", rehearsal=True
    )
    await show_all(desk, rehearsal)
    for path in ("/", "/episodes"):
        assert "彩排题目" not in (await browser.get(path)).text
    folder = desk.places.hls / "live"
    folder.mkdir(parents=True)
    (folder / "program.m3u8").write_text("#EXTM3U\n")
    assert (await browser.get("/live/program.m3u8")).status_code == 404


async def test_the_playlist_is_there_on_air_only(browser: Browser, desk: Desk) -> None:
    folder = desk.places.hls / "live"
    folder.mkdir(parents=True)
    (folder / "program.m3u8").write_text("#EXTM3U\n")
    (folder / "1a-000001.m4s").write_bytes(b"segment")
    await set_stage(desk, live=False, past=False)
    assert (await browser.get("/live/program.m3u8")).status_code == 404
    await go_live(desk)
    answer = await browser.get("/live/program.m3u8")
    assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert answer.headers["cache-control"] == "no-cache"
    segment = await browser.get("/live/1a-000001.m4s")
    assert (segment.content, segment.headers["content-type"]) == (b"segment", "video/iso.segment")
    for name in ("../../daylight.db", "%2e%2e%2fdaylight.db", "program.json", "x.m4s"):
        assert (await browser.get(f"/live/{name}")).status_code == 404


async def test_the_figures_page_shows_the_headline_and_says_demo(browser: Browser, desk: Desk) -> None:
    await set_stage(desk, live=False, past=False)
    page = (await browser.get("/record")).text
    assert "演示数据" in page
    for number in ("2427", "102", "213", "364", "100%"):
        assert f"{number}<" in page
    assert "2026年6月9日" in page


async def test_an_episodes_record_leads_with_its_correction(browser: Browser, desk: Desk) -> None:
    await set_stage(desk, live=False)
    page = (await browser.get("/episodes/102")).text
    assert page.index("更正：1号样品采自A12档") < page.index("快检与送检")
    assert "33.3%" in page
    assert "阿珍" not in page


async def test_without_any_episode_the_pages_still_say_something(browser: Browser) -> None:
    for path in ("/", "/episodes", "/record"):
        answer = await browser.get(path)
        assert answer.status_code == 200
        assert "还没有" in answer.text
