"""The deeds on PostgreSQL, where writers run side by side: a show, and the same command from two pages at once.

Further down the walks of `test_every_deed` over HTTP, each deed sent twice, on this database.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from api.app import create_app
from api.deeds import approvals, episodes, questions
from api.opening import open_desk, running
from episodes.events import EpisodeApproved, EpisodeWentLive, QuestionCleared, QuestionOnScreen, TimelinePosted
from runtime.bus.local import LocalBus
from runtime.settings.model import Settings
from store import log
from tests.api.rooms_played import played
from tests.api.stage import DIRECTOR, LEGAL, PRODUCER, Stage
from tests.api.test_deeds_graphics import asked
from tests.api.test_every_deed import (  # noqa: F401 - run here on PostgreSQL
    people,
    test_a_draw_of_officers,
    test_a_draw_that_gives_way,
    test_a_file_of_businesses,
    test_who_saves_second_overwrites_nothing,
)
from tests.beacon import a_minute_before
from tests.postgres import schema
from tests.ready import ready


@pytest.fixture
def url() -> Iterator[str]:
    with schema("deeds") as made:
        yield made


@pytest.fixture
async def side_by_side(url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    bus, clock = LocalBus(timeout_s=5.0), a_minute_before()
    settings = Settings(server={"var": tmp_path / "var"}, store={"url": url})
    async with (
        played(bus, clock) as rooms,
        open_desk(settings, bus.end("desk"), clock=clock) as desk,
        running(desk),
    ):
        await rooms.say()
        yield Stage(desk, rooms, clock)


@pytest.fixture
async def stage(side_by_side: Stage) -> Stage:
    """What the borrowed walks are played on."""
    return side_by_side


@pytest.fixture
async def app(stage: Stage) -> FastAPI:
    return create_app(stage.desk)


async def test_a_show(side_by_side: Stage) -> None:
    stage = side_by_side
    episode_id = await stage.live()
    await stage.reviewed(episode_id)
    await episodes.end(stage.desk, DIRECTOR, episode_id=episode_id)
    await stage.shown((await stage.records())[-1].seq, 10**9)
    assert stage.desk.public.show.tests[0].result is not None
    async with stage.desk.store.read() as session:
        assert (await log.verify(session)).seq == len(await stage.records())


async def test_the_same_command_from_two_pages_is_done_once(side_by_side: Stage) -> None:
    stage = side_by_side
    episode_id = await stage.live()

    async def post() -> str:
        line = await episodes.post_timeline(stage.desk, DIRECTOR, command_id="c", episode_id=episode_id, text="一句")
        return line.entry_id

    assert len(set(await asyncio.gather(*(post() for _ in range(8))))) == 1
    assert len(await stage.events(TimelinePosted)) == 1


async def test_two_hands_on_one_question_leave_one_on_the_picture(side_by_side: Stage) -> None:
    stage = side_by_side
    episode_id = await stage.live()
    await asked(stage, episode_id, "q1", "q2")
    await asyncio.gather(
        questions.show_question(stage.desk, DIRECTOR, question_id="q1"),
        questions.show_question(stage.desk, PRODUCER, question_id="q2"),
    )
    states = sorted(row.state for row in await questions.questions_of(stage.desk, episode_id))
    assert states == ["approved", "on_screen"]
    assert len(await stage.events(QuestionOnScreen)) == 2
    assert len(await stage.events(QuestionCleared)) == 1


async def test_two_approvals_and_two_starts_at_once_leave_one_of_each(side_by_side: Stage) -> None:
    stage = side_by_side
    episode_id = await stage.planned()
    words = {"legal_basis": "《食品安全法》第一百一十条", "scope": "江北区"}
    told = await asyncio.gather(
        *(approvals.give_basis(stage.desk, PRODUCER, episode_id=episode_id, **words) for _ in range(2)),
        return_exceptions=True,
    )
    assert [getattr(each, "code", "") for each in told if isinstance(each, Exception)] == ["conflict"]
    await approvals.review_basis(stage.desk, LEGAL, episode_id=episode_id, version=1)
    version = await approvals.version_now(stage.desk, episode_id)
    told = await asyncio.gather(
        *(approvals.approve(stage.desk, LEGAL, episode_id=episode_id, version=version) for _ in range(2)),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Exception) for each in told) == 1
    assert len(await stage.events(EpisodeApproved)) == 1
    await ready(stage.desk, episode_id)
    told = await asyncio.gather(
        *(episodes.go_live(stage.desk, who, episode_id=episode_id) for who in (DIRECTOR, PRODUCER)),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Exception) for each in told) == 1
    assert len(await stage.events(EpisodeWentLive)) == 1
