"""The public programme's form, which every destination's header is made of. Pure."""

from dataclasses import dataclass

from broadcaster.feed import Picture, Sound
from broadcaster.playout.slate import Slate
from runtime.settings.model import Encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Known before the first packet comes, from the slate: it is coded as the studio codes."""

    picture: Picture
    sound: Sound
    bytes_per_s: int
    keyframe_s: float

    @classmethod
    def of(cls, slate: Slate, encode: Encode) -> "Form":
        """The form of what is coded with these settings, as this slate is."""
        return cls(
            picture=Picture(fps=slate.fps, key_unit=slate.units[0].data),
            sound=Sound(),
            bytes_per_s=(encode.video_kbps + encode.audio_kbps) * 1000 // 8,
            keyframe_s=encode.keyframe_s,
        )
