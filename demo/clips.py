"""A scene as encoded packets, made once and kept. In: a scene's name and a folder. Out: a `Clip` to send in a loop.

Encoding 720p on two cores is dear and a real phone does it in hardware, so the demo encodes each scene once.
"""

from fractions import Fraction
from pathlib import Path

import av
import msgspec
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from demo.pictures import HEIGHT, LOOP_S, SCENES, WIDTH
from demo.sounds import RATE, loop

FPS = 30
AUDIO_FRAME = 960
_KBPS = 2200
_VERSION = 3


class Clip(msgspec.Struct, frozen=True):
    """`video`: access units in Annex B, the first a keyframe, FPS a second. `audio`: Opus packets of 20 ms."""

    version: int
    video: list[bytes]
    audio: list[bytes]


def clip(scene: str, folder: Path) -> Clip:
    """The scene's clip, from `folder` when it was made before."""
    kept = folder / f"{scene}.clip"
    if kept.exists():
        found = msgspec.msgpack.decode(kept.read_bytes(), type=Clip)
        if found.version == _VERSION:
            return found
    made = Clip(_VERSION, _video(scene), _audio(scene))
    folder.mkdir(parents=True, exist_ok=True)
    half = kept.with_suffix(".half")
    half.write_bytes(msgspec.msgpack.encode(made))
    half.replace(kept)
    return made


def _video(scene: str) -> list[bytes]:
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.framerate, encoder.time_base = Fraction(FPS), Fraction(1, FPS)
    encoder.bit_rate = _KBPS * 1000
    encoder.options = {
        "preset": "veryfast",
        "profile": "baseline",
        "x264-params": f"keyint={FPS}:scenecut=0:bframes=0:repeat-headers=1:rc-lookahead=0",
    }
    units: list[bytes] = []
    for number in range(int(FPS * LOOP_S)):
        frame = VideoFrame.from_ndarray(SCENES[scene](number / FPS), format="bgr24").reformat(format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        units += [bytes(packet) for packet in encoder.encode(frame)]
    return units + [bytes(packet) for packet in encoder.encode(None)]


def _audio(scene: str) -> list[bytes]:
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.format, encoder.layout = RATE, "flt", "stereo"
    encoder.bit_rate = 64_000
    sound = loop(scene)
    packets: list[bytes] = []
    for start in range(0, sound.shape[1] - AUDIO_FRAME + 1, AUDIO_FRAME):
        interleaved = np.ascontiguousarray(sound[:, start : start + AUDIO_FRAME].T).reshape(1, -1)
        frame = AudioFrame.from_ndarray(interleaved, format="flt", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets + [bytes(packet) for packet in encoder.encode(None)]
