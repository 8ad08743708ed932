"""The replay on an episode's page: within reach of everybody, at 360 px too; a chapter leads into the film."""

import pytest
from playwright.async_api import Browser

from api.finishing import Finisher
from api.shows import Shows
from episodes.events import EpisodeEnded, EpisodePublished
from runtime.media import MediaStore
from tests.broadcaster.finish.planted import NS, packets, recorded
from tests.browser.conftest import Served, axe
from tests.browser.stage import _past, _plan, reach, set_stage
from tests.browser.visits import overflow, visit


async def finished_episode(served: Served) -> None:
    """Four seconds of a show, its publication, its recording joined."""
    desk = served.desk
    await set_stage(desk, live=False, past=False)
    async with desk.store.work("test") as work:
        _plan(work, "past", 102, "外卖后厨", "published", desk.clock.utc_ns())
        work.record(*_past(desk.clock.utc_ns())[:-2])
    begun_ns = desk.clock.utc_ns()
    while desk.clock.utc_ns() < begun_ns + 2 * NS:
        await desk.clock.sleep(0.1)
    async with desk.store.work("test") as work:
        work.record(EpisodeEnded(episode_id="past"), EpisodePublished(episode_id="past"))
    await reach(desk, work.records[-1].seq, "past")
    ended_ns = (await Shows(desk).show("past")).ended_utc_ns
    folder = MediaStore(desk.places.media).episode("past")
    await recorded(folder / "master", packets(6, lambda _: False), ended_ns - 5 * NS)
    await Finisher(desk)._see_to("past")
    assert desk.finishing["past"].state == "done"


@pytest.mark.browser
async def test_the_replay_is_within_reach_of_everybody(served: Served, browser: Browser) -> None:
    await finished_episode(served)
    for more in ({}, {"viewport": {"width": 360, "height": 740}}, {"locale": "en-GB"}):
        async with visit(browser, served, "/episodes/102", **more) as page:
            assert await page.locator(".chapters a").count() > 3
            assert await axe(page) == []
            assert await overflow(page) <= 0
            chapter = page.locator(".chapters a", has_text="A12档").first
            at_s = float(await chapter.get_attribute("data-at") or 0)
            assert at_s > 2
            await chapter.focus()
            await page.keyboard.press("Enter")
            assert page.url.endswith("/episodes/102"), "within the page"
            film = page.locator("video[data-film='1']")
            assert abs(float(await film.evaluate("film => film.currentTime")) - at_s) < 1
            assert await film.evaluate("film => document.activeElement === film")
