"""`python -m bench.cameras`: what connected cameras cost the studio. 720p30 phones, H.264, one of them on air.

One camera, then four, then four of which two are watched on the director's page. A camera off air is decrypted, put
together and recorded, never decoded: the decoders are counted by their threads.
"""

import argparse
import asyncio
import contextlib
import tempfile
import time
from pathlib import Path

from bench.report import Figure, report
from bench.stage import clip, cpu
from bench.stage.show import Phone, Show, platform, show
from tests.broadcaster.studio.viewer import Viewer

CAMERAS = ("one", "two", "three", "four")
WATCHED = ("two", "three")
_SETTLE_S = 4.0


async def measure(folder: Path, packets: Path, seconds: float) -> list[Figure]:
    """CPU seconds of the studio per second of show, by phase."""
    async with contextlib.AsyncExitStack() as stack:
        port = stack.enter_context(platform(folder))
        running = await stack.enter_async_context(show(folder))
        phones = [await Phone.start(packets, running.bus)]
        stack.push_async_callback(_stop, phones)
        await running.until("a camera", 20, lambda: running.live_cameras == 1)
        await running.on_air(port, delay_s=2, outputs=1)
        one = await _phase(running, seconds)
        phones.extend([await Phone.start(packets, running.bus, name) for name in CAMERAS[1:]])
        await running.until("four cameras", 30, lambda: running.live_cameras == len(CAMERAS))
        four = await _phase(running, seconds)
        viewers = [Viewer() for _ in WATCHED]
        for viewer, name in zip(viewers, WATCHED, strict=True):
            await viewer.watch(running.bus, name)
            stack.push_async_callback(viewer.close)
        watched = await _phase(running, seconds)
    return [*_figures("one camera", one, one), *_figures("four cameras", four, one),
            *_figures("four cameras, two watched", watched, one)]  # fmt: skip


async def _stop(phones: list[Phone]) -> None:
    for phone in phones:
        await phone.stop()


async def _phase(running: Show, seconds: float) -> dict[str, float]:
    await asyncio.sleep(_SETTLE_S)
    status = running.status
    assert status is not None
    late, before, began = status.late_frames, cpu.of_threads(running.studio), time.monotonic()
    await asyncio.sleep(seconds)
    took, after, status = time.monotonic() - began, cpu.of_threads(running.studio), running.status
    assert status is not None
    spent = {name: (used - before.get(name, 0.0)) / took for name, used in after.items()}
    decoders = [name for name in after if name.startswith("decode-")]
    assert len(decoders) == 1, f"only the camera on air is decoded, not {decoders}"
    return {
        "whole": sum(spent.values()),
        "loop": next(used for name, used in spent.items() if name.startswith(("dl-studio", "python"))),
        "fps": min(each.fps for each in status.cameras if each.state == "live"),
        "late": (status.late_frames - late) / took,
    }


def _figures(name: str, phase: dict[str, float], one: dict[str, float]) -> list[Figure]:
    ratio = round(phase["whole"] / one["whole"], 4)
    unit = "CPU s per s of show"
    return [
        Figure(name=f"studio, {name}", value=round(phase["whole"], 4), unit=unit, peer="one camera", ratio=ratio),
        Figure(name=f"its event loop, {name}", value=round(phase["loop"], 4), unit=unit),
        Figure(name=f"slowest camera's frames, {name}", value=phase["fps"], unit="per s"),
        Figure(name=f"late programme frames, {name}", value=round(phase["late"], 2), unit="per s"),
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="daylight-bench-") as name:
        _, packets = clip.make(Path(name))
        figures = asyncio.run(measure(Path(name), packets, seconds))
    report("cameras", figures)


if __name__ == "__main__":
    main()
