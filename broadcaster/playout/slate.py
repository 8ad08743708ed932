"""The slate: what fills every hole. In: one coded group of pictures and one silent frame. Out: endless packets. Pure.

It is encoded once with the programme's settings (`broadcaster.playout.slate_encode`), so its parameter sets are the
programme's and it splices in without a new header.
"""

import msgspec


class Unit(msgspec.Struct, frozen=True, array_like=True):
    """One coded frame of the group."""

    key: bool
    data: bytes


class Slate(msgspec.Struct, frozen=True, kw_only=True):
    """A group of pictures that begins with its only keyframe, and a frame of silence."""

    fps: int
    video_extradata: bytes
    audio_extradata: bytes
    units: tuple[Unit, ...]
    silence: bytes
    sample_rate: int = 48_000
    samples: int = 1024

    @property
    def frame_ns(self) -> int:
        return 1_000_000_000 // self.fps

    @property
    def sound_ns(self) -> int:
        return self.samples * 1_000_000_000 // self.sample_rate


def unpack(data: bytes) -> Slate:
    """A slate from the bytes its encoder wrote. Raises msgspec.MsgspecError."""
    return msgspec.msgpack.decode(data, type=Slate)
