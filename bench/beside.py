"""`python -m bench.beside`: a file of businesses brought in by a running house while people work at its desk.

Everything is real: `daylight serve` with its three rooms, the upload, the check, the import; meanwhile one person saves
deeds, one types in the search, one loads pages. What each waited is what the import cost them.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from bench.entities import QUERIES, register, share
from bench.report import Figure, report
from demo.cast import Browser, administrator, engage
from tests.house import House

LIMIT_MS = 100.0
"""What an import may add to a live write."""
_EVERY_S = 0.05


async def saves(producer: Browser, over: asyncio.Event) -> list[float]:
    """A deed with a record, again and again; milliseconds each."""
    took = []
    while not over.is_set():
        slot = {"name": "开门见光", "agency": "江北市", "weekday": 3, "starts": "19:00", "minutes": 90}
        began = time.monotonic()
        await producer.post("/api/v1/programmes", slot | {"programme_id": "bench"})
        took.append((time.monotonic() - began) * 1000)
        await asyncio.sleep(_EVERY_S)
    return took


async def types(producer: Browser, over: asyncio.Event) -> list[float]:
    """Every beginning of what somebody looks for."""
    took = []
    while not over.is_set():
        for query in QUERIES:
            for end in range(1, len(query) + 1):
                if over.is_set():
                    return took
                began = time.monotonic()
                await producer.post("/api/v1/entities/search", {"typed": query[:end]})
                took.append((time.monotonic() - began) * 1000)
                await asyncio.sleep(_EVERY_S)
    return took


async def until(producer: Browser, path: str, state: str) -> float:
    began = time.monotonic()
    while True:
        if (await producer.get(path))["state"] == state:
            return time.monotonic() - began
        await asyncio.sleep(0.2)


async def measure(house: House, file: Path) -> list[Figure]:
    kept = house.var / "cast.json"
    cast = await engage(house.base_url, administrator(house.config, kept, house.env), kept)
    producer = Browser(house.base_url)
    await producer.sign_in(cast["producer"])
    quiet = asyncio.Event()
    alone = asyncio.create_task(saves(producer, quiet))
    await asyncio.sleep(5)
    quiet.set()
    before = await alone

    sent = await producer.send("/api/v1/entities/imports", file.read_bytes(), "text/csv", name="登记表.csv")
    path = f"/api/v1/entities/imports/{sent['import_id']}"
    over = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        saving, typing = tasks.create_task(saves(producer, over)), tasks.create_task(types(producer, over))
        checked_s = await until(producer, path, "checked")
        await producer.post(f"{path}/apply")
        applied_s = await until(producer, path, "done")
        over.set()
    beside, searched = saving.result(), typing.result()
    await producer.close()
    limit = f"the limit of {LIMIT_MS:g} ms above quiet"
    added = max(beside) - share(before, 0.5) / 1000
    return [
        Figure(name="checking", value=checked_s, unit="s"),
        Figure(name="bringing in", value=applied_s, unit="s"),
        Figure(name="a deed, quiet, median", value=share(before, 0.5) / 1000, unit="ms"),
        Figure(name="a deed, quiet, longest", value=max(before), unit="ms"),
        Figure(name="a deed beside it, p99", value=share(beside, 0.99) / 1000, unit="ms"),
        Figure(name="a deed beside it, longest", value=max(beside), unit="ms", peer=limit, ratio=added / LIMIT_MS),
        Figure(name="search as you type beside it, p95", value=share(searched, 0.95) / 1000, unit="ms"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="daylight-bench-beside-") as folder:
        file = Path(folder) / "register.csv"
        register(file, given.rows)
        house = House(Path(folder) / "house").start()
        try:
            figures = asyncio.run(measure(house, file))
        finally:
            house.stop()
    report("beside", figures)


if __name__ == "__main__":
    main()
