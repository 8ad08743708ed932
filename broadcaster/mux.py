"""Containers around packets that are coded already. In: frames with times. Out: bytes of FLV, MP4 or Matroska.

Every frame becomes a packet of its own here: libav moves a packet's times in place, so one must never go to two.
Opening an RTMP address holds the interpreter until the peer has answered; only a worker process does that.
"""

import io
from collections.abc import Mapping
from fractions import Fraction
from typing import Protocol

import av
from av.stream import Stream

from broadcaster.feed import Frame, Picture, Sound
from broadcaster.nal import vp8_size

_NS = Fraction(1, 1_000_000_000)
_VIDEO_BASE = Fraction(1, 90_000)
_ENCODERS = {"aac": "aac", "opus": "libopus"}
_LAYOUTS = {1: "mono", 2: "stereo"}


class Sink(Protocol):
    """What a container is written to."""

    def write(self, data: bytes, /) -> int: ...


class Collected:
    """A sink that keeps what was written until it is taken: nothing here ever waits for a disk."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """All bytes since the last time."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


class Muxer:
    """One container. Its first frame must be a video keyframe; times count from there."""

    def __init__(
        self, to: str | Sink, form: str, picture: Picture, sound: Sound | None, options: Mapping[str, str]
    ) -> None:
        self._container = av.open(to, "w", format=form, options=dict(options))
        self._zero_ns: int | None = None
        self.size = (0, 0)
        """Width and height of the picture, as its header says."""
        self._streams: dict[str, Stream] = {"video": self._video(picture)}
        if sound:
            self._streams["audio"] = self._audio(sound)
        self._last: dict[str, int] = {}

    def start(self) -> None:
        """Write the header; with a network address, connect."""
        self._container.start_encoding()

    def put(self, frame: Frame) -> None:
        """Write one frame; a time not later than the one before moves to just after it."""
        stream = self._streams.get(frame.kind)
        if stream is None:
            return
        if self._zero_ns is None:
            self._zero_ns = frame.time_ns
        time_ns = max(frame.time_ns - self._zero_ns, self._last.get(frame.kind, -1) + 1)
        self._last[frame.kind] = time_ns
        # Not Packet(bytes): that one borrows the bytes, and libav may keep it longer than they live.
        packet = av.Packet(len(frame.data))
        packet.update(frame.data)
        packet.stream = stream
        packet.time_base = _NS
        packet.pts = packet.dts = time_ns
        packet.duration = frame.duration_ns
        packet.is_keyframe = frame.key
        self._container.mux(packet)

    def close(self) -> None:
        """Write the trailer."""
        self._container.close()

    def _video(self, picture: Picture) -> Stream:
        if picture.codec == "vp8":
            width, height = self.size = vp8_size(picture.key_unit) or (0, 0)
            return self._container.add_mux_stream(
                "vp8", rate=picture.fps, width=width, height=height, time_base=_VIDEO_BASE
            )
        with av.open(io.BytesIO(picture.key_unit), format="h264") as source:
            self.size = source.streams.video[0].width, source.streams.video[0].height
            made: Stream = self._container.add_stream_from_template(source.streams.video[0], opaque=True)
        made.time_base = _VIDEO_BASE
        return made

    def _audio(self, sound: Sound) -> Stream:
        # The encoder is opened for its header only; what it would make is what the studio's made.
        return self._container.add_stream(
            _ENCODERS[sound.codec], rate=sound.sample_rate, layout=_LAYOUTS[sound.channels]
        )
