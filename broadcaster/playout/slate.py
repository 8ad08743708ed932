"""The slate: what fills every hole. In: coded groups of pictures and one silent frame. Out: endless packets. Pure.

There are two groups: the slate proper, and black for a KILL. Both are encoded once with the programme's settings
(`broadcaster.playout.slate_encode`), so their parameter sets are the programme's and they splice in without a new
header.
"""

import msgspec


class Unit(msgspec.Struct, frozen=True, array_like=True):
    """One coded frame of the group."""

    key: bool
    data: bytes


class Slate(msgspec.Struct, frozen=True, kw_only=True):
    """Groups of pictures that begin with their only keyframe, and a frame of silence."""

    fps: int
    video_extradata: bytes
    audio_extradata: bytes
    units: tuple[Unit, ...]
    black: tuple[Unit, ...]
    silence: bytes
    sample_rate: int = 48_000
    samples: int = 1024

    @property
    def frame_ns(self) -> int:
        return 1_000_000_000 // self.fps

    @property
    def sound_ns(self) -> int:
        return self.samples * 1_000_000_000 // self.sample_rate


# The first group of black is short, so that players behind HLS get one at once.
_SHORT_S = 0.5


class Filler:
    """Which unit comes next. Every change of what is shown begins with a keyframe."""

    def __init__(self, slate: Slate) -> None:
        self.slate = slate
        self.black = False
        self._at = 0
        self._short = False
        self._newer: Slate | None = None

    def renew(self, slate: Slate) -> None:
        """Use this slate from its next keyframe on."""
        self._newer = slate

    def restart(self) -> None:
        """The programme was shown: begin with a keyframe."""
        self._at = 0

    def turn(self, *, black: bool) -> None:
        """Black from now on, or the slate again."""
        if black != self.black:
            self.black = self._short = black
            self._at = 0

    def unit(self) -> Unit:
        """The next coded picture."""
        if self._at == 0 and self._newer:
            self.slate, self._newer = self._newer, None
        units = self.slate.black if self.black else self.slate.units
        unit = units[self._at]
        most = max(1, round(_SHORT_S * self.slate.fps)) if self._short else len(units)
        self._at += 1
        if self._at >= min(most, len(units)):
            self._at, self._short = 0, False
        return unit


def unpack(data: bytes) -> Slate:
    """A slate from the bytes its encoder wrote. Raises msgspec.MsgspecError."""
    return msgspec.msgpack.decode(data, type=Slate)
