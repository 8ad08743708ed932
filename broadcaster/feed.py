"""What a fed child reads on its standard input. In: bytes of a pipe. Out: typed messages, one after the other.

Output workers, the HLS packager and recorders are fed alike: a 4-byte big-endian length, then one msgpack message. The
first message says what the child is for; a URL travels here and never in an argument list. End of file means that the
feeder is gone: the child finishes what it holds and ends.
"""

import contextlib
import os
import select
import signal
import struct
from collections.abc import Iterator
from typing import Literal

import msgspec

from runtime.custody.envelope import Custodian

_LENGTH = struct.Struct("!I")
MOST_BYTES = 8 * 1024 * 1024
# What a pipe holds. Larger, each read would map and unmap memory of its own: a third of what a worker cost.
_READ_BYTES = 64 * 1024

Kind = Literal["video", "audio"]


class Message(msgspec.Struct, frozen=True, tag=True, kw_only=True, array_like=True):
    """Base of everything a child is fed."""


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """The video stream. `key_unit` is a whole H.264 keyframe (Annex B): its header is made from it."""

    codec: Literal["h264", "vp8"] = "h264"
    fps: int = 30
    key_unit: bytes = b""


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """The audio stream: raw AAC-LC or Opus frames."""

    codec: Literal["aac", "opus"] = "aac"
    sample_rate: int = 48_000
    channels: int = 2


class Frame(Message, frozen=True, kw_only=True):
    """One access unit, or one AAC or Opus frame. `time_ns` grows; its zero is the feeder's own."""

    kind: Kind
    time_ns: int
    duration_ns: int
    key: bool
    data: bytes


class ToPlatform(Message, frozen=True, kw_only=True):
    """First message to `python -m broadcaster.worker`. `url` is a secret."""

    url: str
    picture: Picture
    sound: Sound
    send_buffer_bytes: int
    allow_internal: bool


class ToPlaylist(Message, frozen=True, kw_only=True):
    """First message to `python -m broadcaster.playout.hls`; `time_ns + utc_offset_ns` is a frame's UTC."""

    folder: str
    episode_id: str
    picture: Picture
    sound: Sound
    utc_offset_ns: int
    segment_s: float
    keyframe_s: float
    window: int


class ToRecording(Message, frozen=True, kw_only=True):
    """First message to `python -m broadcaster.recorder`. With `custodians` every file is sealed to all of them."""

    folder: str
    picture: Picture
    sound: Sound | None
    utc_offset_ns: int
    custodians: tuple[Custodian, ...] = ()


class Cut(Message, frozen=True, kw_only=True):
    """To the packager: what became public within `[from_ns, to_ns)` must not be fetched any more."""

    from_ns: int
    to_ns: int


class End(Message, frozen=True, kw_only=True):
    """Nothing follows and that is meant so: close everything for good."""


AnyMessage = Frame | ToPlatform | ToPlaylist | ToRecording | Cut | End

_decoder: msgspec.msgpack.Decoder[AnyMessage] = msgspec.msgpack.Decoder(AnyMessage)
_encoder = msgspec.msgpack.Encoder()


class BrokenFeed(Exception):  # noqa: N818 - the trade's word
    """The feeder wrote something that is not this protocol."""


def encode(message: AnyMessage) -> bytes:
    """One framed message, ready for the pipe."""
    body = _encoder.encode(message)
    return _LENGTH.pack(len(body)) + body


class Inbox:
    """The child's end: blocking, but SIGTERM ends the reading between two messages as an end of file does."""

    def __init__(self, descriptor: int = 0) -> None:
        self._descriptor = descriptor
        self._held = bytearray()
        self._wake, write_end = os.pipe()
        os.set_blocking(write_end, False)
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, lambda _number, _frame: None)
        # Ctrl-C reaches the whole terminal; the feeder decides when its children end.
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def __iter__(self) -> Iterator[AnyMessage]:
        for batch in self.batches():
            yield from batch

    def batches(self) -> Iterator[list[AnyMessage]]:
        """What came together, together; never empty."""
        while True:
            if batch := list(self._whole()):
                yield batch
            ready, _, _ = select.select([self._descriptor, self._wake], [], [])
            if self._wake in ready:
                return
            read = os.read(self._descriptor, _READ_BYTES)
            if not read:
                return
            self._held += read

    def _whole(self) -> Iterator[AnyMessage]:
        start = 0
        while len(self._held) - start >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._held, start)
            if length > MOST_BYTES:
                raise BrokenFeed(f"{length} bytes")
            end = start + _LENGTH.size + length
            if len(self._held) < end:
                break
            body = bytes(memoryview(self._held)[start + _LENGTH.size : end])
            start = end
            try:
                message = _decoder.decode(body)
            except msgspec.MsgspecError as error:
                raise BrokenFeed(str(error)) from error
            yield message
        del self._held[:start]


def report(**fields: object) -> None:
    """One JSON line to the feeder, on standard output; one that died is no reason to fail."""
    with contextlib.suppress(BrokenPipeError):
        os.write(1, msgspec.json.encode(fields) + b"\n")
