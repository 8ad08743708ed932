"""A desk killed (SIGKILL) in the middle of bringing a file in: its successor goes on by itself and counts every row once."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

from api.opening import open_desk, running
from runtime.bus.local import LocalBus
from runtime.settings.model import Settings
from store import entities, entity_imports
from store.tables.entities import EntityImport
from tests.api.test_entities import row, table

ROWS = 4000
DESK = """
import asyncio, sys
from pathlib import Path
from api.opening import open_desk, running
from runtime.bus.local import LocalBus
from runtime.settings.model import Settings
from store import entities, entity_imports

async def main():
    async with open_desk(Settings(server={"var": Path(sys.argv[1])}), LocalBus().end("desk")) as desk:
        async with desk.store.work("test") as work:
            await entity_imports.begin(work.session, "i1", name="x", sha256="s", size_bytes=1, state="applying", by="u", made_utc_ns=1)
        async with running(desk):
            while True:
                async with desk.store.read() as session:
                    if await entities.counted(session):
                        print("begun", flush=True)
                await asyncio.sleep(0.005)

asyncio.run(main())
"""


async def test_the_next_desk_brings_the_rest_in(tmp_path: Path) -> None:
    var = tmp_path / "var"
    (var / "imports").mkdir(parents=True)
    (var / "imports" / "i1.rows").write_text(table(*(row(n) for n in range(1, ROWS + 1))), "utf-8")
    first = subprocess.Popen([sys.executable, "-c", DESK, var], stdout=subprocess.PIPE, text=True)
    assert first.stdout
    assert first.stdout.readline() == "begun\n"
    first.kill()
    first.wait()
    async with open_desk(Settings(server={"var": var}), LocalBus().end("desk")) as desk:
        async with desk.store.read() as session:
            cut = await entities.counted(session)
            assert 0 < cut < ROWS
        async with running(desk):
            end = time.monotonic() + 60
            done: EntityImport | None = None
            while (done is None or done.state != "done") and time.monotonic() < end:
                async with desk.store.read() as session:
                    done = await entity_imports.get(session, "i1")
                await asyncio.sleep(0.02)
        assert done is not None
        assert (done.state, done.rows_done, done.added, done.same, done.bad) == ("done", ROWS, ROWS, 0, 0)
        async with desk.store.read() as session:
            assert await entities.counted(session) == ROWS
