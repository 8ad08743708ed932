"""`python -m bench.renditions`: what each further rendition costs the studio, against the main encode beside it.

One 720p30 camera on air with its graphics; each rendition in turn with one output of its own. Its cost is its own two
threads (scale and graphics, encode): the table in `episodes/renditions.py` is kept from these figures.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

from bench.report import Figure, report
from bench.stage import clip, cpu
from bench.stage.show import Phone, Show, platform, show
from episodes.renditions import RENDITIONS

_ENCODE = "encode-video"


async def measured(folder: Path, seconds: float) -> list[tuple[str, float, float, float]]:
    """Of each rendition: its name, its cores, the part of them that encodes, the main encode's cores beside it."""
    found = []
    _, packets = clip.make(folder)
    with platform(folder) as port:
        async with show(folder) as running:
            phone = await Phone.start(packets, running.bus)
            try:
                await running.until("a camera", 20, lambda: running.live_cameras == 1)
                await running.on_air(port, delay_s=2, outputs=1)
                for each in RENDITIONS:
                    await running.push(port, 1, each.name)
                    await running.until(each.name, 60, lambda: running.live_outputs == 2)
                    await asyncio.sleep(3)
                    spent = await _span(running, seconds)
                    whole = spent.get(f"pic-{each.name}"[:15], 0.0) + spent.get(f"enc-{each.name}"[:15], 0.0)
                    encode = spent.get(f"enc-{each.name}"[:15], 0.0)
                    found.append((each.name, whole, encode, spent[_ENCODE]))
            finally:
                await phone.stop()
    return found


async def _span(running: Show, seconds: float) -> dict[str, float]:
    before, began = cpu.of_threads(running.studio), asyncio.get_running_loop().time()
    await asyncio.sleep(seconds)
    took = asyncio.get_running_loop().time() - began
    after = cpu.of_threads(running.studio)
    return {name: (spent - before.get(name, 0.0)) / took for name, spent in after.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=12)
    with tempfile.TemporaryDirectory(prefix="daylight-bench-") as name:
        found = asyncio.run(measured(Path(name), parser.parse_args().seconds))
    unit = "cores"
    figures = [
        Figure(name="main encode, 1280×720", value=sum(each[3] for each in found) / len(found), unit=unit),
        *(
            Figure(name=name, value=whole, unit=unit, peer="the main encode", ratio=whole / main)
            for name, whole, _, main in found
        ),
        *(
            Figure(name=f"{name}, encode alone", value=encode, unit=unit, peer="the main encode", ratio=encode / main)
            for name, _, encode, main in found
        ),
    ]
    report("renditions", figures)


if __name__ == "__main__":
    main()
