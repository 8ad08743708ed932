"""An episode from plan to publication, by two people, recorded before anything is public; each command once."""

import asyncio

import pytest

from api.deeds import episodes
from api.deeds.doing import StateNow
from api.deeds.episodes import LinePosted
from episodes.commands import SetAir, SetDelay, SetOutputs, Take
from episodes.events import EpisodeWentLive, PastFiguresSet, SourceTaken, TimelinePosted
from runtime.problems import UserProblem
from store import log
from tests.api.stage import DIRECTOR, LEGAL, PRODUCER, Stage, approve


async def test_plan_approve_live_end_publish(stage: Stage) -> None:
    episode_id = await stage.approved()
    assert await stage.go_live(episode_id, source="cam-1") == StateNow("live")
    assert await episodes.end(stage.desk, DIRECTOR, episode_id=episode_id) == StateNow("ended")
    assert await episodes.publish(stage.desk, PRODUCER, episode_id=episode_id) == StateNow("published")
    assert await stage.kinds() == [
        "ProgrammeSet",
        "EpisodePlanned",
        "LegalBasisGiven",
        "LegalBasisReviewed",
        "EpisodeApproved",
        *["CredentialSet"] * 2,
        "ModerationDuty",
        "GateDecided",
        "EpisodeWentLive",
        "SourceTaken",
        "EpisodeEnded",
        "EpisodePublished",
    ]
    (live,) = await stage.events(EpisodeWentLive)
    assert live == EpisodeWentLive(
        episode_id=episode_id,
        number=103,
        programme="一线直播",
        agency="江北市市场监管局",
        title="夜市快检",
        theme="夜市",
    )
    actors = [record.actor async for record in _rows(stage)]
    assert actors[1:6] == ["user:producer", "user:producer", "user:legal", "user:legal", "system"]


async def _rows(stage: Stage):
    async with stage.desk.store.read() as session:
        async for record in log.rows(session):
            yield record


async def test_a_demo_says_so_on_air(stage: Stage) -> None:
    episode_id = await stage.planned(demo=True)
    await stage.approve(episode_id)
    await stage.go_live(episode_id)
    assert [event.demo for event in await stage.events(EpisodeWentLive)] == [True]


async def test_who_plans_does_not_approve(stage: Stage) -> None:
    episode_id = await stage.planned()
    with pytest.raises(UserProblem, match="same_person"):
        await approve(stage.desk, episode_id, giver=LEGAL, by=PRODUCER)
    assert "EpisodeApproved" not in await stage.kinds()


async def test_only_an_approved_episode_goes_live_and_a_changed_plan_needs_approval_again(stage: Stage) -> None:
    episode_id = await stage.planned()
    with pytest.raises(UserProblem, match="episode_state"):
        await episodes.go_live(stage.desk, DIRECTOR, episode_id=episode_id)
    await stage.approve(episode_id)
    await stage.planned(104, episode_id=episode_id)
    with pytest.raises(UserProblem, match="episode_state"):
        await episodes.go_live(stage.desk, DIRECTOR, episode_id=episode_id)
    assert all(told.episode_id == "" for told in stage.rooms.heard(SetAir)), "playout was never told to go on air"


async def test_one_episode_is_live_at_a_time(stage: Stage) -> None:
    await stage.live()
    other = await stage.approved(104)
    with pytest.raises(UserProblem, match="already_live"):
        await episodes.go_live(stage.desk, DIRECTOR, episode_id=other)


async def test_the_record_stands_before_playout_is_told_and_outputs_before_air(stage: Stage) -> None:
    episode_id = await stage.approved()
    stage.rooms.told.clear()
    recorded: list[bool] = []

    async def look() -> None:
        recorded.append("EpisodeWentLive" in await stage.kinds())

    stage.rooms.look = look
    await stage.go_live(episode_id, source="cam-2", delay_s=12)
    kinds = [type(told) for told in stage.rooms.told]
    assert kinds == [Take, SetOutputs, SetDelay, SetAir]
    assert recorded
    assert all(recorded)
    assert stage.rooms.told[0].source == "cam-2"
    assert (stage.rooms.told[3].episode_id, stage.rooms.told[3].delay_s) == (episode_id, 12)


