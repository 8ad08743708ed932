"""What every destination of the public programme has in common. In: framed frames. Out: none; a small protocol."""

from typing import Protocol

from broadcaster.feed import Picture, Sound


class Destination(Protocol):
    """Takes each frame at once and never waits."""

    def put(self, framed: bytes, *, video_key: bool) -> None: ...


class Form:
    """The programme's form, from the slate, which is coded as the studio codes."""

    def __init__(self, picture: Picture, sound: Sound, kbps: int, keyframe_s: float) -> None:
        self.picture = picture
        self.sound = sound
        self.bytes_per_s = kbps * 1000 // 8
        self.keyframe_s = keyframe_s
