"""A recording over its whole life. In: frames, one after the other. Out: numbered segments, their index, reports.

A new segment begins at a keyframe whose parameter sets differ, and after the disk was full. While it is full the
frames are let go, counted as a gap, and every two seconds there is another try.
"""

import errno
import os
import time
from pathlib import Path

from broadcaster import feed
from broadcaster.feed import Frame, ToRecording
from broadcaster.recorder.index import Index
from broadcaster.recorder.segment import Segment, shape, suffix

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_RETRY_S = 2.0
_ROOM_BYTES = 2 * 1024 * 1024
# Frames closer than this follow each other; more is a gap worth a line.
_GAP_NS = 1_000_000_000


class Tape:
    """Writes one folder. Faults of the disk are reported, never raised."""

    def __init__(self, start: ToRecording) -> None:
        self._start = start
        self._folder = Path(start.folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._index = Index(self._folder / "index.jsonl")
        self._segment: Segment | None = None
        self._number = max((int(p.stem) for p in self._folder.iterdir() if p.stem.isdigit()), default=0)
        self._last_ns: int | None = None
        self._why = "restart" if self._number else "start"
        self._failed_s: float | None = None

    def put(self, frame: Frame) -> None:
        """Write one frame, or let it go while the disk refuses."""
        self._note_gap(frame)
        found = shape(self._start.picture, frame) if frame.kind == "video" else None
        if self._segment and found is not None and found != self._segment.shape:
            self.close()
        if not self._segment and not self._begin(frame):
            return
        try:
            assert self._segment  # noqa: S101 - _begin made it
            self._segment.put(frame)
        except OSError as error:
            self._fail(error)
        else:
            self._last_ns = max(self._last_ns or 0, frame.time_ns)

    def close(self) -> None:
        """Close the open segment, if there is one."""
        segment, self._segment = self._segment, None
        if segment is None:
            return
        try:
            segment.close()
        except OSError as error:
            feed.report(what="error", code=_code(error), says=os.strerror(error.errno or 0))
        self._index.add("closed", file=segment.path.name, utc_ns=self._utc(segment.end_ns), bytes=segment.bytes)
        feed.report(what="closed", file=segment.path.name, bytes=segment.bytes)

    def _begin(self, frame: Frame) -> bool:
        if frame.kind != "video" or not frame.key or not self._may_try():
            return False
        picture = self._start.picture
        path = self._folder / f"{self._number + 1:04d}.{suffix(picture.codec)}"
        try:
            self._segment = Segment(path, picture, self._start.sound, frame)
        except OSError as error:
            self._fail(error)
            return False
        self._number += 1
        self._index.add(
            "segment",
            file=path.name,
            utc_ns=self._utc(frame.time_ns),
            video=picture.codec,
            audio=self._start.sound.codec if self._start.sound else "",
        )
        if self._last_ns is not None and frame.time_ns - self._last_ns > _GAP_NS:
            self._gap(self._last_ns, frame.time_ns)
        feed.report(what="segment", file=path.name)
        self._failed_s = None
        return True

    def _may_try(self) -> bool:
        if self._failed_s is None:
            return True
        if time.monotonic() - self._failed_s < _RETRY_S:
            return False
        try:
            disk = os.statvfs(self._folder)
        except OSError:
            return False
        return disk.f_bavail * disk.f_frsize >= _ROOM_BYTES

    def _fail(self, error: OSError) -> None:
        segment, self._segment = self._segment, None
        self._failed_s, self._why = time.monotonic(), _code(error)
        if segment:
            segment.abandon()
            self._index.add("closed", file=segment.path.name, utc_ns=self._utc(segment.end_ns), bytes=segment.bytes)
        feed.report(what="error", code=self._why, says=os.strerror(error.errno or 0))

    def _note_gap(self, frame: Frame) -> None:
        if self._segment and self._last_ns is not None and frame.time_ns - self._last_ns > _GAP_NS:
            self._why = "missing"
            self._gap(self._last_ns, frame.time_ns)

    def _gap(self, from_ns: int, to_ns: int) -> None:
        self._index.add("gap", from_utc_ns=self._utc(from_ns), to_utc_ns=self._utc(to_ns), why=self._why)

    def _utc(self, time_ns: int) -> int:
        return time_ns + self._start.utc_offset_ns


def _code(error: OSError) -> str:
    return "disk_full" if error.errno in _FULL else "disk_error"
