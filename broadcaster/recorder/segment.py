"""One file of a recording. In: frames. Out: a file that is playable at every moment, whatever ends us.

H.264 goes to fragmented MP4, VP8 to Matroska with short clusters. Only whole fragments reach the file: a write that
the disk refuses is cut off again.
"""

import contextlib
import os
import time
from pathlib import Path

import av

from broadcaster.feed import Frame, Picture, Sound
from broadcaster.mux import Collected, Muxer
from broadcaster.nal import parameter_sets, vp8_size

_SYNC_S = 0.5
# A fragment is cut when the next frame would pass this; with sound in between it stays under half a second.
_FRAGMENT_MS = 400
_MP4 = {
    "movflags": "delay_moov+default_base_moof",
    "frag_duration": str(_FRAGMENT_MS * 1000),
    "flush_packets": "1",
}
_MATROSKA = {"cluster_time_limit": str(_FRAGMENT_MS), "flush_packets": "1", "live": "1"}


def suffix(codec: str) -> str:
    return "mkv" if codec == "vp8" else "mp4"


def shape(picture: Picture, frame: Frame) -> object:
    """What must not change within one file: parameter sets, or VP8's size. None when the frame does not say."""
    if not frame.key:
        return None
    return vp8_size(frame.data) if picture.codec == "vp8" else parameter_sets(frame.data) or None


class Segment:
    """One open file, begun at a keyframe. Its methods raise OSError when the disk refuses."""

    def __init__(self, path: Path, picture: Picture, sound: Sound | None, first: Frame) -> None:
        self.path = path
        self.shape = shape(picture, first)
        self.end_ns = first.time_ns
        self.bytes = 0
        self._sink = Collected()
        form, options = ("matroska", _MATROSKA) if picture.codec == "vp8" else ("mp4", _MP4)
        header = Picture(codec=picture.codec, fps=picture.fps, key_unit=first.data)
        self._muxer = Muxer(self._sink, form, header, sound, options)
        self._muxer.start()
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        self._synced_s = time.monotonic()

    def put(self, frame: Frame) -> None:
        """Mux one frame, write whole fragments and make them durable."""
        self._muxer.put(frame)
        self.end_ns = max(self.end_ns, frame.time_ns + frame.duration_ns)
        self._write(self._sink.take())
        if self.bytes and time.monotonic() - self._synced_s >= _SYNC_S:
            os.fdatasync(self._file)
            self._synced_s = time.monotonic()

    def close(self) -> None:
        """Write the rest and close; the file stays playable when the rest does not fit."""
        try:
            self._muxer.close()
            self._write(self._sink.take())
            os.fdatasync(self._file)
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

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        done = 0
        try:
            while done < len(view):
                done += os.write(self._file, view[done:])
        except OSError:
            os.ftruncate(self._file, self.bytes)
            raise
        self.bytes += done
