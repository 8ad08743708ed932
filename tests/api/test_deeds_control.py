"""Cue and take carry their header; cameras belong to one device at a time, by one-use codes."""

import pytest

from api.deeds import cameras, control
from episodes.commands import Cue, Take
from episodes.events import CameraBound, DelaySet, SourceTaken
from runtime.problems import UserProblem
from tests.api.stage import DIRECTOR, Stage
from tests.api.test_deeds_targets import everything_on_disk

NS = 1_000_000_000


async def test_a_take_is_meant_for_this_studio_and_soon_over(stage: Stage) -> None:
    await stage.live()
    stage.rooms.studio_epoch = 42
    await stage.rooms.say()
    await control.cue(stage.desk, DIRECTOR, command_id="c1", source="cam-2")
    await control.take(stage.desk, DIRECTOR, command_id="t1", source="cam-2")
    cue, take = stage.rooms.heard(Cue)[-1], stage.rooms.heard(Take)[-1]
    assert (cue.source, cue.command_id, cue.epoch) == ("cam-2", "c1", 42)
    assert (take.source, take.command_id, take.epoch) == ("cam-2", "t1", 42)
    assert take.expires_utc_ns == stage.clock.utc_ns() + 3 * NS
    assert [event.source for event in await stage.events(SourceTaken)] == ["cam-1", "cam-2"]
    assert (await stage.desk.journal.snapshot(None)).source == "cam-2"


async def test_a_take_that_comes_twice_is_one_cut(stage: Stage) -> None:
    await stage.live()
    for _ in range(3):
        await control.take(stage.desk, DIRECTOR, command_id="t1", source="cam-2")
    assert [take.source for take in stage.rooms.heard(Take)] == ["cam-1", "cam-2"]
    assert len(await stage.events(SourceTaken)) == 2


async def test_what_the_studio_does_not_do_is_not_recorded(stage: Stage) -> None:
    await stage.live()
    stage.rooms.refuses = "starting"
    with pytest.raises(UserProblem, match="refused") as problem:
        await control.take(stage.desk, DIRECTOR, source="cam-2")
    assert problem.value.params == {"why": "starting"}
    stage.rooms.bus.exchanges.pop("studio")
    stage.rooms.bus.timeout_s = 0.2
    with pytest.raises(UserProblem, match="room_away") as problem:
        await control.take(stage.desk, DIRECTOR, source="slate")
    assert (problem.value.status, problem.value.headers) == (503, {"Retry-After": "2"})
    assert [event.source for event in await stage.events(SourceTaken)] == ["cam-1"]


async def test_only_the_episodes_cameras_can_be_taken(stage: Stage) -> None:
    for source in ("cam-1", "nowhere"):
        with pytest.raises(UserProblem, match="no_camera"):
            await control.take(stage.desk, DIRECTOR, source=source)
    await stage.live()
    with pytest.raises(UserProblem, match="no_camera"):
        await control.cue(stage.desk, DIRECTOR, source="nowhere")
    await control.take(stage.desk, DIRECTOR, source="slate")


async def test_a_delay_out_of_bounds_is_refused(stage: Stage) -> None:
    episode_id = await stage.live()
    for delay_s in (-1, 120.5, float("nan")):
        with pytest.raises(UserProblem, match="delay"):
            await control.set_delay(stage.desk, DIRECTOR, episode_id=episode_id, delay_s=delay_s)
    assert await stage.events(DelaySet) == []


async def test_a_code_joins_one_device_once(stage: Stage) -> None:
    await stage.live()
    made = await cameras.create_join_code(stage.desk, DIRECTOR, camera="cam-1")
    assert len(made.code) == 9
    typed = made.code.lower().replace("-", " ")
    joined = await cameras.redeem_join_code(stage.desk, code=typed, device_id="phone-0001", device_name=" 小米 ")
    assert (joined.camera, joined.device_id) == ("cam-1", "phone-0001")
    bound = await cameras.device_of(stage.desk, joined.token)
    assert bound is not None
    assert (bound.camera, bound.device_name) == ("cam-1", "小米")
    with pytest.raises(UserProblem, match="code_wrong"):
        await cameras.redeem_join_code(stage.desk, code=made.code, device_id="phone-0001")
    assert [(event.camera, event.device_id, event.by) for event in await stage.events(CameraBound)] == [
        ("cam-1", "phone-0001", "director")
    ]
    rest = everything_on_disk(stage)
    assert joined.token.encode() not in rest
    assert made.code.encode() not in rest


