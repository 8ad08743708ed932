"""What goes out: one frame for the public. Made by the timeline, sent by `onair`, read by `position`. Pure."""

from typing import Literal

import msgspec

Shows = Literal["slate", "program", "black"]


class AirPacket(msgspec.Struct, frozen=True, kw_only=True):
    """One frame for the public, due at `out_ns`. `scene_seq` is None without programme; `delay_ns` holds it back."""

    kind: Literal["video", "audio"]
    out_ns: int
    duration_ns: int
    key: bool
    scene_seq: int | None
    delay_ns: int
    shows: Shows
    data: bytes
