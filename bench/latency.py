"""`python -m bench.latency`: how old a picture is when it arrives, by the counter in it. p50 and p95.

Camera → director's monitor (its own packets, and the programme), and camera → RTMP server with no broadcast delay. From
the moment the phone hands an encoded picture to its network.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path
from statistics import quantiles

from bench.stage import clip
from bench.stage.show import ROOT, Phone, Show, platform, show
from episodes.commands import Answered, OfferMonitor

RESULT = Path(__file__).parent / "results" / "latency.json"
PEERS = {
    "camera → monitor (camera)": ("SRS, own figure, field to screen", 80.0),
    "camera → monitor (programme)": ("SRS, own figure, field to screen", 80.0),
    "camera → RTMP server": ("SRS and ffmpeg, tuned, median of its best run", 52.0),
}


class Watcher:
    """One `bench.stage.watcher`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(cls, *arguments: str) -> "Watcher":
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bench.stage.watcher", *arguments, cwd=ROOT, limit=1 << 24,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            )
        )  # fmt: skip

    async def join(self, running: Show, source: str) -> None:
        offer = str((await self.hear("offer"))["offer"])
        answered = await running.bus.request("studio.whep", OfferMonitor(source=source, sdp=offer), Answered)
        self.process.stdin.write(json.dumps({"answer": answered.sdp}).encode() + b"\n")

    async def hear(self, key: str) -> dict[str, object]:
        while line := await self.process.stdout.readline():
            told: dict[str, object] = json.loads(line)
            if key in told:
                return told
        raise EOFError("the watcher ended")

    async def seen(self) -> list[tuple[float, int]]:
        self.process.stdin.close()
        found = (await self.hear("seen"))["seen"]
        await self.process.wait()
        return [(float(at), int(number)) for at, number in found]


async def measure(folder: Path, packets: Path, seconds: float) -> dict[str, list[float]]:
    """Milliseconds by way."""
    with platform(folder) as port:
        async with show(folder) as running:
            phone = await Phone.start(packets, running.bus)
            try:
                await running.until("a camera", 20, lambda: running.live_cameras == 1)
                await running.on_air(port, delay_s=0, outputs=1)
                await running.until("an output", 30, lambda: running.live_outputs == 1)
                await asyncio.sleep(3)
                ways = {"camera → monitor (camera)": await Watcher.start("whep")}
                await ways["camera → monitor (camera)"].join(running, "one")
                ways["camera → monitor (programme)"] = await Watcher.start("whep")
                await ways["camera → monitor (programme)"].join(running, "program")
                ways["camera → RTMP server"] = await Watcher.start("rtmp", f"rtmp://127.0.0.1:{port}/live/main-0")
                await asyncio.sleep(seconds)
                return {way: _ages(await watcher.seen(), phone.began) for way, watcher in ways.items()}
            finally:
                await phone.stop()


def _ages(seen: list[tuple[float, int]], began: float) -> list[float]:
    """The first seconds fill players and encoders, and are left out."""
    start = seen[0][0] + 3 if seen else 0
    ages = [(at - began - number / clip.FPS) % clip.SECONDS for at, number in seen if at > start]
    return [1000 * age for age in ages if age < clip.SECONDS / 2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="daylight-bench-") as name:
        folder = Path(name)
        _, packets = clip.make(folder)
        found = asyncio.run(measure(folder, packets, seconds))
    figures = []
    for way, ages in found.items():
        cuts = quantiles(ages, n=20)
        peer, other = PEERS[way]
        for label, value in (("p50", cuts[9]), ("p95", cuts[18])):
            figures.append(
                {
                    "name": f"{way} {label}",
                    "value": round(value, 1),
                    "unit": "ms",
                    "peer": peer,
                    "ratio": round(value / other, 2),
                }
            )
            print(f"{value:8.1f} ms  {way} {label}  ({len(ages)} pictures)")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"figures": figures}, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
