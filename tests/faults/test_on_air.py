"""Each room dies alone while a show is on air: real cameras, real platforms, SIGKILL. In the order of a bad evening.

One show for all: the studio first, then the desk, then playout, then Ctrl-C. What the platforms recorded is the judge.
"""

import asyncio
import contextlib
import itertools
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from demo.cast import administrator, engage
from demo.equipment import Equipment
from demo.script import BENCH, PANORAMA
from demo.stage import Stage
from tests.custodians import unsealed
from tests.house import House, wait_for
from tests.platforms import Server, judge, rtmp_servers

DELAY_S = 2.0
GENEROUS_S = 60.0


@dataclass
class OnAir:
    """A house on air with two phones and two platforms; `ask` is the director's view of it."""

    house: House
    platforms: list[Server]
    stage: Stage
    runner: asyncio.Runner
    episode: str

    def ask(self) -> dict[str, Any]:
        with contextlib.suppress(httpx.HTTPError):
            return self.runner.run(self.stage.person("director").get("/api/v1/studio"))
        return {}

    def do(self, who: str, path: str, body: dict[str, Any]) -> None:
        self.runner.run(self.stage.person(who).post(path, body))

    def on_air(self) -> str:
        studio = self.ask().get("studio") or {}
        return str(studio.get("on_air", "")) if studio.get("ready") else ""

    def outputs_live(self) -> bool:
        outputs = (self.ask().get("playout") or {}).get("outputs") or []
        return len(outputs) == len(self.platforms) and all(each["state"] == "live" for each in outputs)

    def recordings(self) -> list[list[Path]]:
        return [server.received(f"key{number}") for number, server in enumerate(self.platforms)]


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory, clips: Path) -> Iterator[OnAir]:
    folder = tmp_path_factory.mktemp("on-air")
    with rtmp_servers(folder / "platforms", 2) as platforms, asyncio.Runner() as runner:
        house = House(folder / "house", playout__delay_s=DELAY_S).start(within_s=120)
        equipment = Equipment(house.var / "demo")
        kept = house.var / "demo" / "accounts.json"
        try:
            known = administrator(house.config, kept, env=house.env)
            cast = runner.run(engage(house.base_url, known, kept))
            stage = Stage(house.base_url, cast, equipment, clips)
            runner.run(stage.open())
            push = tuple(server.url(f"key{number}") for number, server in enumerate(platforms))
            episode = runner.run(stage.prepare(push))["episode"]
            onair = OnAir(house, platforms, stage, runner, episode)
            onair.do("director", f"/api/v1/episodes/{episode}/live", {"delay_s": DELAY_S})
            onair.do("director", "/api/v1/studio/take", {"source": PANORAMA})
            wait_for("both outputs live", onair.outputs_live, GENEROUS_S)
            time.sleep(DELAY_S + 3)
            yield onair
        finally:
            with contextlib.suppress(RuntimeError):
                runner.run(equipment.stop())
            for each in house.family():
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.kill()


@pytest.mark.timeout(240)
def test_a_killed_studio_comes_back_on_air_by_itself(
    show: OnAir, record_property: Callable[[str, object], None]
) -> None:
    assert wait_for("the camera on air", show.on_air) == PANORAMA
    epoch = show.ask()["studio"]["epoch"]
    began = time.monotonic()
    show.house.kill("studio")
    wait_for("a new studio", lambda: (show.ask().get("studio") or {}).get("epoch", epoch) != epoch, GENEROUS_S)
    record_property("studio_back_after_s", round(time.monotonic() - began, 2))
    wait_for("the camera on air again", lambda: show.on_air() == PANORAMA and live(show, PANORAMA), GENEROUS_S)
    record_property("camera_back_after_s", round(time.monotonic() - began, 2))
    time.sleep(DELAY_S + 2)
    for files in show.recordings():
        assert len(files) == 1, "the platform's connection stayed up"
        seen = judge(files[0])
        steps = [b - a for a, b in itertools.pairwise(seen.video)]
        assert max(steps) < 0.6, f"slate left a hole of {max(steps):.2f} s"
        assert min(steps) > 0


