"""A bad evening: real cameras, real platforms; each process stands still, the disk is full, each room is killed.

One show for all, Ctrl-C at its end. What the platforms recorded is the judge. `test_standstill` has the long form.
"""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from demo.script import BENCH, PANORAMA
from tests.custodians import unsealed
from tests.faults.aftermath import compare, kept
from tests.faults.onair import DELAY_S, GENEROUS_S, OnAir, on_air
from tests.faults.standstill import CASES, Note, suffer, whole
from tests.house import wait_for
from tests.platforms import judge


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory, clips: Path) -> Iterator[OnAir]:
    with on_air(tmp_path_factory.mktemp("on-air"), clips) as made:
        yield made


@pytest.mark.timeout(240)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_process_that_stood_still_for_four_seconds_costs_no_more(
    show: OnAir, case: Callable[[OnAir, float, Note], None], record_property: Note
) -> None:
    suffer(show, case, 4.0, record_property)


@pytest.mark.timeout(240)
def test_a_full_disk_costs_the_recording_only_and_a_gap_is_stated(show: OnAir, record_property: Note) -> None:
    if not show.disk:
        pytest.skip("a disk of its own takes root")
    eyes = show.watch()
    before = kept(show)
    show.disk.leave(64 * 1024)
    wait_for("the alarm", lambda: "磁盘已满，录像停了" in show.alarms(), GENEROUS_S)
    time.sleep(3)
    show.disk.leave(None)
    wait_for("its end", lambda: "磁盘已满，录像停了" not in show.alarms(), GENEROUS_S)
    time.sleep(2)
    for eye in eyes:
        eye.stop()
        whole(eye, record_property, "platform")
    wait_for("as many processes as before", lambda: kept(show).processes == before.processes, GENEROUS_S)
    compare(before, kept(show))
    index = next((show.house.var / "media").glob("*/master/index.jsonl")).read_text()
    assert '"why":"disk_full"' in index


@pytest.mark.timeout(240)
def test_a_killed_studio_comes_back_on_air_by_itself(
    show: OnAir, record_property: Callable[[str, object], None]
) -> None:
    assert wait_for("the camera on air", show.on_air) == PANORAMA
    epoch = show.ask()["studio"]["epoch"]
    eyes = show.watch()
    began = time.monotonic()
    show.house.kill("studio")
    wait_for("a new studio", lambda: (show.ask().get("studio") or {}).get("epoch", epoch) != epoch, GENEROUS_S)
    record_property("studio_back_after_s", round(time.monotonic() - began, 2))
    wait_for("the camera on air again", lambda: show.on_air() == PANORAMA and show.live(PANORAMA), GENEROUS_S)
    record_property("camera_back_after_s", round(time.monotonic() - began, 2))
    time.sleep(DELAY_S + 2)
    assert all(len(files) == 1 for files in show.recordings()), "the platform's connection stayed up"
    for eye in eyes:
        eye.stop()
        whole(eye, record_property, "platform")


@pytest.mark.timeout(240)
def test_dump_and_kill_work_while_the_studio_stands_still(
    show: OnAir, record_property: Callable[[str, object], None]
) -> None:
    wait_for("the programme", lambda: public(show) == "program", GENEROUS_S)
    eyes = show.watch()
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
    wait_for("the camera on air again", lambda: show.on_air() == PANORAMA and show.live(PANORAMA), GENEROUS_S)
    edits = (show.ask().get("playout") or {}).get("edits") or []
    assert [each["kind"] for each in edits] == ["dump", "kill"]
    time.sleep(DELAY_S + 2)
    assert all(len(files) == 1 for files in show.recordings()), "the platform's connection stayed up"
    for eye in eyes:
        eye.stop()
        whole(eye, record_property, "platform")


def public(show: OnAir) -> str:
    return str((show.ask().get("playout") or {}).get("public", ""))


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
