"""`python -m bench.pipeline`: CPU seconds per second of show, ours against ffmpeg's command line and bare x264.

One H.264 WHIP camera, 720p30 → overlay → x264 veryfast 2.5 Mb/s + AAC → 4 RTMP + HLS + recording, from one clip, in
real time. Ours and ffmpeg run at the same moment, so that whatever else the machine does slows both alike; bare x264
follows. RTP/SRTP is the studio's event loop, which does nothing else to speak of.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import psutil

from bench.stage import clip, cpu
from bench.stage.show import OUTPUTS, ROOT, Phone, Show, platform, show, snapshot
from broadcaster.encoders import x264_options
from runtime.settings.model import Encode

_MOST_LATE = 0.3
_AAC = "128k"
RESULT = Path(__file__).parent / "results" / "pipeline.json"


async def both(folder: Path, film: Path, packets: Path, seconds: float) -> tuple[dict[str, float], float]:
    """CPU seconds per second of show: ours by part, and ffmpeg's beside it."""
    overlay = _overlay(folder)
    with platform(folder) as port:
        async with show(folder) as running:
            phone = await Phone.start(packets, running.bus)
            try:
                await running.until("a camera", 20, lambda: running.live_cameras == 1)
                await running.on_air(port, delay_s=2)
                await running.until("four outputs", 30, lambda: running.live_outputs == OUTPUTS)
                await asyncio.sleep(3)
                beside = asyncio.create_task(asyncio.to_thread(theirs, folder / "ffmpeg", film, overlay, seconds))
                parts = await _measure(running, seconds)
                return parts, await beside
            finally:
                await phone.stop()


async def _measure(running: Show, seconds: float) -> dict[str, float]:
    studio, playout = running.studio, running.playout
    late = _late(running)
    before, threads = {**cpu.of_tree(studio), **cpu.of_tree(playout)}, cpu.of_threads(studio)
    began = time.monotonic()
    await asyncio.sleep(seconds)
    took = time.monotonic() - began
    after, ended = {**cpu.of_tree(studio), **cpu.of_tree(playout)}, cpu.of_threads(studio)
    parts = {"whole": cpu.used(before, after) / took, "late": (_late(running) - late) / took}
    for name, spent in ended.items():
        parts[f"studio thread {name}"] = (spent - threads.get(name, 0.0)) / took
    purposes = {**cpu.names(studio), **cpu.names(playout)}
    for pid, spent in after.items():
        if pid != studio.pid:
            label = f"process {purposes.get(pid, pid)}"
            parts[label] = parts.get(label, 0.0) + (spent - before.get(pid, 0.0)) / took
    parts["rtp"] = parts.get(f"studio thread {_loop_name(ended)}", 0.0)
    return parts


def _late(running: Show) -> int:
    return running.status.late_frames if running.status else 0


def _loop_name(threads: dict[str, float]) -> str:
    return next(name for name in threads if name.startswith(("dl-studio", "python")))


def _overlay(folder: Path) -> Path:
    """The graphics on the picture as one PNG, drawn by the same code."""
    overlay = folder / "overlay.png"
    scene = folder / "scene.json"
    scene.write_bytes(msgspec.json.encode(snapshot()))
    command = [sys.executable, "-m", "overlay.render", "scene", "--in", str(scene), "--out", str(overlay)]
    subprocess.run(command, check=True, cwd=ROOT)
    return overlay


def theirs(folder: Path, film: Path, overlay: Path, seconds: float) -> float:
    """ffmpeg's command line doing the same, in real time."""
    folder.mkdir()
    with platform(folder) as port:
        outputs = [f"[f=flv]rtmp://127.0.0.1:{port}/live/f{n}" for n in range(OUTPUTS)]
        outputs.append(
            f"[f=hls:hls_time=1:hls_list_size=12:hls_flags=delete_segments:hls_segment_type=fmp4]{folder}/f.m3u8"
        )
        outputs.append(f"[f=mp4:movflags=frag_keyframe+empty_moov:frag_duration=500000]{folder}/f.mp4")
        return _ffmpeg(
            ["-re", "-stream_loop", "-1", "-threads", "1", "-i", str(film), "-i", str(overlay), "-filter_complex",
             "[0:v][1:v]overlay,format=yuv420p[v]", "-map", "[v]", "-map", "0:a", *_x264(), "-c:a", "aac", "-b:a", _AAC,
             "-ar", "48000", "-flags", "+global_header", "-t", str(seconds), "-f", "tee", "|".join(outputs)], seconds,
        )  # fmt: skip


def bare(film: Path, seconds: float) -> float:
    """x264 alone: decode and encode to nothing, less decode to nothing."""
    source = ["-re", "-stream_loop", "-1", "-threads", "1", "-i", str(film), "-map", "0:v", "-t", str(seconds)]
    both = _ffmpeg([*source, *_x264(), "-f", "null", "-"], seconds)
    return both - _ffmpeg([*source, "-c:v", "rawvideo", "-f", "null", "-"], seconds)


def _x264() -> list[str]:
    encode = Encode()
    options = x264_options(encode)
    return [
        "-c:v", "libx264", "-preset", options["preset"], "-b:v", f"{encode.video_kbps}k", "-bf", "0", "-threads", "1",
        "-g", str(round(encode.keyframe_s * encode.fps)), "-x264-params", options["x264-params"],
    ]  # fmt: skip


def _ffmpeg(arguments: list[str], seconds: float) -> float:
    process = psutil.Popen(["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments])
    spent = 0.0
    while process.poll() is None:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            break
        spent = times.user + times.system
        time.sleep(0.05)
    if process.returncode:
        raise RuntimeError(f"ffmpeg ended with {process.returncode}")
    return spent / seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="daylight-bench-") as name:
        folder = Path(name)
        film, packets = clip.make(folder)
        parts, ffmpeg = asyncio.run(both(folder, film, packets, seconds))
        x264 = bare(film, seconds)
    report(parts, ffmpeg, x264)


def report(parts: dict[str, float], ffmpeg: float, x264: float) -> None:
    """The table, and the file."""
    whole, rtp = parts["whole"], parts["rtp"]
    figures = [
        _figure("pipeline", whole, "ffmpeg command line", ffmpeg),
        _figure("pipeline without RTP/SRTP", whole - rtp, "ffmpeg command line", ffmpeg),
        _figure("pipeline", whole, "bare x264", x264),
        _figure("RTP/SRTP (the studio's event loop)", rtp, "ffmpeg command line", ffmpeg),
        _figure("bare x264", x264, "ffmpeg command line", ffmpeg),
    ]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"figures": figures}, indent=1, ensure_ascii=False) + "\n")
    late = parts.pop("late")
    if late > _MOST_LATE:
        print(f"WARNING: {late:.1f} frames a second came late: this machine is too busy for these figures")
    for name, value in sorted(parts.items(), key=lambda item: -item[1]):
        print(f"{value:8.4f}  {name}")
    print(f"{ffmpeg:8.4f}  ffmpeg command line\n{x264:8.4f}  bare x264")
    for figure in figures:
        print(f"{figure['ratio']:8.3f} × {figure['peer']:20} {figure['name']}")


def _figure(name: str, value: float, peer: str, other: float) -> dict[str, object]:
    return {
        "name": name, "value": round(value, 4), "unit": "CPU s per s of show", "peer": peer,
        "ratio": round(value / other, 3),
    }  # fmt: skip


if __name__ == "__main__":
    main()
