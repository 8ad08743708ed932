"""The pre-flight's findings on a show: what is wrong is named, with its mend, in both languages, and no secret with it."""

import asyncio

import pytest
from msgspec.structs import replace

from api.deeds import outputs
from api.show_checks import clock_steady, examine_show
from episodes.people import Role
from episodes.status import CameraStatus, OutputStatus, PlayoutStatus, StudioStatus
from runtime.settings.model import Settings
from tests.api.show import planned, say_rooms
from tests.api.stage import PRODUCER
from web.i18n import texts

S = 1_000_000_000


@pytest.fixture
def settings(settings: Settings) -> Settings:
    playout = settings.playout.model_copy(update={"allow_internal_outputs": True})
    return settings.model_copy(update={"playout": playout})


async def findings(desk, upstream_mbps: float = 0) -> dict:
    studio, playout = desk.rooms.studio, desk.rooms.playout
    server = desk.settings.server.model_copy(update={"upstream_mbps": upstream_mbps})
    settings = desk.settings.model_copy(update={"server": server})
    found = await examine_show(desk.store, desk.secrets_box, settings, desk.clock.utc_ns(), studio, playout)
    for each in found:
        for lang in ("zh-CN", "en"):
            said = each.says.in_words(texts(lang)) + each.mend.in_words(texts(lang))
            assert "%(" not in said
            assert "s3cret" not in said
        assert each.ok or each.mend.text, each.name
    return {each.name: each for each in found}


async def test_without_an_episode_there_is_one_thing_to_do(desk) -> None:
    found = await findings(desk)
    assert [(each.name, each.ok) for each in found.values()] == [("episode", False)]


async def test_each_thing_that_is_wrong_is_named(desk) -> None:
    episode = await planned(desk)
    found = await findings(desk)
    assert {name for name, each in found.items() if not each.ok} == {"keys", "cameras"}

    listening = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    add = outputs.set_output
    one = await add(desk, PRODUCER, episode_id=episode, name="江北新闻", url=f"rtmp://127.0.0.1:{port}/live/s3cret")
    assert (await findings(desk))["reach"].ok
    await add(desk, PRODUCER, episode_id=episode, name="江北政务网", url="rtmp://127.0.0.1:9/live/s3cret")
    found = await findings(desk)
    assert found["keys"].ok
    assert found["reach"].says.params == {"names": "江北政务网"}
    # Two platforms and twenty viewers at 2.76 Mbps each.
    assert found["upstream"].says.params["needed"] == "60.7"
    assert not (await findings(desk, upstream_mbps=50))["upstream"].ok
    assert (await findings(desk, upstream_mbps=100))["upstream"].ok
    # An address that expires before the show ends (txTime in hex, as platforms write it).
    soon = desk.clock.utc_ns() // S + 600
    url = f"rtmp://127.0.0.1:{port}/live/s3cret?txTime={soon:X}"
    await add(desk, PRODUCER, output_id=one.output_id, url=url)
    assert (await findings(desk))["keys"].says.params == {"names": "江北新闻"}
    listening.close()


async def test_a_poor_link_and_a_starving_platform_are_told(desk) -> None:
    await planned(desk)
    say_rooms(desk)
    found = await findings(desk)
    assert found["cameras"].ok
    studio = desk.rooms.last_studio
    assert isinstance(studio, StudioStatus)
    poor = CameraStatus(camera="bench", state="live", kbps=2000, fps=30, loss_percent=9)
    desk.rooms.last_studio = replace(studio, cameras=(studio.cameras[0], poor))
    found = await findings(desk)
    assert not found["cameras"].ok
    assert "bench" in found["cameras"].says.params["figures"]
    playout = desk.rooms.last_playout
    assert isinstance(playout, PlayoutStatus)
    starving = OutputStatus(output_id="o", name="江北新闻", state="live", kbps=400)
    desk.rooms.last_playout = replace(playout, public="program", outputs=(starving,))
    found = await findings(desk)
    assert found["upstream"].says.params["names"] == "江北新闻"


@pytest.mark.parametrize(("jump_s", "ok"), [(0, True), (0.4, True), (-3, False), (3600, False)])
def test_a_clock_that_was_set_is_noticed(jump_s: float, ok: bool) -> None:
    found = clock_steady(5 * S, 1_000 * S, 65 * S, 1_060 * S + round(jump_s * S))
    assert found.ok is ok


async def test_the_panel_shows_what_the_terminal_does(browser, desk, add) -> None:
    await planned(desk)
    await add("shen", Role.DIRECTOR)
    await browser.log_in("shen")
    answer = await browser.http.post("/api/v1/preflight", json={}, headers={"X-CSRF-Token": browser.csrf})
    assert answer.status_code == 200, answer.text
    told = {each["name"]: each for each in answer.json()["findings"]}
    machine = {"folder", "disk", "disk_speed", "ports", "clock", "cpu", "fonts", "pages", "codecs"}
    gate = {"approval", "officers", "masks", "moderation", "delay", "kit", "reagents", "glyphs", "tried", "ladder"}
    assert machine | gate | {"keys", "reach", "cameras", "upstream", "clock_steady"} <= set(told)
    assert all(each["mend"] for each in told.values() if not each["ok"])
