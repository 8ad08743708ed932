"""The public programme's form, which every destination's header is made of. Pure."""

from dataclasses import dataclass

from broadcaster.feed import Picture, Sound


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Known before the first packet comes, from the slate: it is coded as the studio codes."""

    picture: Picture
    sound: Sound
    bytes_per_s: int
    keyframe_s: float
