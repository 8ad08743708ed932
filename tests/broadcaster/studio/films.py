"""Films with a frame counter, flash and beep, as a producer would upload them. In: a shape. Out: a file."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests.broadcaster.studio import counter
from tests.broadcaster.studio.clips import FLASH_FRAMES


def film(path: Path, *, seconds: float = 6, fps: int = 25, size: tuple[int, int] = (960, 540), grey: int = 120) -> Path:
    """Frame n of a 30 fps programme carries n; each second begins with a flash and a beep of a tenth."""
    width, height = size
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=fps)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.options = {"preset": "ultrafast"}
        audio = out.add_stream("aac", rate=44_100)
        audio.layout = "stereo"
        frame = av.VideoFrame(width, height, "yuv420p")
        planes = [np.frombuffer(memoryview(p), np.uint8).reshape(-1, p.line_size) for p in frame.planes]
        planes[1][:], planes[2][:] = 128, 128
        for number in range(round(seconds * fps)):
            at_s = number / fps
            planes[0][:] = 235 if at_s % 1 < FLASH_FRAMES / 30 else grey
            counter.paint(planes[0][:height, :width], round(at_s * 30))
            frame.pts, frame.time_base = number, Fraction(1, fps)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        at = np.arange(round(seconds * 44_100))
        sound = np.where(at % 44_100 < 44_100 * FLASH_FRAMES // 30, 0.5 * np.sin(2 * np.pi * 800 * at / 44_100), 0.0)
        for start in range(0, at.size, 1024):
            piece = np.tile(sound[start : start + 1024].astype(np.float32), (2, 1))
            block = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece), format="fltp", layout="stereo")
            block.sample_rate, block.pts = 44_100, start
            out.mux(audio.encode(block))
        out.mux(audio.encode(None))
    return path
