"""The embargo, proved on the whole show: before its door nothing anybody could get names the drawn stall.

And it could: behind the door the same eyes find it on the pages, the sockets, the bus, in the export, in the files and,
read back by tesseract, on the pictures of our own stream and of every platform.
"""

import io
import os
import re
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import av
import httpx
import msgspec
import pytest
from PIL import Image

from tests.flows.canary import NOTHING, Known, in_text, revealed_in, under
from tests.flows.conftest import DELAY_S, Show
from tests.flows.snoop import NOBODY, TOPICS

BEFORE_S = 4.0
"""Well before the reveal, as the recordings of the platforms count."""
SLACK_S = 0.3


class Door(NamedTuple):
    """The reveal of the drawn stall."""

    known: Known
    utc_ns: int
    after_live_s: float


@pytest.fixture(scope="module")
def door(show: Show) -> Door:
    found = [(utc_ns, msgspec.json.decode(payload)) for utc_ns, payload in records(show, "TargetRevealed")]
    ((live_ns, _),) = records(show, "EpisodeWentLive")
    utc_ns, event = found[-1]
    assert len(found) == 2
    return Door(Known(revealed_in(event["name"])), utc_ns, (utc_ns - live_ns) / 1e9)


def records(show: Show, kind: str) -> list[tuple[int, bytes]]:
    with sqlite3.connect(f"file:{show.house.var / 'daylight.db'}?mode=ro", uri=True) as database:
        query = "SELECT utc_ns, payload FROM records WHERE kind = ? ORDER BY seq"
        return database.execute(query, (kind,)).fetchall()


def test_nobody_learned_of_it_before_its_door(show: Show, door: Door) -> None:
    early = []
    for each in show.snoop.heard:
        may_from_ns = door.utc_ns + (DELAY_S - SLACK_S) * 1e9 * (each.who == NOBODY)
        known = door.known if each.at_ns >= may_from_ns else NOTHING
        if each.who != "file" or each.at_ns < door.utc_ns:
            early += [(each.who, each.where, piece)] if (piece := in_text(each.text, known)) else []
    assert early == []
    assert len(show.snoop.asked) > 170
    assert {401, 403, 404, 409, 422} <= show.snoop.refused
    assert {"desk", "studio", "playout", *(f"/ws {topics}" for topics in TOPICS.values())} >= set(show.snoop.messages)
    assert {"desk", "studio", "playout", "/ws public,chat", "/ws studio,crew,chat"} <= set(show.snoop.messages)


def test_its_neighbours_in_the_draw_are_nowhere_even_now(show: Show, door: Door) -> None:
    assert list(under(show.house.var, door.known)) == []
    with httpx.Client(base_url=show.house.base_url, trust_env=False) as http:
        for path in ("/", "/episodes/103", "/metrics"):
            assert not in_text(http.get(path).text, door.known), path


def test_no_log_ever_names_it(show: Show) -> None:
    assert not in_text(show.house.logged())
    assert not in_text(show.said)


def test_who_looked_is_on_record(show: Show, door: Door) -> None:
    looks = [msgspec.json.decode(payload) for _, payload in records(show, "TargetViewed")]
    assert revealed_in(show.snoop.viewed["name"]) == door.known.number
    assert [each["target_id"] for each in looks] == [show.snoop.viewed["target_id"]]


def test_behind_the_door_the_same_eyes_find_it(show: Show, door: Door) -> None:
    late = {(each.who, each.where) for each in show.snoop.heard if each.at_ns >= door.utc_ns}
    assert (NOBODY, "/ws public,chat") in late
    assert any(who == "bus" for who, _ in late)
    assert dict(under(show.house.var)).keys() & {"daylight.db", "daylight.db-wal"}
    with httpx.Client(base_url=show.house.base_url, trust_env=False) as http:
        assert in_text(http.get("/episodes/103").text)


def test_our_own_stream_shows_it_from_the_door_on(show: Show, door: Door, tmp_path: Path) -> None:
    segments = show.watcher.segments()
    init = next(path for path in show.watcher.folder.iterdir() if "init" in path.name).read_bytes()

    def shown(at: int, *, whole: bool = False) -> str:
        path = tmp_path / f"{at}.mp4"
        path.write_bytes(init + (show.watcher.folder / Path(segments[at][0]).name).read_bytes())
        return read(frame(path, 0.0), whole=whole)

    first, last = 0, len(segments) - 1
    assert named(shown(last)), f"the reader reads nothing: {shown(last)}"
    while last - first > 1:
        middle = (first + last) // 2
        first, last = (first, middle) if named(shown(middle)) else (middle, last)
    listed_utc_ns = segments[last][1] * 1e9 + time.time_ns() - time.monotonic_ns()
    assert listed_utc_ns >= door.utc_ns + (DELAY_S - SLACK_S) * 1e9
    for at in (first // 3, 2 * first // 3):
        assert not named(shown(at, whole=True))


def test_every_platform_shows_it_and_not_before(show: Show, door: Door) -> None:
    for number, server in enumerate(show.platforms):
        recording = server.received(f"key{number}-s3cret")[0]
        assert named(read(frame(recording, door.after_live_s + DELAY_S + 3), whole=True)), number
        assert not named(read(frame(recording, door.after_live_s - BEFORE_S), whole=True)), number


def named(text: str) -> bool:
    """Any three signs of the name: a reader of pictures errs."""
    return any(piece in text for piece in ("金沙湾", "号海鲜", "海鲜档"))


def frame(path: Path, at_s: float) -> Image.Image:
    """The frame shown `at_s` after the first."""
    with av.open(str(path)) as source:
        at_s += (source.start_time or 0) / av.time_base
        source.seek(int(at_s * av.time_base))
        for each in source.decode(video=0):
            if each.time >= at_s:
                return each.to_image()
        raise AssertionError(f"{path} ends before {at_s} s")


def read(image: Image.Image, *, whole: bool = False) -> str:
    """What tesseract sees, without spaces: of the whole picture, or of the plate with the place."""
    part = image.convert("L")
    if not whole:
        part = part.crop((part.width // 2, 20, part.width, 100))
    png = io.BytesIO()
    part.resize((part.width * 2, part.height * 2), Image.Resampling.LANCZOS).save(png, "PNG")
    one = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    command = ["tesseract", "-", "-", "-l", "chi_sim", "--psm", "11"]
    done = subprocess.run(command, input=png.getvalue(), capture_output=True, check=True, env=one)
    return re.sub(r"\s+", "", done.stdout.decode())
