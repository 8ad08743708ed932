"""Each process may die alone; the supervisor's end ends everything. Real `daylight serve`, real SIGKILL.

Times are noted in the report and bounded generously; `bench/start` measures them.
"""

import contextlib
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.faults.ears import ears
from tests.house import ROOMS, ROOT, House, wait_for

GENEROUS_S = 60.0


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("house"))
    try:
        made.start(within_s=120)
        yield made
    finally:
        for each in made.family():
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()


def ready(house: House) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"{house.base_url}/readyz", timeout=2, trust_env=False).is_success
    return False


def pid(house: House, name: str) -> int:
    room = house.room(name)
    assert room is not None, f"{name} does not run"
    return int(room.pid)


def successor(house: House, name: str, victim: int) -> bool:
    room = house.room(name)
    return room is not None and room.pid != victim


@pytest.mark.timeout(200)
@pytest.mark.parametrize(("victim", "says"), [("studio", "studio.status"), ("playout", "playout.status")])
async def test_a_killed_room_returns_and_the_others_never_notice(
    house: House, victim: str, says: str, record_property: Callable[[str, object], None]
) -> None:
    async with ears(house.var) as heard:
        await heard.until("every room's status", lambda: {"studio.status", "playout.status"} <= heard.last.keys())
        others = {name: pid(house, name) for name in ROOMS if name != victim}
        before = heard.last[says]["epoch"]
        house.kill(victim)
        took_s = await heard.until(f"a new {victim}", lambda: heard.last[says]["epoch"] != before, GENEROUS_S)
        record_property("again_after_s", round(took_s, 2))
        assert {name: pid(house, name) for name in others} == others
        await heard.until("everybody ready", lambda: ready(house), GENEROUS_S)


@pytest.mark.timeout(200)
async def test_a_killed_desk_returns_while_picture_and_playout_go_on(
    house: House, record_property: Callable[[str, object], None]
) -> None:
    async with ears(house.var) as heard:
        await heard.until("every room's status", lambda: {"studio.status", "playout.status"} <= heard.last.keys())
        others = {name: pid(house, name) for name in ("studio", "playout")}
        epochs = {about: heard.last[about]["epoch"] for about in ("studio.status", "playout.status")}
        victim, began = pid(house, "desk"), time.monotonic()
        house.kill("desk")
        took_s = await heard.until("a new desk", lambda: successor(house, "desk", victim) and ready(house), GENEROUS_S)
        record_property("again_after_s", round(took_s, 2))
        assert {name: pid(house, name) for name in others} == others
        for about, epoch in epochs.items():
            told = heard.since(began, about)
            assert told, f"{about} went on meanwhile"
            assert {message["epoch"] for message in told} == {epoch}


def test_a_second_house_on_the_same_folder_is_refused(house: House) -> None:
    command = [sys.executable, "-m", "api.cli", "serve", "--config", str(house.config)]
    done = subprocess.run(command, cwd=ROOT, env=house.env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "already runs" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.timeout(200)
def test_ctrl_c_ends_everything_in_good_order(house: House) -> None:
    family = house.family()
    assert len(family) >= 4
    assert house.stop() == 0
    assert not any(alive(each) for each in family)
    told = house.logged()
    assert "Daylight is ready: http://127.0.0.1:" in told
    end = told[told.rindex("stopping") :]
    assert "killed: it did not end when asked" not in end, [line for line in end.splitlines() if "still ending" in line]


def alive(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


@pytest.mark.timeout(200)
def test_a_killed_supervisor_leaves_no_orphan(house: House) -> None:
    """Begun again on the same folder: a house that was stopped starts."""
    if house.process and house.process.poll() is None:
        house.stop()
    house.start(within_s=120)
    family = house.family()
    assert len(family) >= 4
    assert house.process
    house.process.send_signal(signal.SIGKILL)
    house.process.wait()
    wait_for("everybody's end", lambda: not any(alive(each) for each in family), 10)


@pytest.mark.timeout(200)
def test_a_child_that_cannot_start_ends_all_with_its_sentence_and_code_2(house: House, tmp_path: Path) -> None:
    """A database newer than the code: only the desk can know, and its sentence is what the person sees last."""
    if house.process and house.process.poll() is None:
        house.stop()
    with sqlite3.connect(house.var / "daylight.db") as db:
        db.execute("update alembic_version set version_num = '9999_from_tomorrow'")
    db.close()
    command = [sys.executable, "-m", "api.cli", "serve", "--config", str(house.config)]
    done = subprocess.run(command, cwd=ROOT, env=house.env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2, done.stderr[-2000:]
    assert "newer" in done.stderr
    assert "Traceback" not in done.stderr
