"""`python -m bench.start`: from `daylight serve` to ready, and from a killed room to its return. Median of some runs.

A whole house on a fresh folder each time, desk with migrations and certificate included. Ready is the line that `serve`
prints; a room has returned when its successor says so itself (the studio: it holds the snapshot, its programme runs).
Cameras then rejoin by their own retry, which tests/faults and the demo show.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from bench.report import Figure, report
from tests.faults.ears import ears
from tests.house import House

_MOST_S = 120.0
TARGET_S = {"studio": 5.0, "playout": 3.0}


def to_ready(house: House) -> float:
    """Seconds from the command to its line."""
    began = time.monotonic()
    house.start(_MOST_S)
    while "Daylight is ready" not in house.logged():
        if time.monotonic() - began > _MOST_S:
            raise TimeoutError("not ready")
        time.sleep(0.01)
    return time.monotonic() - began


async def returns(house: House) -> dict[str, float]:
    """Seconds from SIGKILL to the successor's first word, by room."""
    took: dict[str, float] = {}
    async with ears(house.var) as heard:
        for room in ("studio", "playout"):
            about = f"{room}.status"
            await heard.until(about, lambda about=about: about in heard.last, _MOST_S)
            # Settled, as in a show: the restart's own load is over.
            await asyncio.sleep(2)
            epoch = heard.last[about]["epoch"]
            house.kill(room)
            took[room] = await heard.until(
                f"a new {room}",
                lambda about=about, epoch=epoch: (
                    heard.last[about]["epoch"] != epoch and heard.last[about].get("ready", True)
                ),
                _MOST_S,
            )
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    starts: list[float] = []
    back: dict[str, list[float]] = {"studio": [], "playout": []}
    with tempfile.TemporaryDirectory(prefix="daylight-bench-start-") as folder:
        for run in range(runs):
            house = House(Path(folder) / str(run), log__level="info")
            try:
                starts.append(to_ready(house))
                for room, took_s in asyncio.run(returns(house)).items():
                    back[room].append(took_s)
            finally:
                if house.process:
                    house.stop()
    figures = [Figure(name="daylight serve → ready", value=statistics.median(starts), unit="s")]
    for room, times in back.items():
        value = statistics.median(times)
        figures.append(
            Figure(
                name=f"{room} killed → {room} back",
                value=value,
                unit="s",
                peer=f"the limit of {TARGET_S[room]:g} s",
                ratio=value / TARGET_S[room],
            )
        )
    report("start", figures)


if __name__ == "__main__":
    main()
