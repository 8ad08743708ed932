"""What mixing costs and how soon a take is seen. `python -m bench.mix`.

Layouts and the dissolve as CPU per frame against x264 of the same frames, one run, in turns. Then takes between two
real phones in a real studio: from the request to the tick of the first packet that shows the new camera, cued and not.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

import cv2
import numpy as np

from bench.overlay import ROUNDS, cpu_ms, encode, pictures, to_frame
from bench.report import Figure, report
from broadcaster.studio.program.planes import Planes
from broadcaster.studio.program.screen import Screen
from broadcaster.studio.program.switch import Showing
from episodes.commands import Cue, Done, Take
from episodes.shot import Layout, Shot
from runtime.bus.open import open_bus
from runtime.places import Places
from runtime.settings import load
from tests.broadcaster.studio.clips import clip
from tests.broadcaster.studio.conftest import House, until, write_config
from tests.broadcaster.studio.judge import seen

WIDTH, HEIGHT = 1280, 720
TAKES = 12
ONE = Shot(source="one")


def layouts() -> list[Figure]:
    """CPU per frame of each way to put two pictures together."""
    grounds, beside = pictures(WIDTH, HEIGHT), pictures(WIDTH, HEIGHT)[::-1]
    frames = [to_frame(each, index) for index, each in enumerate(grounds)]
    screen, target = Screen(WIDTH, HEIGHT), tuple(np.zeros_like(plane) for plane in grounds[0])

    def lay(showing: Showing) -> Callable[[], None]:
        def run() -> None:
            for one, two in zip(grounds, beside, strict=True):
                screen.lay(showing, {"one": one, "two": two}, _three(target), frozen=False)

        return run

    ways = {
        "whole picture": lay(Showing(ONE)),
        "two-up": lay(Showing(_split("two_up"))),
        "picture in picture": lay(Showing(_split("pip"))),
        "dissolve": lay(Showing(Shot(source="two"), ONE, 0.5)),
        "x264": lambda: encode(frames, WIDTH, HEIGHT),
    }
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, work in ways.items():
            spent[name].append(cpu_ms(work))
    x264 = median(spent.pop("x264"))
    return [
        Figure(
            name=f"{name} 720p, CPU a frame",
            value=round(median(each), 3),
            unit="ms",
            peer="x264 veryfast",
            ratio=round(median(each) / x264, 4),
        )
        for name, each in spent.items()
    ]


def _split(layout: Layout) -> Shot:
    return Shot(source="one", layout=layout, second="two")


def _three(planes: tuple[np.ndarray, ...]) -> Planes:
    return planes[0], planes[1], planes[2]


async def takes(folder: Path) -> list[Figure]:
    """How soon a take is in a packet."""
    config = write_config(folder)
    settings = load(config)
    Places(settings.server.var).prepare()
    figures = []
    async with open_bus(settings, "desk") as bus, House(settings, config, bus).open() as house:
        await house.launch()
        await house.camera("one", clip=str(clip(folder, grey=90)))
        await house.camera("two", clip=str(clip(folder, grey=60)))
        for cued in (True, False):
            waits = [await _take(house, ("one", "two")[turn % 2], cued=cued) for turn in range(TAKES)]
            how = "cued" if cued else "not cued"
            figures += [
                _wait(f"take, {how}, median", median(waits)),
                _wait(f"take, {how}, p95", quantiles(waits, n=20)[-1]),
            ]
    return figures


def _wait(name: str, milliseconds: float) -> Figure:
    return Figure(name=name, value=round(milliseconds), unit="ms", peer="500 ms", ratio=round(milliseconds / 500, 2))


async def _take(house: House, source: str, *, cued: bool) -> float:
    """Milliseconds until a packet carries the new camera's grey."""
    if cued:
        await house.bus.request("studio.cue", Cue(command_id="c", source=source), Done)
        await asyncio.sleep(1.2)
    await until(lambda: house.video()[-1].key)
    del house.packets[:-60]
    began = time.monotonic_ns()
    await house.bus.request("studio.take", Take(command_id="t", source=source), Done)
    await asyncio.sleep(1.0)
    pictures = [p for p in seen(house.video()) if p.packet.mono_ns >= began]
    grey = {"one": 86, "two": 51}[source]
    first = next(p for p in pictures if abs(p.middle - grey) < 9)
    return (first.packet.mono_ns - began) / 1e6


def main() -> None:
    cv2.setNumThreads(1)
    figures = layouts()
    with tempfile.TemporaryDirectory(prefix="daylight-bench-") as folder:
        figures += asyncio.run(takes(Path(folder)))
    report("mix", figures)


if __name__ == "__main__":
    main()