@pytest.mark.timeout(240)
def test_dump_and_kill_work_while_the_studio_stands_still(
    show: OnAir, record_property: Callable[[str, object], None]
) -> None:
    wait_for("the programme", lambda: public(show) == "program", GENEROUS_S)
    show.house.kill("studio", signal.SIGSTOP)
    try:
        began = time.monotonic()
        show.do("director", "/api/v1/playout/dump", {"reason": "路人入镜"})
        record_property("dump_answered_after_s", round(time.monotonic() - began, 3))
        wait_for("slate", lambda: public(show) == "slate", GENEROUS_S)
        began = time.monotonic()
        show.do("director", "/api/v1/playout/kill", {"reason": "现场意外"})
        record_property("kill_answered_after_s", round(time.monotonic() - began, 3))
        wait_for("black", lambda: public(show) == "black", GENEROUS_S)
        record_property("black_after_s", round(time.monotonic() - began, 3))
        assert show.outputs_live(), "the connections stay"
        # The KILL outlives nothing less than playout's own end: see test_restart in playout's tests.
        time.sleep(2)
        assert public(show) == "black"
        show.do("director", "/api/v1/playout/restore", {"reason": "清场"})
        wait_for("slate again", lambda: public(show) == "slate", GENEROUS_S)
    finally:
        show.house.kill("studio", signal.SIGCONT)
    wait_for("the programme again", lambda: public(show) == "program", GENEROUS_S)
    wait_for("the camera on air again", lambda: show.on_air() == PANORAMA and live(show, PANORAMA), GENEROUS_S)
    edits = (show.ask().get("playout") or {}).get("edits") or []
    assert [each["kind"] for each in edits] == ["dump", "kill"]
    time.sleep(DELAY_S + 2)
    for files in show.recordings():
        assert len(files) == 1, "the platform's connection stayed up"
        seen = judge(files[0])
        for times in (seen.video, seen.audio):
            steps = [b - a for a, b in itertools.pairwise(times)]
            assert min(steps) > 0
            assert max(steps) < 0.6


def public(show: OnAir) -> str:
    return str((show.ask().get("playout") or {}).get("public", ""))


def live(show: OnAir, camera: str) -> bool:
    cameras = (show.ask().get("studio") or {}).get("cameras") or []
    return any(each["camera"] == camera and each["state"] == "live" for each in cameras)


@pytest.mark.timeout(240)
def test_a_killed_desk_leaves_the_show_on_air(show: OnAir, record_property: Callable[[str, object], None]) -> None:
    before = [files[0].stat().st_size for files in show.recordings()]
    began = time.monotonic()
    show.house.kill("desk")
    time.sleep(3)
    assert all(files[0].stat().st_size > size for files, size in zip(show.recordings(), before, strict=True))
    wait_for("the desk", lambda: show.on_air() == PANORAMA, GENEROUS_S)
    record_property("desk_back_after_s", round(time.monotonic() - began, 2))
    # It takes over where the record log stands: sessions hold, a new fact reaches the public.
    show.do("director", "/api/v1/studio/take", {"source": BENCH})
    show.do("director", "/api/v1/timeline", {"text": "前台重新启动之后的一行"})
    with httpx.Client(base_url=show.house.base_url, trust_env=False) as http:
        wait_for("the line on the page", lambda: "前台重新启动之后的一行" in http.get("/").text, GENEROUS_S)
    assert all(len(files) == 1 for files in show.recordings())


@pytest.mark.timeout(240)
def test_a_killed_playout_ends_its_workers_and_resumes(
    show: OnAir, record_property: Callable[[str, object], None]
) -> None:
    playout = show.house.room("playout")
    assert playout is not None
    workers = playout.children(recursive=True)
    assert workers
    began = time.monotonic()
    show.house.kill("playout")
    wait_for(
        "the workers' end", lambda: not any(each.is_running() and each.status() != "zombie" for each in workers), 10
    )
    wait_for("the outputs again", lambda: all(len(files) == 2 for files in show.recordings()), GENEROUS_S)
    wait_for("live outputs", show.outputs_live, GENEROUS_S)
    record_property("outputs_back_after_s", round(time.monotonic() - began, 2))
    time.sleep(DELAY_S + 3)


@pytest.mark.timeout(240)
def test_ctrl_c_on_air_leaves_playable_recordings_and_no_orphan(show: OnAir, tmp_path: Path) -> None:
    family = show.house.family()
    media = show.house.var / "media"
    assert show.house.stop() == 0
    wait_for("everybody's end", lambda: not any(each.is_running() and each.status() != "zombie" for each in family), 10)
    recordings = sorted(media.glob("*/master/*.mp4"))
    assert recordings
    for camera in (PANORAMA, BENCH):
        (folder,) = media.glob(f"*/originals/{camera}")
        found = unsealed(show.house.var, folder, tmp_path / camera)
        assert found
        recordings += found
    for path in recordings:
        seen = judge(path)
        assert "h264" in seen.codecs
        assert seen.video
