"""`python -m bench.away`: how long after 切走我 its camera is still seen at the RTMP server, with no broadcast delay.

From the moment the command is given to the studio to the last picture of the camera at the server, by the counter in
the picture; slate has none. Aim: within 300 ms. A phone's own press adds one small request to the desk.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median

import msgspec

from bench.latency import Watcher
from bench.report import Figure, report
from bench.stage import clip
from bench.stage.show import Phone, Show, platform, show
from episodes.commands import Done, SetCameras, Take

_AIM_MS = 300.0
_APART_S = 1.5


async def measure(folder: Path, packets: Path, turns: int) -> list[float]:
    """Milliseconds, one for each press."""
    with platform(folder) as port:
        async with show(folder) as running:
            phone = await Phone.start(packets, running.bus)
            try:
                await running.until("a camera", 20, lambda: running.live_cameras == 1)
                await running.on_air(port, delay_s=0, outputs=1)
                await running.until("an output", 30, lambda: running.live_outputs == 1)
                await asyncio.sleep(3)
                watcher = await Watcher.start("rtmp", f"rtmp://127.0.0.1:{port}/live/main-0")
                await asyncio.sleep(4)
                pressed = [await _press(running) for _ in range(turns)]
                return _after(pressed, [at for at, _ in await watcher.seen()])
            finally:
                await phone.stop()


async def _press(running: Show) -> float:
    """Away, and some time later back and on air again."""
    at = time.monotonic()
    there = SetCameras(command_id=f"away-{at}", cameras=("one",))
    await running.bus.request("studio.cameras", msgspec.structs.replace(there, away=("one",)), Done)
    await asyncio.sleep(_APART_S)
    await running.bus.request("studio.cameras", msgspec.structs.replace(there, command_id=f"back-{at}"), Done)
    await running.bus.request("studio.take", Take(command_id=f"take-{at}", source="one"), Done)
    await asyncio.sleep(_APART_S)
    return at


def _after(pressed: list[float], seen: list[float]) -> list[float]:
    """How long after each press the camera was last seen."""
    return [1000 * (max(at for at in seen if at < press + _APART_S) - press) for press in pressed]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=10)
    turns = parser.parse_args().turns
    with tempfile.TemporaryDirectory(prefix="daylight-bench-") as name:
        folder = Path(name)
        _, packets = clip.make(folder)
        found = asyncio.run(measure(folder, packets, turns))
    report(
        "away",
        [
            Figure(name="last picture after 切走我, median", value=median(found), unit="ms"),
            Figure(
                name="last picture after 切走我, worst",
                value=max(found),
                unit="ms",
                peer="the aim",
                ratio=max(found) / _AIM_MS,
            ),
        ],
    )


if __name__ == "__main__":
    main()
