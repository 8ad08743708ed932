"""A desk that dies without a word loses nothing it had acknowledged, and leaves no half."""

import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import select

from store import Store, log
from store.tables.log import PublicPlace

ROUNDS = 3
LETS_LIVE_S = (0.05, 0.4, 0.15)
WRITER = """
import asyncio, sys
from pathlib import Path
from episodes.events import TimelinePosted
from runtime.places import Places
from store import Store
from store.tables.log import PublicPlace

async def main(url, var):
    async with Store.open(url, Places(Path(var))) as store:
        async def lane(n):
            while True:
                async with store.work(f"user:{n}") as work:
                    work.session.add(PublicPlace(id=int.from_bytes(__import__("os").urandom(3)), seq=0, utc_ns=0))
                    work.record(TimelinePosted(entry_id="x", text="字" * 200, by="u"))
                print(work.records[-1].seq, flush=True)
        await asyncio.gather(*(lane(n) for n in range(4)))

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.timeout(170)
async def test_a_killed_writer_loses_nothing_acknowledged(database) -> None:
    acknowledged = 0
    for lives_s in LETS_LIVE_S[:ROUNDS]:
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, database.url, str(database.places.var)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        first = writer.stdout.readline()
        assert first, "the writer wrote nothing"
        time.sleep(lives_s)
        writer.send_signal(signal.SIGKILL)
        rest, _ = writer.communicate()
        # The last line may be cut short by the kill: then it was not acknowledged.
        lines = (first + rest).split("\n")[:-1]
        assert max(map(int, lines)) > acknowledged
        acknowledged = max(map(int, lines))
        async with Store.open(database.url, database.places) as store, store.read() as session:
            head = await log.verify(session)
            states = len((await session.scalars(select(PublicPlace.id))).all())
        assert head.seq >= acknowledged
        assert states == head.seq, "state and record are one"
    assert acknowledged > ROUNDS
