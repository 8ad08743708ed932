"""Clips with a frame counter, flash and beep, made once. In: a shape. Out: encoded packets a phone sends in a loop."""

from fractions import Fraction
from pathlib import Path

import av
import msgspec
import numpy as np

from tests.broadcaster.studio import counter

FPS = 30
SECONDS = 4
FLASH_FRAMES = 3


class Clip(msgspec.Struct, frozen=True):
    codec: str
    width: int
    height: int
    fps: int
    video: list[bytes]
    audio: list[bytes]


def clip(
    folder: Path, *, codec: str = "h264", width: int = 640, height: int = 360, tone: int = 1000, grey: int = 90
) -> Path:
    """The file of such a clip."""
    path = folder / f"{codec}-{width}x{height}-{tone}-{grey}.clip"
    if not path.exists():
        made = Clip(codec, width, height, FPS, _video(codec, width, height, grey), _audio(tone))
        path.write_bytes(msgspec.msgpack.encode(made))
    return path


def _video(codec: str, width: int, height: int, grey: int) -> list[bytes]:
    encoder = av.CodecContext.create("libx264" if codec == "h264" else "libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.framerate, encoder.time_base, encoder.bit_rate = Fraction(FPS), Fraction(1, FPS), 1_000_000
    encoder.gop_size, encoder.max_b_frames, encoder.thread_count = 15, 0, 1
    encoder.options = (
        {
            "preset": "ultrafast",
            "profile": "baseline",
            "tune": "zerolatency",
            "x264-params": "repeat-headers=1:scenecut=0",
        }
        if codec == "h264"
        else {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    )
    units: list[bytes] = []
    frame = av.VideoFrame(width, height, "yuv420p")
    planes = [np.frombuffer(memoryview(p), np.uint8).reshape(-1, p.line_size) for p in frame.planes]
    for number in range(FPS * SECONDS):
        flash = number % FPS < FLASH_FRAMES
        planes[0][:] = 235 if flash else grey
        planes[1][:], planes[2][:] = 128, 128
        luma = planes[0][:height, :width]
        if not flash:
            luma[: height // 8, (number * 8) % width : (number * 8) % width + 40] = 200
        counter.paint(luma, number)
        frame.pts = number
        units += [bytes(packet) for packet in encoder.encode(frame)]
    return units + [bytes(packet) for packet in encoder.encode(None)]


def _audio(tone: int) -> list[bytes]:
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.format, encoder.layout, encoder.bit_rate = 48_000, "flt", "stereo", 64_000
    encoder.options = {"application": "lowdelay"}
    encoder.time_base = Fraction(1, 48_000)
    at = np.arange(48_000 * SECONDS)
    sound = np.where(at % 48_000 < 48_000 * FLASH_FRAMES // FPS, 0.5 * np.sin(2 * np.pi * tone * at / 48_000), 0.0)
    stereo = np.repeat(sound.astype(np.float32), 2)
    packets: list[bytes] = []
    for start in range(0, at.size, 960):
        frame = av.AudioFrame.from_ndarray(
            stereo[2 * start : 2 * start + 1920].reshape(1, -1), format="flt", layout="stereo"
        )
        frame.sample_rate, frame.pts = 48_000, start
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    packets += [bytes(packet) for packet in encoder.encode(None)]
    # What the encoder held back would make each round longer than the picture's, and sound later round by round.
    return packets[: SECONDS * 50]
