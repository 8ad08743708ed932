"""The public cut over HTTP: nobody sees it before it is published, ranges work, and one that is out of date is gone."""

import pytest
from msgspec.structs import replace
from starlette.exceptions import HTTPException

from api.desk import Desk
from api.finishing import Finisher, finished
from api.ranges import span
from api.shows import Shows
from broadcaster import edits
from episodes.events import EpisodeEnded, EpisodePublished
from episodes.people import Role
from runtime.clock import SteppedClock
from runtime.media import MediaStore
from store.tables.episodes import Episode
from tests.broadcaster.finish.planted import NS, packets, recorded
from tests.broadcaster.finish.test_finish import edit
from tests.browser.stage import _past, _plan, reach, set_stage

from .conftest import Browser

FILM = "/episodes/102/replay.mp4"


async def evening_of(desk: Desk, clock: SteppedClock) -> None:
    """Eight seconds of a show, and its publication."""
    async with desk.store.work("test") as work:
        _plan(work, "past", 102, "外卖后厨", "published", desk.clock.utc_ns())
        work.record(*_past(desk.clock.utc_ns())[:-2])
    await clock.advance(8.0)
    async with desk.store.work("test") as work:
        work.record(EpisodeEnded(episode_id="past"), EpisodePublished(episode_id="past"))
    await reach(desk, work.records[-1].seq, "past")


async def test_an_ended_episode_is_finished_and_its_public_cut_is_shown(
    desk: Desk, browser: Browser, clock: SteppedClock, add
) -> None:
    await set_stage(desk, live=False, past=False)
    await evening_of(desk, clock)
    assert "回放正在整理" in (await browser.get("/episodes/102")).text
    show = await Shows(desk).show("past")
    folder = MediaStore(desk.places.media).episode("past")
    begun_ns = show.ended_utc_ns - 8 * NS
    await recorded(folder / "master", packets(10, lambda _: False), begun_ns)
    finisher = Finisher(desk)
    await finisher._see_to("past")
    assert desk.finishing["past"].state == "done", desk.finishing
    done = finished(desk.places, "past")
    assert done is not None
    assert done.public[0].seconds == pytest.approx(7.9, abs=0.1), "what came after the end is nobody's business"
    page = (await browser.get("/episodes/102")).text
    assert FILM in page
    assert "回放正在整理" not in page
    assert "临江综合市场" not in page[page.index('class="chapters"') : page.index("</ol>")], "no name in a chapter"
    assert "揭晓第1检查对象" in page
    whole = await browser.get(FILM)
    assert (whole.status_code, whole.headers["content-type"], len(whole.content)) == (
        200,
        "video/mp4",
        done.public[0].bytes,
    )
    part = await browser.get(FILM, headers={"range": "bytes=-100"})
    assert part.status_code == 206
    assert part.content == whole.content[-100:]
    assert (
        part.headers["content-range"]
        == f"bytes {len(whole.content) - 100}-{len(whole.content) - 1}/{len(whole.content)}"
    )
    assert (await browser.get(FILM, headers={"range": f"bytes={len(whole.content)}-"})).status_code == 416
    for other in (
        "/episodes/102/replay-2.mp4",
        "/episodes/102/replay-0.mp4",
        "/episodes/104/replay.mp4",
        "/episodes/102/master.mp4",
    ):
        assert (await browser.get(other)).status_code == 404

    edits.append(folder / "edits.jsonl", replace(edit(0, 1), from_utc_ns=begun_ns, to_utc_ns=begun_ns + NS))
    assert (await browser.get(FILM)).status_code == 404, "something was removed since: the old cut is not shown"
    finisher._settled.clear()
    await finisher._see_to("past")
    assert (await browser.get(FILM)).status_code == 200

    # Before the publication only these may.
    async with desk.store.work("test") as work:
        (await work.session.get_one(Episode, "past")).state = "ended"
    await add("prod", Role.PRODUCER)
    staff = Browser(browser.http._transport.app)
    async with staff.http:
        await staff.log_in("prod")
        said = (await staff.get("/api/v1/episodes/past/recording")).json()
        assert (said["state"], said["removed_s"]) == ("done", 1.0)
        produce = (await staff.get("/produce?episode=102")).text
        assert "发布后公众可看" in produce
        assert str(folder / "master.mp4") in produce
    assert (await browser.get("/api/v1/episodes/past/recording")).status_code in {401, 303}


@pytest.mark.parametrize(
    ("asked", "is_"),
    [
        ("", None),
        ("bytes=0-", (0, 10)),
        ("bytes=2-4", (2, 5)),
        ("bytes=8-99", (8, 10)),
        ("bytes=-3", (7, 10)),
        ("x=1-2", None),
        ("bytes=0-1,3-4", None),
        ("bytes=-99", (0, 10)),
    ],
)
def test_ranges(asked: str, is_: tuple[int, int] | None) -> None:
    assert span(asked, 10) == is_


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=5-4", "bytes=-0"])
def test_ranges_beyond_the_file_are_refused(asked: str) -> None:
    with pytest.raises(HTTPException):
        span(asked, 10)
