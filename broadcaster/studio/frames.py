"""The two things that flow in the studio. In: nothing. Out: `EncodedFrame` (left of the decoder), `Picture` (right).

All times are CLOCK_MONOTONIC nanoseconds, the clock this machine's processes share.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["video", "audio"]
Codec = Literal["h264", "vp8", "opus"]


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """One access unit or one Opus packet of a camera, shared by every reader and changed by none."""

    kind: Kind
    codec: Codec
    data: bytes
    key: bool
    rtp_ts: int
    """The RTP timestamp, unwrapped; 90 kHz for pictures, 48 kHz for sound."""
    mono_ns: int
    """When it was captured, on our clock, as well as the sender's reports tell."""
    arrival_ns: int
    width: int = 0
    height: int = 0
    session: int = 0
    """Counts the camera's sessions: a reader starts anew when it changes."""
