"""`python -m bench.outputs`: what each further RTMP output costs, against the encode of the same show and moment.

One 720p30 camera on air; one output, then five, in turns. The cost is what playout and its workers use more with five,
a quarter of it for each; the encode is the studio's x264 thread. Aim: below 0.02.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

from bench.report import Figure, report
from bench.stage import clip, cpu
from bench.stage.show import Phone, Show, platform, show

_FEW, _MANY = 1, 5
_ENCODE = "encode-video"


async def measured(folder: Path, seconds: float, turns: int) -> tuple[list[float], list[float], list[float]]:
    """Playout's CPU seconds per second with few and with many outputs, and the encode's."""
    few: list[float] = []
    many: list[float] = []
    encode: list[float] = []
    _, packets = clip.make(folder)
    with platform(folder) as port:
        async with show(folder) as running:
            phone = await Phone.start(packets, running.bus)
            try:
                await running.until("a camera", 20, lambda: running.live_cameras == 1)
                await running.on_air(port, delay_s=2, outputs=_FEW)
                for _ in range(turns):
                    for count, into in ((_FEW, few), (_MANY, many)):
                        await running.push(port, count)
                        await running.until(f"{count} outputs", 30, lambda count=count: running.live_outputs == count)
                        await asyncio.sleep(4)
                        used, encoded = await _span(running, seconds)
                        into.append(used)
                        encode.append(encoded)
            finally:
                await phone.stop()
    return few, many, encode


async def _span(running: Show, seconds: float) -> tuple[float, float]:
    tree, threads = cpu.of_tree(running.playout), cpu.of_threads(running.studio)
    began = asyncio.get_running_loop().time()
    await asyncio.sleep(seconds)
    took = asyncio.get_running_loop().time() - began
    used = cpu.used(tree, cpu.of_tree(running.playout)) / took
    return used, (cpu.of_threads(running.studio)[_ENCODE] - threads[_ENCODE]) / took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument("--turns", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="daylight-bench-") as name:
        few, many, encode = asyncio.run(measured(Path(name), given.seconds, given.turns))
    mean = sum(encode) / len(encode)
    each = (sum(many) - sum(few)) / len(few) / (_MANY - _FEW)
    unit = "CPU s per s of show"
    report(
        "outputs",
        [
            Figure(name="encode (x264 thread)", value=mean, unit=unit),
            Figure(name="playout with one output", value=sum(few) / len(few), unit=unit),
            Figure(name="playout with five", value=sum(many) / len(many), unit=unit),
            Figure(name="each further RTMP output", value=each, unit=unit, peer="the encode", ratio=each / mean),
        ],
    )


if __name__ == "__main__":
    main()
