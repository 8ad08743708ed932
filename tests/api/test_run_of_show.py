"""The run of show over its deeds: what a step does, what comes of a press that comes twice, two editors, the page's rows."""

import msgspec
import pytest
from sqlalchemy import select

from api.control_room import studio_view
from api.deeds import run_cues, runs, targets
from api.plan.runs import run_json
from episodes.events import (
    CueGiven,
    GraphicCleared,
    LawCardShown,
    RunOfShowSet,
    SegmentBegan,
    SourceTaken,
    TargetRevealed,
    TipLineShown,
)
from episodes.people import Role
from episodes.target import TargetContent
from runtime.problems import UserProblem
from store import plans
from store.tables.episodes import Target
from tests.api.conftest import Browser
from tests.api.stage import DIRECTOR, PRODUCER, Stage, approve

SECRET = TargetContent(name="临江综合市场", place="江北区")


async def live(stage: Stage) -> str:
    made = await stage.planned(template_id="market", cameras=("cam-1", "cam-2"), theme="")
    for _ in range(2):
        await targets.seal_target(stage.desk, PRODUCER, episode_id=made, content=SECRET)
    await approve(stage.desk, made)
    await stage.rooms.say()
    await stage.go_live(made, source="cam-1")
    return made


async def give(stage: Stage, episode_id: str, cue_id: str, command_id: str = "") -> None:
    await run_cues.give_cue(stage.desk, DIRECTOR, command_id=command_id, episode_id=episode_id, cue_id=cue_id)


async def test_a_step_does_what_its_own_button_does_and_is_ticked(stage: Stage) -> None:
    made = await live(stage)
    assert [each.segment for each in await stage.events(SegmentBegan)] == ["s1"], "on air it is in its first segment"
    # Step by step: cuts to what cameras there are, the reveal of the segment's own target, a card, the tip line.
    for cue_id in ("s1-1", "s1-2", "s2-1", "s2-2"):
        await give(stage, made, cue_id)
    assert [each.source for each in await stage.events(SourceTaken)][-2:] == ["cam-1", "cam-2"]
    assert [each.ordinal for each in await stage.events(TargetRevealed)] == [1]
    with pytest.raises(UserProblem, match="already_revealed"):
        await give(stage, made, "s2-2")
    assert len(await stage.events(TargetRevealed)) == 1, "a second press never opens the next target"
    await give(stage, made, "s3-2", "press-1")
    await give(stage, made, "s3-2", "press-1")
    assert [each.article for each in await stage.events(LawCardShown)] == ["第六十五条"], "the same press shows it once"
    await give(stage, made, "s8-1")
    await give(stage, made, "s8-2")
    assert len(await stage.events(TipLineShown)) == 1
    assert [each.graphic for each in await stage.events(GraphicCleared)] == ["tip_line"]
    given = [each.cue for each in await stage.events(CueGiven)]
    assert given == ["s1-1", "s1-2", "s2-1", "s2-2", "s3-2", "s8-1", "s8-2"]
    assert [each.segment for each in await stage.events(SegmentBegan)] == ["s1", "s2", "s3", "s8"]
    with pytest.raises(UserProblem, match="no_cue"):
        await give(stage, made, "s9-9")
    told = msgspec.json.encode(
        [each for each in await stage.events() if type(each).__name__.startswith(("Cue", "Seg"))]
    )
    assert SECRET.name.encode() not in told


async def test_where_the_show_is_on_the_directors_page(stage: Stage) -> None:
    made = await live(stage)
    await stage.clock.advance(60)
    view = (await studio_view(stage.desk, "zh-CN"))["run"]
    assert [each["now"] for each in view["rows"]] == [True] + [False] * 7
    assert [each["secret"] for each in view["rows"]] == [False, True, False, False, False, True, False, False]
    assert view["cue"]["cue_id"] == "s1-1"
    assert view["following"]["segment_id"] == "s2"
    assert SECRET.name not in str(view)
    stands = (await run_json(stage.desk, made))["standing"]
    assert (stands["elapsed_s"], stands["left_s"], stands["over_s"]) == (60, 420, 0)
    # 30 s early into the next one: under by as much.
    await stage.clock.advance(390)
    await runs.begin_segment(stage.desk, DIRECTOR, episode_id=made, segment_id="s2")
    stands = (await run_json(stage.desk, made))["standing"]
    assert (stands["segment"]["segment_id"], stands["over_s"]) == ("s2", -30)
    now = (await studio_view(stage.desk, "zh-CN"))["run"]["now"]
    late = max(stage.clock.utc_ns(), now["until"]) / 1e9 + now["rest_s"] - now["due"] / 1e9
    assert late == pytest.approx(-30), "the page reckons as the rule does"