async def test_a_code_runs_out(stage: Stage) -> None:
    await stage.planned()
    made = await cameras.create_join_code(stage.desk, DIRECTOR, camera="cam-1")
    assert made.expires_utc_ns == stage.clock.utc_ns() + 600 * NS
    await stage.clock.advance(600)
    with pytest.raises(UserProblem, match="code_wrong") as problem:
        await cameras.redeem_join_code(stage.desk, code=made.code, device_id="phone-0001")
    assert problem.value.status == 403


async def test_a_new_device_takes_over_and_the_old_token_dies(stage: Stage) -> None:
    await stage.planned()
    tokens = []
    for device in ("phone-0001", "phone-0002"):
        made = await cameras.create_join_code(stage.desk, DIRECTOR, camera="cam-1")
        tokens.append((await cameras.redeem_join_code(stage.desk, code=made.code, device_id=device)).token)
    assert await cameras.device_of(stage.desk, tokens[0]) is None
    bound = await cameras.device_of(stage.desk, tokens[1])
    assert bound is not None
    assert bound.device_id == "phone-0002"


async def test_replacing_a_camera_on_air_needs_the_directors_yes(stage: Stage) -> None:
    await stage.planned()
    first = await cameras.create_join_code(stage.desk, DIRECTOR, camera="cam-1")
    await cameras.redeem_join_code(stage.desk, code=first.code, device_id="phone-0001")
    episode_id = await stage.planned(104)
    await stage.approve(episode_id)
    await stage.go_live(episode_id, source="cam-1")
    await stage.clock.advance(10)  # the studio has not spoken: what was taken last counts
    made = await cameras.create_join_code(stage.desk, DIRECTOR, camera="cam-1")
    with pytest.raises(UserProblem, match="camera_on_air"):
        await cameras.redeem_join_code(stage.desk, code=made.code, device_id="phone-0002")
    await cameras.redeem_join_code(stage.desk, code=made.code, device_id="phone-0001")
    yes = await cameras.create_join_code(stage.desk, DIRECTOR, camera="cam-1", replace=True)
    await cameras.redeem_join_code(stage.desk, code=yes.code, device_id="phone-0002")
    assert [event.device_id for event in await stage.events(CameraBound)] == ["phone-0001", "phone-0001", "phone-0002"]


async def test_a_device_leaves(stage: Stage) -> None:
    joined = await cameras.bind_camera(stage.desk, DIRECTOR, camera="cam-9")
    assert (await cameras.leave(stage.desk, token=joined.token)).camera == "cam-9"
    assert await cameras.device_of(stage.desk, joined.token) is None
    with pytest.raises(UserProblem, match="token_wrong"):
        await cameras.leave(stage.desk, token=joined.token)


@pytest.mark.parametrize("device_id", ["", "short", "x" * 65, "bad id with spaces", "设备设备设备设备"])
async def test_odd_device_ids_are_refused(stage: Stage, device_id: str) -> None:
    await stage.planned()
    made = await cameras.create_join_code(stage.desk, DIRECTOR, camera="cam-1")
    with pytest.raises(UserProblem, match="device_id"):
        await cameras.redeem_join_code(stage.desk, code=made.code, device_id=device_id)


async def test_a_code_is_for_a_camera_of_the_show(stage: Stage) -> None:
    with pytest.raises(UserProblem, match="no_camera"):
        await cameras.create_join_code(stage.desk, DIRECTOR, camera="cam-1")
