"""The long form of what `test_on_air` does: ten seconds each, three times in a row, and once for ever."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from broadcaster.recorder.ends import end_utc_ns
from broadcaster.recorder.index import lines
from tests.custodians import unsealed
from tests.faults.onair import DELAY_S, GENEROUS_S, OnAir, on_air
from tests.faults.standstill import CASES, Note, recorders_stand_still, suffer
from tests.house import wait_for
from tests.platforms import judge

pytestmark = pytest.mark.soak
BUSY_S = 0.5
"""From a camera's picture to the recorder on a busy machine."""


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory, clips: Path) -> Iterator[OnAir]:
    with on_air(tmp_path_factory.mktemp("standstill"), clips) as made:
        yield made


@pytest.mark.timeout(400)
@pytest.mark.parametrize("turn", range(int(os.environ.get("FAULTS_TURNS", "3"))))
@pytest.mark.parametrize("case", [*CASES, recorders_stand_still], ids=lambda case: case.__name__)
def test_a_process_that_stood_still_for_ten_seconds_costs_no_more(
    show: OnAir, case: Callable[[OnAir, float, Note], None], turn: int, record_property: Note
) -> None:
    suffer(show, case, 10.0, record_property)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("room", ["studio", "playout", "desk"])
def test_a_room_that_hangs_for_good_is_replaced(show: OnAir, room: str, record_property: Note) -> None:
    wait_for("a show that is well", show.well, GENEROUS_S)
    victim = show.house.kill(room, signal.SIGSTOP)
    began = time.monotonic()
    wait_for("its end", lambda: not psutil.pid_exists(victim), GENEROUS_S)
    record_property("noticed_after_s", round(time.monotonic() - began, 1))
    wait_for("all well again", show.well, GENEROUS_S)
    record_property("well_after_s", round(time.monotonic() - began, 1))
    assert "stands still: ended" in show.house.logged()
    time.sleep(DELAY_S)


@pytest.mark.timeout(400)
def test_everything_killed_at_once_costs_the_recordings_a_second(show: OnAir, tmp_path: Path) -> None:
    """As near to a power cut as a test comes: every process of the house, at one moment. The last one of this show."""
    wait_for("a show that is well", show.well, GENEROUS_S)
    time.sleep(3)
    family = show.house.family()
    utc_s = time.time()
    for each in family:
        each.send_signal(signal.SIGKILL)
    (master,) = (show.house.var / "media").glob("*/master")
    begun = [line for line in lines(master / "index.jsonl") if line.what == "segment"][-1]
    end_ns = end_utc_ns(master / begun.file, begun.utc_ns)
    assert end_ns
    assert utc_s - end_ns / 1e9 < 1.0 + BUSY_S
    assert judge(master / begun.file).video
    for camera in (master.parent / "originals").iterdir():
        found = unsealed(show.house.var, camera, tmp_path / camera.name)
        assert judge(found[-1]).video
