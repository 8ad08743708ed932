"""The finisher as a process: one master with everything, one public cut without what was removed, nothing encoded anew."""

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from broadcaster import edits
from broadcaster.finish import plan
from broadcaster.recorder.index import Line
from episodes.edits import Edit, Span
from episodes.finishing import Chapter, Finished, Job
from tests.broadcaster.finish.planted import ENCODE, NS, UTC_NS, packets, recorded, seen
from tests.broadcaster.playout.disks import small_disk
from tests.platforms import judge

PLANTED_S = (7.3, 9.1)


def planted(at_s: float) -> bool:
    return PLANTED_S[0] <= at_s < PLANTED_S[1]


def edit(from_s: float, to_s: float | None, name: str = "d1") -> Edit:
    ends = [None if to_s is None else at + round(to_s * NS) for at in (0, UTC_NS)]
    return Edit(
        edit_id=name,
        kind="kill" if to_s is None else "dump",
        from_mono_ns=round(from_s * NS),
        to_mono_ns=ends[0],
        from_utc_ns=UTC_NS + round(from_s * NS),
        to_utc_ns=ends[1],
        boot="b",
        made_utc_ns=1,
        by="u",
        reason="r",
    )


def job(folder: Path, end_s: float = 60.0) -> Job:
    said = [
        (0.0, "begin", ""),
        (4.0, "target", "1"),
        (12.5, "test", "韭菜（1号样品）"),
        (13.0, "result", "韭菜（1号样品）"),
    ]
    return Job(
        folder=str(folder),
        title="第7期",
        end_utc_ns=UTC_NS + round(end_s * NS),
        chapters=tuple(Chapter(utc_ns=UTC_NS + round(at * NS), kind=kind, about=about) for at, kind, about in said),
    )


def finish(asked: Job) -> tuple[int, list[dict[str, object]]]:
    done = subprocess.run(
        [sys.executable, "-m", "broadcaster.finish"],
        input=msgspec.json.encode(asked),
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def finished(folder: Path) -> Finished:
    return msgspec.json.decode((folder / "finished.json").read_bytes(), type=Finished)


async def test_what_was_dumped_is_in_the_master_and_nowhere_in_the_public_cut(tmp_path: Path) -> None:
    await recorded(tmp_path / "master", packets(16, planted))
    edits.append(tmp_path / "edits.jsonl", edit(*PLANTED_S))
    code, told = finish(job(tmp_path, end_s=15.0))
    assert (code, told[-1]) == (0, {"percent": 100.0})
    done = finished(tmp_path)
    frames, white, tone = seen(tmp_path / "master.mp4")
    assert (frames, white) == (480, 54)
    assert tone > 0.9
    frames, white, tone = seen(tmp_path / "public.mp4")
    assert white == 0
    assert tone < 0.01, "nor in the sound"
    # Up to 7.2 s, and from the keyframe at 10 s on to a moment before the episode ended.
    assert frames == round(7.2 * 30) + round(4.9 * 30)
    assert done.removed_s == pytest.approx(1.8, abs=0.05)
    for name in ("master.mp4", "public.mp4"):
        found = judge(tmp_path / name)
        assert found.errors == ""
        assert sorted(found.video) == list(found.video)
        assert max(b - a for a, b in zip(found.video, found.video[1:], strict=False)) < 0.15, "no hole where it was cut"
        head = (tmp_path / name).read_bytes()
        assert head.index(b"moov") < head.index(b"mdat"), "plays while it loads"
    assert [(place.kind, place.at_s) for place in done.chapters] == [
        ("begin", 0.0),
        ("target", 4.0),
        ("test", pytest.approx(9.7, abs=0.1)),
        ("result", pytest.approx(10.2, abs=0.1)),
    ]
    assert chapters(tmp_path / "public.mp4") == [
        (0, "节目开始"),
        (4, "揭晓第1检查对象"),
        (10, "快检开始：韭菜（1号样品）"),
        (10, "快检读数：韭菜（1号样品）"),
    ]
    assert chapters(tmp_path / "master.mp4") == []


def chapters(path: Path) -> list[tuple[int, str]]:
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-show_chapters", "-of", "json", path], capture_output=True, check=True
    )
    found = json.loads(told.stdout)["chapters"]
    return [(round(float(each["start_time"])), each["tags"]["title"]) for each in found]


async def test_it_is_made_once_made_anew_when_more_is_removed_and_survives_its_own_death(tmp_path: Path) -> None:
    made = packets(12, planted)
    await recorded(tmp_path / "master", [packet for packet in made if packet.mono_ns < 6 * NS])
    # A hole of two seconds, as of a full disk, and another format of the picture at the end.
    await recorded(tmp_path / "master", [packet for packet in made if packet.mono_ns >= 8 * NS])
    other = packets(4, lambda _: False, ENCODE.model_copy(update={"width": 160, "height": 90}))
    moved = [msgspec.structs.replace(packet, mono_ns=packet.mono_ns + 12 * NS) for packet in other]
    await recorded(tmp_path / "master", moved)
    (tmp_path / "public.mp4.part").write_bytes(b"half")
    assert finish(job(tmp_path))[0] == 0
    done = finished(tmp_path)
    assert [part.file for part in done.public] == ["public.mp4", "public-2.mp4"]
    (gap,) = done.gaps
    assert gap.to_utc_ns == UTC_NS + 8 * NS
    assert seen(tmp_path / "master.mp4")[:2] == (300, 33)
    assert not list(tmp_path.glob("*.part"))
    before = (tmp_path / "public.mp4").stat().st_mtime_ns
    assert finish(job(tmp_path)) == (0, [{"percent": 100.0}])
    assert (tmp_path / "public.mp4").stat().st_mtime_ns == before, "not made twice"
    edits.append(tmp_path / "edits.jsonl", edit(8.0, None, "k1"))
    assert finish(job(tmp_path))[0] == 0
    assert seen(tmp_path / "public.mp4")[:2] == (180, 0)
    assert not (tmp_path / "public-2.mp4").exists(), "a KILL that nobody restored takes the rest"


def test_nothing_recorded_is_said(tmp_path: Path) -> None:
    assert finish(job(tmp_path)) == (1, [{"failed": "nothing"}])


@pytest.mark.skipif(os.geteuid() != 0, reason="a disk of its own takes root")
async def test_a_disk_too_small_is_said_before_anything_is_written(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        await recorded(disk / "master", packets(3, planted))
        assert finish(job(disk)) == (1, [{"failed": "no_room"}])
        assert sorted(path.name for path in disk.iterdir()) == ["master"]


def test_files_that_overlap_count_once_and_holes_are_stated() -> None:
    def line(what: str, file: str, at_s: float) -> Line:
        return Line(what=what, file=file, utc_ns=round(at_s * NS))

    told = [
        line("segment", "1", 0), line("closed", "1", 10),
        line("segment", "2", 8), line("closed", "2", 12),
        line("segment", "3", 15), line("closed", "3", 20),
    ]  # fmt: skip
    found = plan.segments(told)
    assert [each.span for each in found] == [Span(0, 8 * NS), Span(8 * NS, 12 * NS), Span(15 * NS, 20 * NS)]
    assert [(gap.from_utc_ns, gap.to_utc_ns) for gap in plan.gaps(found)] == [(12 * NS, 15 * NS)]
    pieces = plan.public(found, (), 18 * NS)
    assert pieces[-1].span.to_ns == 18 * NS
    assert pieces[-1].cut_after
