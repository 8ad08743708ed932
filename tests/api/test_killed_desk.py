"""A desk killed at any point of its work: what it had acknowledged is there, once, and the chain of records holds."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from episodes.events import (
    EpisodePlanned,
    FindingOpened,
    RapidTestReviewed,
    RapidTestStarted,
    RapidTestWithdrawn,
    ReadingEntered,
    StrapShown,
    TargetSealed,
    TimelinePosted,
)
from store import Store, log
from store.tables.episodes import Episode, Target
from store.tables.log import DeedDone
from store.tables.rapid_tests import RapidTestRow
from tests.api.killing import LIVE, Desks, Load, signed_in
from tests.postgres import schema

KINDS = {
    "line": (TimelinePosted, "text"),
    "strap": (StrapShown, "name"),
    "finding": (FindingOpened, "sentence"),
    "sample": (RapidTestStarted, "sample_no"),
    "reading": (ReadingEntered, "test_id"),
    "review": (RapidTestReviewed, "test_id"),
    "withdrawal": (RapidTestWithdrawn, "test_id"),
    "plan": (EpisodePlanned, "title"),
    "target": (TargetSealed, "target_id"),
}
"""What each deed leaves on record, and in which field it is known again."""
LEAST_DEEDS = 8
"""A desk is killed once it has done so many in this life, and a random moment later."""


@pytest.fixture(params=["sqlite", "postgresql"])
def desks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desks]:
    with contextlib.ExitStack() as kept:
        url = kept.enter_context(schema("killed")) if request.param == "postgresql" else ""
        one = Desks(tmp_path, url)
        kept.callback(one.stop)
        yield one


@pytest.mark.parametrize("kills", [5, pytest.param(50, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])])
async def test_what_was_acknowledged_is_there_once(desks: Desks, kills: int) -> None:
    await desks.prepare()
    desks.live()
    await _answers(desks)
    lives, chance = [], random.SystemRandom()
    async with signed_in(desks.base_url) as load, asyncio.TaskGroup() as tasks:
        working = tasks.create_task(load.working())
        for _ in range(kills):
            before, lives_s = len(load.done), chance.uniform(0.0, 0.3)
            await _until(load, before + LEAST_DEEDS)
            await asyncio.sleep(lives_s)
            desks.kill()
            lives.append(f"{len(load.done) - before} deeds, {lives_s:.3f} s")
            desks.live()
            await load.again(4)
        await _until(load, len(load.done) + LEAST_DEEDS)
        working.cancel()
    desks.kill()
    assert load.sent_again >= kills, "no kill hit anybody at work"
    async with Store.open(desks.url, desks.settings.server) as store, store.read() as session:
        try:
            await _whole(session, load)
        except AssertionError as error:
            error.add_note(f"the lives: {lives}; {Counter(each.kind for each in load.done)}")
            raise


async def _answers(desks: Desks) -> None:
    async with httpx.AsyncClient(base_url=desks.base_url, trust_env=False) as http:
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                if (await http.get("/healthz")).is_success:
                    return
            await asyncio.sleep(0.05)
    raise AssertionError(desks.log.read_text("utf-8")[-3000:])


async def _until(load: Load, deeds: int) -> None:
    while len(load.done) < deeds:
        load.stirred.clear()
        await asyncio.wait_for(load.stirred.wait(), 60)


async def _whole(session: AsyncSession, load: Load) -> None:
    await log.verify(session)
    events = [record.event for record in await log.read(session)]
    told = {
        kind: Counter(getattr(event, name) for event in events if type(event) is of)
        for kind, (of, name) in KINDS.items()
    }
    for kind, count in told.items():
        assert not [each for each, times in count.items() if times > 1], f"{kind} was done twice"
    for deed in load.done:
        name = KINDS[deed.kind][1]
        known_by = deed.answer.get(name) or (deed.path.split("/")[4] if name.endswith("_id") else deed.token)
        assert told[deed.kind][known_by] == 1, f"acknowledged and gone: {deed}"
    done = set((await session.scalars(select(DeedDone.command_id))).all())
    assert {deed.command_id for deed in load.done} <= done
    # State and record are one.
    for row, of, name in (
        (Episode, EpisodePlanned, "episode_id"),
        (RapidTestRow, RapidTestStarted, "test_id"),
        (Target, TargetSealed, "target_id"),
    ):
        rows = set((await session.scalars(select(row.id))).all())
        assert rows == {getattr(event, name) for event in events if type(event) is of}, row
    assert LIVE in {event.episode_id for event in events}
