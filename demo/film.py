"""The demo's film, a case told while a test runs. In: a scene's clip. Out: an MP4 of its first seconds.

The clip's packets are put into a file as they are: nothing is encoded, and the desk makes it ready for air as it
would any film.
"""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.stream import Stream

from demo.clips import AUDIO_FRAME, FPS, clip
from demo.pictures import HEIGHT, WIDTH
from demo.sounds import RATE

SECONDS = 6
NAME = "以案说法：一份没有票据的蔬菜"


def film(scene: str, clips: Path, into: Path) -> bytes:
    """The file's bytes; made once."""
    if not into.exists():
        _make(scene, clips, into)
    return into.read_bytes()


def _make(scene: str, clips: Path, into: Path) -> None:
    made = clip(scene, clips)
    half = into.with_suffix(".half")
    with av.open(str(half), "w", format="mp4") as out:
        picture = out.add_stream("libx264", FPS)
        picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        sound = out.add_stream("libopus", RATE)
        for number, unit in enumerate(made.video[: SECONDS * FPS]):
            out.mux(_packet(unit, picture, number, Fraction(1, FPS), key=number % FPS == 0))
        for number, heard in enumerate(made.audio[: SECONDS * RATE // AUDIO_FRAME]):
            out.mux(_packet(heard, sound, number * AUDIO_FRAME, Fraction(1, RATE), key=True))
    half.replace(into)


def _packet(data: bytes, stream: Stream, at: int, time_base: Fraction, *, key: bool) -> "av.Packet[Any]":
    packet: av.Packet[Any] = av.Packet(data)
    packet.stream, packet.time_base, packet.is_keyframe = stream, time_base, key
    packet.pts = packet.dts = at
    return packet
