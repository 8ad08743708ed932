"""What the graphics cost. Typical scene against x264 veryfast of the same frames and libavfilter's overlay, one run.

CPU time of this process, one x264 thread, a moving noisy picture. The scene holds header, live mark with clock and a
result card. Sides are measured in turns, so that a busy machine hits all alike.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
from av.filter import Graph

from bench.report import Figure, report
from overlay.compositor import Compositor
from overlay.graphics.paint import paint
from overlay.graphics.sheet import Frame
from overlay.layout import elements
from overlay.scene import Scene
from overlay.sprite import Planes
from overlay.theme import DAYLIGHT
from tests.overlay.material import CASES, T0, S, scene_of

FRAMES, ROUNDS = 60, 5


def pictures(width: int, height: int) -> list[Planes]:
    """A pan over a rough texture, with sensor noise."""
    noise = np.random.default_rng(3)
    wide, high = width + 4 * FRAMES, height + 64
    rough = sum(
        cv2.resize(noise.normal(0, 26, (high // n, wide // n)).astype(np.float32), (wide, high), interpolation=2)
        for n in (8, 32, 128)
    )
    out = []
    for i in range(FRAMES):
        crop = rough[32 : 32 + height, 4 * i : 4 * i + width] + noise.normal(0, 2, (height, width))
        y = np.clip(crop + 118, 16, 235).astype(np.uint8)
        u = cv2.resize(y, (width // 2, height // 2), interpolation=cv2.INTER_AREA) // 4 + 96
        out.append((y, u, 255 - u))
    return out


def cpu_ms(work: Callable[[], None]) -> float:
    """Milliseconds of CPU per frame."""
    begun = time.process_time_ns()
    work()
    return (time.process_time_ns() - begun) / FRAMES / 1e6


def to_frame(planes: Planes, index: int) -> av.VideoFrame:
    """A frame of our own."""
    frame = av.VideoFrame.from_ndarray(np.concatenate([p.reshape(-1, planes[0].shape[1]) for p in planes]), "yuv420p")
    frame.pts = index
    return frame


def encode(frames: list[av.VideoFrame], width: int, height: int) -> None:
    """x264 as in the programme."""
    codec = av.VideoCodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
    codec.framerate, codec.bit_rate, codec.thread_count = 30, 2_500_000, 1
    codec.options = {"preset": "veryfast", "tune": "zerolatency", "bf": "0", "threads": "1"}
    for frame in frames:
        frame.pict_type = 0
        codec.encode(frame)
    codec.encode(None)


def by_filter(frames: list[av.VideoFrame], scene: Scene, folder: Path) -> Callable[[], None]:
    """The same sprites through libavfilter's overlay."""
    first = frames[0]
    graph = Graph()
    source = graph.add_buffer(width=first.width, height=first.height, format=first.format, time_base="1/30")
    last = source
    for number, element in enumerate(elements(scene, T0 + S)):
        painted = paint(element.content, Frame(first.width, first.height), DAYLIGHT)
        path = folder / f"{first.width}-{number}.png"
        painted.image.save(path)
        sprite = graph.add("movie", str(path))
        laid = graph.add("overlay", f"x={painted.x}:y={painted.y}:eof_action=repeat:format=yuv420")
        last.link_to(laid, 0, 0)
        sprite.link_to(laid, 0, 1)
        last = laid
    last.link_to(graph.add("buffersink"))
    graph.configure()

    def run() -> None:
        for frame in frames:
            graph.push(frame)
            graph.pull()

    return run


def side(width: int, height: int, folder: Path) -> list[Figure]:
    """One size."""
    name = f"{height}p"
    scene = scene_of(*CASES["positive"])
    grounds = pictures(width, height)
    frames = [to_frame(each, index) for index, each in enumerate(grounds)]
    painter = Compositor(width, height)
    painter.prepare(scene, T0 + S)
    painter.draw(grounds[0], scene, T0 + S)

    def ours() -> None:
        for index, planes in enumerate(grounds):
            painter.draw(planes, scene, T0 + 2 * S + index * S // 30)

    times: dict[str, list[float]] = {"x264": [], "filter": [], "ours": []}
    for turn in range(ROUNDS):
        for index, frame in enumerate(frames):
            frame.pts = index + turn * FRAMES
        times["x264"].append(cpu_ms(lambda: encode(frames, width, height)))
        times["filter"].append(cpu_ms(by_filter(frames, scene, folder)))
        times["ours"].append(cpu_ms(ours))
    painter.close()
    x264, filtered, mine = (float(np.median(times[key])) for key in ("x264", "filter", "ours"))
    peer, other = f"x264 veryfast {name}", f"libavfilter overlay {name}"
    return [
        Figure(name=peer, value=x264, unit="ms CPU/frame"),
        Figure(name=other, value=filtered, unit="ms CPU/frame", peer=peer, ratio=filtered / x264),
        Figure(name=f"overlay {name}", value=mine, unit="ms CPU/frame", peer=peer, ratio=mine / x264),
        Figure(
            name=f"overlay against filter {name}",
            value=mine,
            unit="ms CPU/frame",
            peer=other,
            ratio=mine / filtered,
        ),
    ]


def main() -> None:
    """Both sizes, and the cost of drawing a card once."""
    with tempfile.TemporaryDirectory() as folder:
        figures = [*side(1280, 720, Path(folder)), *side(1920, 1080, Path(folder))]
    for size in ((1280, 720), (1920, 1080)):
        content = elements(scene_of(*CASES["positive"]), T0 + S)[-1].content
        paint(content, Frame(*size), DAYLIGHT)
        begun = time.process_time_ns()
        for _ in range(5):
            paint(content, Frame(*size), DAYLIGHT)
        spent = (time.process_time_ns() - begun) / 5e6
        figures.append(Figure(name=f"drawing a card {size[1]}p, off the frame thread", value=spent, unit="ms CPU"))
    report("overlay", figures)


if __name__ == "__main__":
    main()
