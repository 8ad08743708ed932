"""What stands on the bus's sockets. In and out: a 4-byte big-endian length, then one msgpack frame."""

import asyncio
import struct
from typing import ClassVar

import msgspec

from runtime.bus.exchange import Outcome

_LENGTH = struct.Struct("!I")
MOST_BYTES = 16 * 1024 * 1024


class Hello(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """The dialler's first frame. `watching`: not a room, it wants to hear what this room publishes."""

    VERSION: ClassVar[int] = 1
    room: str
    version: int = 1
    watching: bool = False


class Publish(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """A message for whoever subscribed."""

    subject: str
    body: msgspec.Raw


class Ask(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """A request; its number comes back with the answer."""

    number: int
    subject: str
    body: msgspec.Raw


class Answer(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """The outcome of one Ask."""

    number: int
    outcome: Outcome


Frame = Hello | Publish | Ask | Answer
_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Frame] = msgspec.msgpack.Decoder(Frame)


def pack(frame: Frame) -> bytes:
    """One framed item."""
    body = _encoder.encode(frame)
    return _LENGTH.pack(len(body)) + body


async def read(reader: asyncio.StreamReader) -> Frame | None:
    """The next frame, or None at a clean end. Raises MsgspecError or IncompleteReadError on anything else."""
    try:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    if length > MOST_BYTES:
        raise msgspec.DecodeError(f"a frame of {length} bytes")
    return _decoder.decode(await reader.readexactly(length))
