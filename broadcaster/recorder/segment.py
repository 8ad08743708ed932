"""One file of a recording. In: frames. Out: a file that is playable at every moment, whatever ends us.

H.264 goes to fragmented MP4, VP8 to Matroska with short clusters. Only whole fragments reach the file: a write that
the disk refuses is cut off again. A sealed file holds the same bytes, each write a record of `runtime.custody`; plain
ones never touch the disk.
"""

import contextlib
import hashlib
import os
import time
from pathlib import Path

import av

from broadcaster.feed import Frame, Picture, ToRecording
from broadcaster.mux import Collected, Muxer
from broadcaster.nal import parameter_sets, vp8_size
from runtime.custody.envelope import SUFFIX, Sealer

# Each fragment as it comes, but not the two halves of one write one by one.
_SYNC_S = 0.3
# A frame may wait so long in the muxer: for its fragment's end, and for the sound beside it.
_HELD_NS = 1_000_000_000
# A fragment is cut when the next frame would pass this; with sound in between it stays under half a second.
_FRAGMENT_MS = 400
_MP4 = {
    "movflags": "delay_moov+default_base_moof",
    "frag_duration": str(_FRAGMENT_MS * 1000),
    "flush_packets": "1",
}
_MATROSKA = {"cluster_time_limit": str(_FRAGMENT_MS), "flush_packets": "1", "live": "1"}


def suffix(start: ToRecording) -> str:
    """How the file's name ends."""
    return ("mkv" if start.picture.codec == "vp8" else "mp4") + (SUFFIX if start.custodians else "")


def shape(picture: Picture, frame: Frame) -> object:
    """What must not change within one file: parameter sets, or VP8's size. None when the frame does not say."""
    if not frame.key:
        return None
    return vp8_size(frame.data) if picture.codec == "vp8" else parameter_sets(frame.data) or None


class Segment:
    """One open file, begun at a keyframe. Its methods raise OSError when the disk refuses."""

    def __init__(self, path: Path, start: ToRecording, first: Frame) -> None:
        self.path = path
        self.shape = shape(start.picture, first)
        self.first_ns = self.end_ns = first.time_ns
        self.kept_ns = 0
        """Frames up to here are on the disk for good."""
        self.bytes = 0
        self._utc_offset_ns = start.utc_offset_ns
        self._newest_ns = 0
        self._sink = Collected()
        form, options = ("matroska", _MATROSKA) if start.picture.codec == "vp8" else ("mp4", _MP4)
        header = Picture(codec=start.picture.codec, fps=start.picture.fps, key_unit=first.data)
        self._muxer = Muxer(self._sink, form, header, start.sound, options)
        self.size = self._muxer.size
        self._muxer.start()
        self._sealer = Sealer(start.custodians) if start.custodians else None
        self._hash = hashlib.sha256()
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._synced_s = time.monotonic()
        self._synced_bytes = 0

    @property
    def sha256(self) -> str:
        """Of the file as it lies on the disk."""
        return self._hash.hexdigest()

    def put(self, frame: Frame) -> None:
        """Mux one frame, write whole fragments and make them durable."""
        self._muxer.put(frame)
        self.end_ns = max(self.end_ns, frame.time_ns + frame.duration_ns)
        if data := self._sink.take():
            self._write(data)
            self._newest_ns = frame.time_ns
        if self.bytes > self._synced_bytes and time.monotonic() - self._synced_s >= _SYNC_S:
            self._sync()

    def close(self) -> None:
        """Write the rest and close; the file stays playable when the rest does not fit."""
        try:
            self._muxer.close()
            self._write(self._sink.take(), last=True)
            self._sync()
        finally:
            os.close(self._file)

    def abandon(self) -> None:
        """Close without another byte; a file that holds nothing goes away."""
        with contextlib.suppress(OSError, av.FFmpegError):
            self._muxer.close()
        with contextlib.suppress(OSError):
            os.fdatasync(self._file)
        os.close(self._file)
        if not self.bytes:
            self.path.unlink(missing_ok=True)

    def _sync(self) -> None:
        os.fdatasync(self._file)
        if not self._synced_bytes:
            # The name, too: a file that no folder knows is lost with the power.
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        self._synced_s, self._synced_bytes = time.monotonic(), self.bytes
        self.kept_ns = max(self.kept_ns, self._newest_ns - _HELD_NS)

    def _write(self, data: bytes, *, last: bool = False) -> None:
        if self._sealer:
            record = self._sealer.seal(data, self.end_ns + self._utc_offset_ns, last=last)
            data = record if self.bytes else self._sealer.header + record
        view = memoryview(data)
        done = 0
        try:
            while done < len(view):
                done += os.write(self._file, view[done:])
        except OSError:
            os.ftruncate(self._file, self.bytes)
            raise
        self._hash.update(data)
        self.bytes += done
