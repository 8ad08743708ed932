"""A recording over its whole life. In: frames, one after the other. Out: numbered segments, their index, reports.

A new segment begins at a keyframe whose parameter sets differ, and after the disk was full. While it is full the
frames are let go, counted as a gap, and every two seconds there is another try. Who comes after a recorder that could
not close its files says where they end; what is fed twice then overlaps, which the index shows by its times.
"""

import errno
import os
import time
from pathlib import Path

from broadcaster import feed
from broadcaster.feed import Frame, ToRecording
from broadcaster.recorder.ends import end_utc_ns as end_of
from broadcaster.recorder.index import Index, Line, lines
from broadcaster.recorder.segment import Segment, shape, suffix

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_RETRY_S = 2.0
# So often the feeder hears that we live, and how much is on the disk for good.
_TELL_S = 0.4
_ROOM_BYTES = 2 * 1024 * 1024
# Frames closer than this follow each other; more is a gap worth a line.
_GAP_NS = 1_000_000_000


class Tape:
    """Writes one folder. Faults of the disk are reported, never raised."""

    def __init__(self, start: ToRecording) -> None:
        self._start = start
        self._folder = Path(start.folder)
        self._segment: Segment | None = None
        self._last_ns: int | None = None
        self._why = "start"
        self._failed_s: float | None = None
        self._told_s = 0.0
        self._number = 0
        self._index: Index | None = None

    def put(self, frame: Frame) -> None:
        """Write one frame, or let it go while the disk refuses."""
        self._note_gap(frame)
        found = shape(self._start.picture, frame) if frame.kind == "video" else None
        if self._segment and found is not None and found != self._segment.shape:
            self.close()
        if self._segment or self._begin(frame):
            self._put(frame)
        if time.monotonic() - self._told_s >= _TELL_S:
            self._told_s = time.monotonic()
            feed.report(what="at", kept_ns=self._segment.kept_ns if self._segment else 0)

    def close(self) -> None:
        """Close the open segment, if there is one."""
        segment, self._segment = self._segment, None
        if segment is None:
            return
        try:
            segment.close()
        except OSError as error:
            feed.report(what="error", code=_code(error), says=os.strerror(error.errno or 0))
        self._closed(segment, self._utc(segment.end_ns))
        feed.report(what="closed", file=segment.path.name, bytes=segment.bytes)

    def _put(self, frame: Frame) -> None:
        assert self._segment  # noqa: S101 - the caller looked
        try:
            self._segment.put(frame)
        except OSError as error:
            self._fail(error)
        else:
            self._last_ns = max(self._last_ns or 0, frame.time_ns)

    def _begin(self, frame: Frame) -> bool:
        if frame.kind != "video" or not frame.key or not self._may_try():
            return False
        try:
            self._look()
            path = self._folder / f"{self._number + 1:04d}.{suffix(self._start)}"
            self._segment = Segment(path, self._start, frame)
        except OSError as error:
            self._fail(error)
            return False
        self._number += 1
        self._note_begun(self._segment, frame)
        feed.report(what="segment", file=path.name)
        self._failed_s = None
        return True

    def _look(self) -> None:
        """At first: make the folder, or go on after who wrote here before. Raises OSError."""
        if self._index:
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._number = max((int(name) for p in self._folder.iterdir() if (name := p.name[:4]).isdigit()), default=0)
        known = list(lines(self._folder / "index.jsonl"))
        self._index = Index(self._folder / "index.jsonl")
        if self._number:
            self._why = "restart"
            self._mend(self._index, known)

    def _mend(self, index: Index, known: list[Line]) -> None:
        """Say where the last segment ends, when its recorder could not."""
        begun = next((line for line in reversed(known) if line.what == "segment"), None)
        if begun is None:
            return
        closed = next((line for line in known if line.what == "closed" and line.file == begun.file), None)
        if closed is not None:
            self._last_ns = closed.utc_ns - self._start.utc_offset_ns
            return
        path = self._folder / begun.file
        end_utc_ns = end_of(path, begun.utc_ns)
        self._last_ns = (end_utc_ns or begun.utc_ns) - self._start.utc_offset_ns
        size = path.stat().st_size if path.exists() else 0
        index.add("closed", file=begun.file, utc_ns=end_utc_ns or begun.utc_ns, bytes=size, cut=True)

    def _note_begun(self, segment: Segment, frame: Frame) -> None:
        width, height = segment.size
        self._note(
            "segment",
            file=segment.path.name,
            utc_ns=self._utc(frame.time_ns),
            video=self._start.picture.codec,
            audio=self._start.sound.codec if self._start.sound else "",
            width=width,
            height=height,
        )
        if self._last_ns is not None and frame.time_ns - self._last_ns > _GAP_NS:
            self._gap(self._last_ns, frame.time_ns)

    def _closed(self, segment: Segment, end_utc_ns: int) -> None:
        name, size = segment.path.name, segment.bytes
        self._note("closed", file=name, utc_ns=end_utc_ns, bytes=size, sha256=segment.sha256)

    def _note(self, what: str, **fields: object) -> None:
        if self._index:
            self._index.add(what, **fields)

    def _may_try(self) -> bool:
        if self._failed_s is None:
            return True
        if time.monotonic() - self._failed_s < _RETRY_S:
            return False
        try:
            disk = os.statvfs(next(each for each in (self._folder, *self._folder.parents) if each.exists()))
        except OSError:
            return False
        return disk.f_bavail * disk.f_frsize >= _ROOM_BYTES

    def _fail(self, error: OSError) -> None:
        segment, self._segment = self._segment, None
        self._failed_s, self._why = time.monotonic(), _code(error)
        if segment:
            segment.abandon()
            # What was still in the muxer is lost: only what the file holds counts.
            begun = self._utc(segment.first_ns)
            end_utc_ns = end_of(segment.path, begun) or begun
            self._last_ns = end_utc_ns - self._start.utc_offset_ns
            self._closed(segment, end_utc_ns)
        feed.report(what="error", code=self._why, says=os.strerror(error.errno or 0))

    def _note_gap(self, frame: Frame) -> None:
        if self._segment and self._last_ns is not None and frame.time_ns - self._last_ns > _GAP_NS:
            self._why = "missing"
            self._gap(self._last_ns, frame.time_ns)

    def _gap(self, from_ns: int, to_ns: int) -> None:
        self._note("gap", from_utc_ns=self._utc(from_ns), to_utc_ns=self._utc(to_ns), why=self._why)

    def _utc(self, time_ns: int) -> int:
        return time_ns + self._start.utc_offset_ns


def _code(error: OSError) -> str:
    return "disk_full" if error.errno in _FULL else "disk_error"