async def test_two_edit_it_on_air_and_nothing_is_lost_or_overwritten(stage: Stage) -> None:
    made = await live(stage)
    async with stage.desk.store.read() as session:
        kept, graphics = (await plans.run_of(session, made)).run, await plans.graphics_of(session, made)
    turned = (*kept.segments[:2], kept.segments[3], kept.segments[2], *kept.segments[4:])
    change = {"episode_id": made, "base": kept.version, "graphics": graphics}
    now = await runs.save_run(stage.desk, PRODUCER, command_id="k", segments=turned, **change)
    assert now == await runs.save_run(stage.desk, PRODUCER, command_id="k", segments=turned, **change)
    assert now.version == kept.version + 1
    with pytest.raises(UserProblem, match="run_changed") as refused:
        await runs.save_run(stage.desk, DIRECTOR, segments=kept.segments, **change)
    assert refused.value.status == 409
    change["base"] = now.version
    with pytest.raises(UserProblem, match="run_begun"):
        await runs.save_run(stage.desk, DIRECTOR, segments=turned[1:], **change)
    with pytest.raises(UserProblem, match="run_graphic"):
        await runs.save_run(stage.desk, DIRECTOR, segments=turned, **change | {"graphics": ()})
    async with stage.desk.store.read() as session:
        assert (await plans.run_of(session, made)).run.segments == turned
        assert await plans.graphics_of(session, made) == graphics
    assert len(await stage.events(RunOfShowSet)) == 2
    # The show goes on by the new order.
    await give(stage, made, "s2-3")
    assert (await studio_view(stage.desk, "zh-CN"))["run"]["following"]["segment_id"] == "s4"


async def test_before_and_after_the_show_nothing_moves_and_the_desk_is_the_holders(
    stage: Stage, browser: Browser, add
) -> None:
    for login, role in (("gu", Role.PRODUCER), ("shen", Role.DIRECTOR)):
        await add(login, role)
    made = await stage.planned(template_id="market")
    with pytest.raises(UserProblem, match="not_live"):
        await give(stage, made, "s1-1")
    with pytest.raises(UserProblem, match="not_live"):
        await runs.begin_segment(stage.desk, DIRECTOR, episode_id=made, segment_id="s1")
    path = f"/api/v1/episodes/{made}/run-of-show"
    await browser.log_in("gu")
    headers = {"X-CSRF-Token": browser.csrf}
    refused = await browser.http.post(f"{path}/begin", json={"segment_id": "s1"}, headers=headers)
    assert refused.status_code == 403, "a producer writes the list, the director runs it"
    told = (await browser.http.get(path)).json()
    body = {"base": told["version"], "segments": told["segments"], "graphics": []}
    assert (await browser.http.post(path, json=body, headers=headers)).json()["code"] == "run_graphic"
    body["segments"] = [each | {"cues": []} for each in told["segments"]]
    assert (await browser.http.post(path, json=body, headers=headers)).json() == {"version": told["version"] + 1}
    again = await browser.http.post(path, json=body, headers=headers)
    assert (again.status_code, again.json()["code"]) == (409, "run_changed")
    assert "gu名" in again.json()["detail"]
    bad = body | {"segments": [body["segments"][0] | {"nonsense": 1}]}
    assert (await browser.http.post(path, json=bad, headers=headers)).status_code == 422
    shown = (await browser.get("/produce/episodes/103/run")).text
    assert "开场与回头看" in shown
    for page in (
        "/produce/templates",
        "/produce/templates/market",
        "/produce/templates/new",
        "/produce/episodes/103/checklist",
    ):
        assert (await browser.get(page)).status_code == 200, page
    assert "要点检查" in (await browser.get("/produce?episode=103")).text


async def test_who_takes_the_place_of_a_target_that_gave_way_has_its_segment(stage: Stage) -> None:
    made = await live(stage)
    async with stage.desk.store.work("test") as work:
        first = (await work.session.scalars(select(Target).order_by(Target.ordinal))).all()[0]
        first.passed = True
    await give(stage, made, "s2-2")
    assert [each.ordinal for each in await stage.events(TargetRevealed)] == [2]
    view = (await studio_view(stage.desk, "zh-CN"))["run"]
    assert [each["secret"] for each in view["rows"]] == [False] * 5 + [True, False, False]
    with pytest.raises(UserProblem, match="no_target"):
        await give(stage, made, "s6-2")
