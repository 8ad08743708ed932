"""The packets' own socket, studio → playout. In: encoded packets. Out: the same packets, each with its scene_seq.

The studio connects to `var/run/packets.sock` (playout listens) and writes frames: a 4-byte big-endian length, then one
msgpack `StreamStart` or `Packet`. A stream begins with `StreamStart`; a new studio, or new encoder settings, means a
new connection. `mono_ns` is CLOCK_MONOTONIC, which both processes share, so the timeline survives a studio's death.
"""

import asyncio
import struct
from typing import Literal

import msgspec

_LENGTH = struct.Struct("!I")
MOST_BYTES = 8 * 1024 * 1024


class StreamStart(msgspec.Struct, frozen=True, tag=True, kw_only=True, array_like=True):
    """What the packets are: H.264 Annex B with SPS/PPS in-band before every IDR, and raw AAC-LC frames (no ADTS)."""

    epoch: int
    width: int
    height: int
    fps: int
    video_extradata: bytes
    audio_extradata: bytes
    sample_rate: int = 48000
    channels: int = 2


class Packet(msgspec.Struct, frozen=True, tag=True, kw_only=True, array_like=True):
    """One access unit or one AAC frame. No B-frames: decode order is display order."""

    kind: Literal["video", "audio"]
    mono_ns: int
    """Programme time of its first sample: the programme clock's tick, not the moment of encoding."""
    duration_ns: int
    key: bool
    scene_seq: int
    data: bytes
    rendition: str = "main"
    """Which picture this is; sound is everybody's."""


_decoder: msgspec.msgpack.Decoder[StreamStart | Packet] = msgspec.msgpack.Decoder(StreamStart | Packet)
_encoder = msgspec.msgpack.Encoder()


class BrokenStream(Exception):  # noqa: N818 - the trade's word
    """The other side wrote something that is not this protocol."""


def encode(item: StreamStart | Packet) -> bytes:
    """One framed item, ready for the socket."""
    body = _encoder.encode(item)
    return _LENGTH.pack(len(body)) + body


async def read(reader: asyncio.StreamReader) -> StreamStart | Packet | None:
    """The next item, or None at a clean end. Raises BrokenStream."""
    try:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        if length > MOST_BYTES:
            raise BrokenStream(f"{length} bytes")
        return _decoder.decode(await reader.readexactly(length))
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise BrokenStream("cut short") from error
        return None
    except msgspec.MsgspecError as error:
        raise BrokenStream(str(error)) from error
