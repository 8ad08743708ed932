"""Recordings: playable however the recorder ends, new segments when the stream changes, loud when the disk is full."""

import asyncio
import itertools
import json
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from broadcaster.packets import Packet
from broadcaster.recording import Picture, Recording, RecordingEvent, Sound
from runtime.custody.custodians import Custody
from runtime.custody.envelope import Custodian
from tests.broadcaster.playout.disks import fill, read_only, small_disk
from tests.broadcaster.playout.material import ENCODE, NS, programme
from tests.custodians import unsealed


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


OFFSET_NS = 1_760_000_000 * NS


async def opened(folder: Path, events: list[RecordingEvent], custodians: tuple[Custodian, ...] = ()) -> Recording:
    return await Recording.open(
        folder, "test", Picture(), Sound(), on_event=events.append, utc_offset_ns=OFFSET_NS, custodians=custodians
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
    told = index(tmp_path)
    ends = next(line for line in told if line["what"] == "closed" and line["file"] == "0001.mp4")
    again = next(line for line in told if line["what"] == "segment" and line["file"] == "0002.mp4")
    assert ends["cut"], "who came after says where it ended"
    assert again["utc_ns"] <= ends["utc_ns"], "and was fed what was not on the disk yet: nothing is lost"
    assert not any(line["what"] == "gap" for line in told)
    assert [event.what for event in events if event.what in {"lost", "writing"}] == ["lost", "writing"]


async def live(recording: Recording, seconds: float) -> AsyncIterator[Packet]:
    """Packets at their moments, already put."""
    began = time.monotonic()
    for packet in programme(time.monotonic_ns()):
        await asyncio.sleep(max(0.0, packet.mono_ns / NS - time.monotonic()))
        recording.put(packet)
        yield packet
        if time.monotonic() - began > seconds:
            return


async def test_a_stalled_recorder_is_ended_and_replaced_and_nothing_is_missing(tmp_path, events):
    """SIGSTOP stands for a disk that takes nothing: the successor is fed what was not on the disk."""
    recording = await opened(tmp_path, events)
    stopped = 0
    first = last = 0
    async for packet in live(recording, 30):
        if packet.kind == "video":
            first, last = first or packet.mono_ns, packet.mono_ns
        if not stopped and recording.writing and packet.mono_ns - first > 2 * NS:
            stopped = recording._fed.child.pid
            os.kill(stopped, signal.SIGSTOP)
        if any(event.what == "writing" for event in events):
            break
    await recording.close()
    with pytest.raises(ProcessLookupError):
        os.kill(stopped, 0)
    assert [event.what for event in events if event.what in {"stalled", "lost", "writing"}] == ["stalled", "writing"]
    assert recording.dropped == 0
    assert not any(line["what"] == "gap" for line in index(tmp_path))
    pieces = [(line["utc_ns"] - OFFSET_NS, line["file"]) for line in index(tmp_path) if line["what"] == "segment"]
    assert len(pieces) == 2
    times = {round(begun_ns / NS + at, 2) for begun_ns, file in pieces for at in frames(tmp_path / file)}
    wanted = (last - first) / NS * ENCODE.fps
    assert len(times) >= wanted, "every frame is in one file or the other"


async def test_a_sealed_recording_cut_off_by_sigkill_opens_up_to_its_last_second(tmp_path, events):
    custody = Custody(tmp_path)
    recording = await opened(tmp_path / "one", events, custody.ready())
    killed_at_ns = first_ns = 0
    async for packet in live(recording, 4):
        first_ns = first_ns or packet.mono_ns
        if not killed_at_ns and packet.mono_ns - first_ns > 2.2 * NS:
            killed_at_ns = packet.mono_ns
            os.kill(recording._fed.child.pid, signal.SIGKILL)
    await recording.close()
    told = index(tmp_path / "one")
    first, second = unsealed(tmp_path, tmp_path / "one", tmp_path / "plain")
    assert judge(second)["video"] > 15
    (begun,) = (line["utc_ns"] for line in told if line["what"] == "segment" and line["file"] == "0001.mp4.sealed")
    end_s = (begun - OFFSET_NS) / NS + judge(first)["video_to"]
    assert killed_at_ns / NS - end_s <= 1.0
    plain = [path for path in tmp_path.rglob("*") if path.is_file() and b"moof" in path.read_bytes()]
    assert plain == [first, second], "in clear only what was opened"


async def test_a_disk_that_may_not_be_written_is_told_and_recording_begins_when_it_may(tmp_path, events):
    with small_disk(tmp_path / "disk") as disk, read_only(disk) as writable:
        recording = await opened(disk / "show", events)
        async for _ in live(recording, 20):
            if any(event.what == "disk_error" for event in events):
                writable()
            if any(event.what == "writing" for event in events):
                break
        await recording.close()
        assert [event.what for event in events if event.what in {"disk_error", "lost", "writing"}] == [
            "disk_error",
            "writing",
        ]
        assert judge(disk / "show" / "0001.mp4")


async def test_a_slow_disk_costs_neither_the_memory_nor_the_recorder(tmp_path, events):
    """A recorder that runs one tenth of the time stands for a disk at a tenth of its speed."""
    recording = await opened(tmp_path, events)
    pid, most, sent = 0, 0, 0
    async for packet in live(recording, 6):
        sent += packet.kind == "video"
        pid = pid or (recording._fed.child.pid if recording.writing else 0)
        if pid:
            os.kill(pid, signal.SIGCONT if packet.mono_ns % NS < NS // 10 else signal.SIGSTOP)
        most = max(most, recording._backlog.bytes + recording._fed.waiting_bytes)
    os.kill(pid, signal.SIGCONT)
    await recording.close()
    assert not [event.what for event in events if event.what in {"stalled", "lost"}]
    assert most < 4_000_000
    assert judge(tmp_path / "0001.mp4")["video"] >= sent - 2
    assert not any(line["what"] == "gap" for line in index(tmp_path))


def frames(path: Path) -> list[float]:
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time", "-of", "csv=p=0", path],
        capture_output=True,
        text=True,
        check=True,
    )
    return [float(line.strip(",")) for line in told.stdout.split()]


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
