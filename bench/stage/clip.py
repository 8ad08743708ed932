"""The camera's clip. In: a folder. Out: one 720p30 H.264 + Opus file for ffmpeg, and the same packets for the phone."""

import subprocess
from pathlib import Path

import av
import msgspec
import numpy as np

from tests.broadcaster.studio import counter
from tests.broadcaster.studio.clips import FPS, Clip

WIDTH, HEIGHT, SECONDS = 1280, 720, 20
_KBPS = 2600
_SIZE = WIDTH * HEIGHT


def make(folder: Path) -> tuple[Path, Path]:
    """`clip.mkv` and `clip.packets`. A moving chart under film grain: about as hard to encode as a hand-held phone."""
    film, packets = folder / "clip.mkv", folder / "clip.packets"
    if packets.exists():
        return film, packets
    chart = f"testsrc2=size={WIDTH}x{HEIGHT}:rate={FPS}:duration={SECONDS},noise=alls=8:allf=t"
    source = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", chart, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]
    sink = [
        "ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{WIDTH}x{HEIGHT}",
        "-r", str(FPS), "-i", "-", "-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={SECONDS}",
        "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "baseline", "-b:v", f"{_KBPS}k", "-maxrate",
        f"{_KBPS}k", "-bufsize", f"{_KBPS}k", "-g", str(FPS), "-x264-params", "repeat-headers=1:scenecut=0",
        "-c:a", "libopus", "-ac", "2", "-b:a", "64k", "-shortest", str(film),
    ]  # fmt: skip
    with (
        subprocess.Popen(source, stdout=subprocess.PIPE) as drawing,
        subprocess.Popen(sink, stdin=subprocess.PIPE) as encoding,
    ):
        assert drawing.stdout is not None
        assert encoding.stdin is not None
        for number in range(FPS * SECONDS):
            frame = np.frombuffer(drawing.stdout.read(_SIZE * 3 // 2), np.uint8).copy()
            counter.paint(frame[:_SIZE].reshape(HEIGHT, WIDTH), number)
            encoding.stdin.write(frame.tobytes())
        encoding.stdin.close()
    packets.write_bytes(msgspec.msgpack.encode(_packets(film)))
    return film, packets


def _packets(film: Path) -> Clip:
    video: list[bytes] = []
    audio: list[bytes] = []
    with av.open(str(film)) as source:
        annexb = av.BitStreamFilterContext("h264_mp4toannexb", source.streams.video[0])
        for packet in source.demux():
            if packet.stream.type == "audio" and packet.size:
                audio.append(bytes(packet))
            elif packet.stream.type == "video":
                video += [bytes(each) for each in annexb.filter(packet if packet.size else None)]
    return Clip("h264", WIDTH, HEIGHT, FPS, video, audio)
