"""The wish is kept true: told again to a playout that restarted, by a desk that restarted, after a lost message."""

from api.deeds import control, episodes
from api.opening import open_desk, running
from episodes.commands import SetAir, SetDelay, SetOutputs
from runtime.bus.local import LocalBus
from runtime.settings.model import Settings
from tests.api.stage import DIRECTOR, Stage


async def test_a_restarted_playout_is_put_back_on_air(stage: Stage) -> None:
    episode_id = await stage.live()
    await stage.rooms.restart_playout()
    await stage.until(lambda: stage.rooms.on_air == episode_id)
    assert stage.rooms.heard(SetAir)[-1].episode_id == episode_id


async def test_when_wish_and_fact_are_one_nothing_is_said_again(stage: Stage) -> None:
    await stage.live()
    await stage.until(lambda: not stage.desk.desired._dirty)
    told = len(stage.rooms.told)
    for _ in range(10):
        await stage.rooms.say()
        await stage.clock.advance(1)
    assert len(stage.rooms.told) == told


async def test_a_message_that_was_refused_is_sent_again(stage: Stage) -> None:
    episode_id = await stage.approved()
    await stage.rooms.say()
    stage.rooms.refuses = "busy"
    await stage.go_live(episode_id)
    assert stage.rooms.on_air == ""
    stage.rooms.refuses = ""
    await stage.until(lambda: stage.rooms.on_air == episode_id)


async def test_an_end_that_playout_never_heard_is_told_again_and_a_drain_is_let_drain(stage: Stage) -> None:
    episode_id = await stage.live()
    stage.rooms.refuses = "busy"
    await episodes.end(stage.desk, DIRECTOR, episode_id=episode_id)
    stage.rooms.refuses = ""
    await stage.until(lambda: stage.rooms.draining)
    ends = len(stage.rooms.heard(SetAir))
    for _ in range(6):
        await stage.rooms.say()
        await stage.clock.advance(1)
    assert len(stage.rooms.heard(SetAir)) == ends, "it drains: nothing is repeated"
    assert stage.rooms.on_air == episode_id


async def test_the_delay_is_told_and_kept(stage: Stage) -> None:
    episode_id = await stage.live()
    await control.set_delay(stage.desk, DIRECTOR, episode_id=episode_id, delay_s=7.5)
    assert stage.rooms.heard(SetDelay)[-1].delay_s == 7.5
    stage.rooms.delay_s = 30.0
    await stage.until(lambda: stage.rooms.delay_s == 7.5)


async def test_a_restarted_desk_goes_on_with_what_stands_in_its_store(
    stage: Stage, settings: Settings, bus: LocalBus
) -> None:
    episode_id = await stage.live()
    stage.rooms.told.clear()
    await stage.rooms.restart_playout()
    async with open_desk(settings, bus.end("desk2"), clock=stage.clock) as again, running(again):
        await stage.until(lambda: stage.rooms.on_air == episode_id)
        assert again.public.show.live is None, "the public has not seen the beginning yet"
    assert stage.rooms.heard(SetOutputs)


async def test_a_playout_that_airs_something_else_is_ended_first(stage: Stage) -> None:
    stage.rooms.on_air = "a-ghost"
    await stage.rooms.say()
    episode_id = await stage.live()
    assert [told.episode_id for told in stage.rooms.heard(SetAir)][-2:] == ["", episode_id]
    assert stage.rooms.on_air == episode_id
