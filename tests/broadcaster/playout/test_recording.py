"""Recordings: playable however the recorder ends, new segments when the stream changes, loud when the disk is full."""

import asyncio
import itertools
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.packets import Packet
from broadcaster.recording import Picture, Recording, RecordingEvent, Sound
from tests.broadcaster.playout.disks import fill, small_disk
from tests.broadcaster.playout.material import ENCODE, NS, programme


def judge(path: Path) -> dict[str, float]:
    """What ffprobe counts: packets and seconds of each stream; decoding must be clean."""
    told = subprocess.run(
        [
            "ffprobe",
            "-v",
            "error",
            "-show_packets",
            "-show_entries",
            "packet=codec_type,pts_time,duration_time",
            "-of",
            "json",
            path,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stderr == ""
    packets = json.loads(told.stdout)["packets"]
    found: dict[str, float] = {}
    for kind in ("video", "audio"):
        times = [float(p["pts_time"]) for p in packets if p["codec_type"] == kind]
        assert times == sorted(times)
        found[kind] = len(times)
        found[f"{kind}_from"] = times[0] if times else -1
        found[f"{kind}_to"] = times[-1] if times else -1
    return found


def until(packets: Iterator[Packet], end_ns: int) -> list[Packet]:
    return list(itertools.takewhile(lambda packet: packet.mono_ns < end_ns, packets))


@pytest.fixture
def events() -> list[RecordingEvent]:
    return []


async def opened(folder: Path, events: list[RecordingEvent]) -> Recording:
    return await Recording.open(
        folder, "test", Picture(), Sound(), on_event=events.append, utc_offset_ns=1_760_000_000 * NS
    )


def index(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]


async def test_closed_recording_is_complete_and_indexed(tmp_path, events):
    recording = await opened(tmp_path, events)
    sent = until(programme(50 * NS), 56 * NS)
    for packet in sent:
        recording.put(packet)
    await recording.close()
    found = judge(tmp_path / "0001.mp4")
    assert found["video"] == sum(packet.kind == "video" for packet in sent)
    assert found["audio"] >= sum(packet.kind == "audio" for packet in sent) - 2
    assert abs(found["video_from"] - found["audio_from"]) < 0.025
    first, last = index(tmp_path)
    assert first["utc_ns"] == (1_760_000_000 + 50) * NS
    assert last["what"] == "closed"
    assert recording.dropped == 0 or all(p.kind == "audio" for p in sent[: recording.dropped])


async def test_killed_recorder_loses_at_most_a_second_and_is_replaced(tmp_path, events):
    recording = await opened(tmp_path, events)
    packets = programme(time.monotonic_ns())
    began = time.monotonic()
    killed_at = 0.0
    for packet in packets:
        await asyncio.sleep(max(0.0, packet.mono_ns / NS - time.monotonic()))
        recording.put(packet)
        if not killed_at and time.monotonic() - began > 2.7:
            killed_at = packet.mono_ns / NS - began
            os.kill(recording._fed.child.pid, signal.SIGKILL)
        if time.monotonic() - began > 5.2:
            break
    await recording.close()
    first, second = judge(tmp_path / "0001.mp4"), judge(tmp_path / "0002.mp4")
    assert killed_at - first["video_to"] <= 1.0
    assert second["video"] > 15
    assert [event.what for event in events if event.what in {"lost", "writing"}] == ["lost", "writing"]
    assert any(line["what"] == "gap" or line["file"] == "0002.mp4" for line in index(tmp_path))


async def test_new_parameter_sets_begin_a_new_segment(tmp_path, events):
    recording = await opened(tmp_path, events)
    for packet in until(programme(0), 2 * NS):
        recording.put(packet)
    smaller = ENCODE.model_copy(update={"width": 320, "height": 180})
    for packet in until(programme(2 * NS, encode=smaller), 4 * NS):
        recording.put(packet)
    await recording.close()
    assert judge(tmp_path / "0001.mp4")["video"] == 60
    assert judge(tmp_path / "0002.mp4")["video"] == 60


async def test_sigterm_closes_the_file(tmp_path, events):
    recording = await opened(tmp_path, events)
    for packet in until(programme(0), 2 * NS):
        recording.put(packet)
    recording._fed.flush()
    while recording._fed.waiting_bytes or not recording.writing:
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    recording._fed.child.signal(signal.SIGTERM)
    while not any(event.what == "lost" for event in events):
        await asyncio.sleep(0.05)
    await recording.close()
    assert judge(tmp_path / "0001.mp4")["video"] == 60


async def test_full_disk_is_told_and_recording_goes_on_when_there_is_room(tmp_path, events):
    with small_disk(tmp_path / "disk") as disk:
        recording = await opened(disk / "show", events)
        fill(recording, disk, full=True)
        cleared = False
        for packet in programme(time.monotonic_ns() - 2 * NS):
            await asyncio.sleep(max(0.0, packet.mono_ns / NS - time.monotonic()))
            recording.put(packet)
            if not cleared and any(event.what == "disk_full" for event in events):
                fill(recording, disk, full=False)
                cleared = True
            if any(event.what == "writing" for event in events):
                break
        await asyncio.sleep(0.2)
        await recording.close()
        assert [event.what for event in events if event.what in {"disk_full", "writing"}] == ["disk_full", "writing"]
        for path in (disk / "show").glob("*.mp4"):
            judge(path)
        assert any(line["what"] == "gap" and line["why"] == "disk_full" for line in index(disk / "show"))
