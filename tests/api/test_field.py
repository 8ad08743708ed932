"""切走我 and 回来 at the desk: the studio first, the record after, in the order they were pressed, over a restart."""

import asyncio

import pytest

from api.auth.who import Device
from api.deeds import cameras, control, crew
from api.phones import PhoneWord
from episodes.commands import SetCameras
from episodes.events import AlarmAcknowledged, CameraAway, CameraBack, CamerasSet, PromptHeard
from runtime.problems import UserProblem
from tests.api.stage import DIRECTOR, Stage

PHONE = Device("device-0001", "cam-1")


def states(stage: Stage) -> dict[str, str]:
    return {each.camera: each.state for each in stage.rooms.cameras}


async def test_the_studio_hears_before_it_is_written_and_again_when_it_forgot(stage: Stage) -> None:
    await stage.live()
    heard: list[tuple[str, list[str]]] = []

    async def look() -> None:
        heard.append(("told", await stage.kinds()))

    stage.rooms.look = look
    await crew.away(stage.desk, PHONE)
    stage.rooms.look = None
    assert "CameraAway" not in heard[0][1]
    assert states(stage) == {"cam-1": "away", "cam-2": "waiting"}
    (event,) = await stage.events(CameraAway)
    assert (event.camera, event.device_id) == ("cam-1", "device-0001")
    # A studio that lost it (a new one, a lost message) is told again without anybody pressing.
    stage.rooms.cameras = ()
    await stage.until(lambda: states(stage).get("cam-1") == "away")
    assert (await stage.desk.journal.snapshot(None)).away == ("cam-1",)


async def test_a_return_never_overtakes_its_going(stage: Stage) -> None:
    await stage.live()
    for _ in range(5):
        await asyncio.gather(crew.away(stage.desk, PHONE), crew.back(stage.desk, crew.phone(PHONE), camera="cam-1"))
        assert "cam-1" not in stage.desk.phones.away
        assert states(stage)["cam-1"] == "waiting"
    found = await stage.events(CameraAway, CameraBack)
    assert [type(each).__name__ for each in found] == ["CameraAway", "CameraBack"] * 5
    assert {each.by for each in found if isinstance(each, CameraBack)} == {"device:device-0001"}


async def test_pressing_again_records_nothing_more(stage: Stage) -> None:
    await stage.live()
    for _ in range(3):
        await crew.away(stage.desk, PHONE)
    await crew.back(stage.desk, DIRECTOR, camera="cam-1")
    await crew.back(stage.desk, DIRECTOR, camera="cam-1")
    assert [type(each).__name__ for each in await stage.events(CameraAway, CameraBack)] == ["CameraAway", "CameraBack"]


async def test_what_phones_were_told_survives_the_desk(stage: Stage) -> None:
    await stage.live()
    await crew.away(stage.desk, PHONE)
    sent = await crew.say(stage.desk, DIRECTOR, camera="cam-2", text="给我看标签")
    other = Device("device-0002", "cam-2")
    await crew.heard(stage.desk, other, prompt_id="another")
    assert await stage.events(PromptHeard) == []
    fresh = type(stage.desk.phones)(stage.clock)
    await fresh.resume(stage.desk.store)
    assert list(fresh.away) == ["cam-1"]
    assert fresh.prompts["cam-2"].prompt_id == sent.prompt_id
    assert not fresh.prompts["cam-2"].heard_utc_ns
    await crew.heard(stage.desk, other, prompt_id=sent.prompt_id)
    assert stage.desk.phones.prompts["cam-2"].heard_utc_ns


async def test_a_battery_that_runs_down_is_an_alarm_until_it_is_charged(stage: Stage) -> None:
    await stage.live()
    phones, rooms = stage.desk.phones, stage.desk.rooms
    key = ("desk", "battery_low", "cam-1")
    phones.hear("cam-1", PhoneWord(battery_percent=19))
    await stage.until(lambda: key in rooms.alarms)
    await crew.acknowledge(stage.desk, DIRECTOR, room="desk", code="battery_low", about="cam-1")
    assert rooms.is_acknowledged(rooms.alarms[key])
    assert [each.by for each in await stage.events(AlarmAcknowledged)] == ["director"]
    phones.hear("cam-1", PhoneWord(battery_percent=7))
    await stage.until(lambda: rooms.alarms[key].level == "alarm")
    assert not rooms.is_acknowledged(rooms.alarms[key]), "worse is another alarm"
    phones.hear("cam-1", PhoneWord(battery_percent=7, charging=True))
    await stage.until(lambda: key not in rooms.alarms)
    with pytest.raises(UserProblem, match="no_alarm"):
        await crew.acknowledge(stage.desk, DIRECTOR, room="desk", code="battery_low", about="cam-1")


async def test_cameras_change_on_air_but_not_the_one_on_the_picture(stage: Stage) -> None:
    episode = await stage.live()
    await cameras.set_cameras(stage.desk, DIRECTOR, episode_id=episode, cameras=("cam-1", "cam-2", "cam-3"))
    assert set(states(stage)) == {"cam-1", "cam-2", "cam-3"}
    assert [each.cameras for each in await stage.events(CamerasSet)] == [("cam-1", "cam-2", "cam-3")]
    for wrong in ((), ("a", "a"), ("talkback",)):
        with pytest.raises(UserProblem):
            await cameras.set_cameras(stage.desk, DIRECTOR, episode_id=episode, cameras=wrong)
    assert SetCameras not in [type(each) for each in stage.rooms.told]
    await control.cue(stage.desk, DIRECTOR, source="cam-3")