async def test_without_playout_nothing_goes_live(stage: Stage) -> None:
    episode_id = await stage.approved()
    await stage.clock.advance(10)
    with pytest.raises(UserProblem, match="playout_away") as problem:
        await episodes.go_live(stage.desk, DIRECTOR, episode_id=episode_id)
    assert problem.value.status == 503
    assert "EpisodeWentLive" not in await stage.kinds()


async def test_a_studio_that_is_away_does_not_keep_the_show_off_air(stage: Stage) -> None:
    stage.rooms.refuses = "starting"
    episode_id = await stage.approved()
    assert (await stage.go_live(episode_id, source="cam-1")).state == "live"
    assert [event.source for event in await stage.events(SourceTaken)] == ["cam-1"], "the snapshot will tell it"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"cameras": ()}, "episode_cameras"),
        ({"cameras": ("a", "a")}, "episode_cameras"),
        ({"cameras": ("slate",)}, "camera_name"),
        ({"cameras": ("a/b",)}, "camera_name"),
        ({"cameras": ("x" * 65,)}, "camera_name"),
        ({"title": " "}, "episode_title"),
        ({"programme_id": "none"}, "no_programme"),
        ({"episode_id": "none"}, "no_episode"),
    ],
)
async def test_a_wrong_plan_is_refused_and_leaves_nothing(stage: Stage, change: dict, code: str) -> None:
    await stage.planned()
    before = len(await stage.records())
    with pytest.raises(UserProblem, match=code):
        await stage.planned(104, **change)
    assert len(await stage.records()) == before


async def test_a_line_of_the_timeline_needs_air_and_words(stage: Stage) -> None:
    episode_id = await stage.approved()
    with pytest.raises(UserProblem, match="not_live"):
        await episodes.post_timeline(stage.desk, DIRECTOR, episode_id=episode_id, text="开始")
    await stage.go_live(episode_id)
    with pytest.raises(UserProblem, match="words_missing"):
        await episodes.post_timeline(stage.desk, DIRECTOR, episode_id=episode_id, text="  ")
    await episodes.post_timeline(stage.desk, DIRECTOR, episode_id=episode_id, text=" 开始 ")
    assert [event.text for event in await stage.events(TimelinePosted)] == ["开始"]


async def test_past_figures_that_cannot_be_are_refused(stage: Stage) -> None:
    figures = {
        "episodes": 102,
        "views_at_least": 24_270_000,
        "entities_inspected": 213,
        "findings": 364,
        "findings_verified": 364,
        "cases_filed": 7,
        "business_suspensions": 8,
        "platform_delisting_orders": 5,
        "hygiene_grade_downgrades": 7,
    }
    for change in ({"findings_verified": 365}, {"cases_filed": -1}):
        wrong = PastFiguresSet(as_of="2025-01-01", demo=True, **{**figures, **change})
        with pytest.raises(UserProblem, match="figures"):
            await episodes.set_past_figures(stage.desk, PRODUCER, figures=wrong)
    await episodes.set_past_figures(
        stage.desk, PRODUCER, figures=PastFiguresSet(as_of="2025-01-01", demo=True, **figures)
    )
    await stage.until(lambda: stage.desk.public.show.past)


async def test_a_command_is_carried_out_once_however_often_it_comes(stage: Stage) -> None:
    episode_id = await stage.live()

    async def post(command_id: str, actor=DIRECTOR) -> LinePosted:
        return await episodes.post_timeline(
            stage.desk, actor, command_id=command_id, episode_id=episode_id, text="一句"
        )

    answers = await asyncio.gather(*(post("c-1") for _ in range(5)))
    assert len({answer.entry_id for answer in answers}) == 1
    assert (await post("c-2")).entry_id != answers[0].entry_id
    assert (await post("c-1", PRODUCER)).entry_id != answers[0].entry_id, "ids are each person's own"
    assert len(await stage.events(TimelinePosted)) == 3
    with pytest.raises(UserProblem, match="command_reused"):
        await episodes.end(stage.desk, DIRECTOR, command_id="c-1", episode_id=episode_id)
    with pytest.raises(UserProblem, match="command_id"):
        await post("x" * 65)


async def test_a_refused_command_may_be_tried_again_with_its_id(stage: Stage) -> None:
    episode_id = await stage.planned()
    with pytest.raises(UserProblem):
        await episodes.go_live(stage.desk, DIRECTOR, command_id="go", episode_id=episode_id)
    await stage.approve(episode_id)
    assert (await stage.go_live(episode_id, command_id="go")).state == "live"
