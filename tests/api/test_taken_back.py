"""A DUMP or KILL takes from the pages what it takes from the picture; nobody is told twice, no wrong result stands."""

import asyncio
import random

import httpx
import pytest

from api.app import create_app
from api.deeds import dump as deeds
from api.deeds import episodes, rapid_tests
from api.opening import open_desk
from api.public_clock import PublicClock
from api.shows import Shows
from api.withheld_views import withheld_rows
from episodes.commands import Dump
from episodes.events import ProgrammeDumped, ProgrammeKilled, ProgrammeRestored, RapidTestWithdrawn, WithheldReleased
from evidence import bundle
from runtime.problems import UserProblem
from tests.api.stage import DIRECTOR, LEGAL, OFFICER, SAMPLE, TESTER, Stage
from tests.api.test_public_clock import _seen, listen, settled
from web.i18n import texts

NS = 1_000_000_000
ZH = texts("zh-CN")


async def all_shown(stage: Stage) -> None:
    """The public's picture has come to the end of the log."""
    await stage.shown((await stage.records())[-1].seq, stage.clock.utc_ns())


async def lived(stage: Stage) -> str:
    """An episode the public sees, with a test under way."""
    episode_id = await stage.live()
    await all_shown(stage)
    return episode_id


async def test_what_was_dumped_is_withheld_and_the_rest_goes_on(stage: Stage) -> None:
    episode_id = await lived(stage)
    heard = listen(stage.desk.public)
    await episodes.post_timeline(stage.desk, DIRECTOR, episode_id=episode_id, text="说错的一句")
    await stage.clock.advance(1)
    done = await deeds.dump(stage.desk, DIRECTOR, command_id="d1", seconds=10, reason="口误")
    assert (done.kind, done.durable) == ("dump", True)
    assert (await deeds.dump(stage.desk, DIRECTOR, command_id="d1", seconds=10)).edit_id == done.edit_id
    (event,) = await stage.events(ProgrammeDumped)
    assert (event.by, event.reason, event.episode_id) == ("director", "口误", episode_id)
    await stage.clock.advance(1)
    await episodes.post_timeline(stage.desk, DIRECTOR, episode_id=episode_id, text="后来的一句")
    await all_shown(stage)
    told = [record.event.text for record, _ in heard if hasattr(record.event, "text")]
    assert told == ["后来的一句"]
    assert [line.about for line in stage.desk.public.show.timeline] == ["后来的一句"]
    (row,) = await withheld_rows(stage.desk, ZH)
    assert row["said"] == "说错的一句"


async def test_given_back_it_stands_where_it_belongs_over_a_restart_too(stage: Stage) -> None:
    episode_id = await lived(stage)
    await episodes.post_timeline(stage.desk, DIRECTOR, episode_id=episode_id, text="不该说的")
    await stage.clock.advance(1)
    await deeds.dump(stage.desk, DIRECTOR)
    await stage.clock.advance(1)
    await episodes.post_timeline(stage.desk, DIRECTOR, episode_id=episode_id, text="二")
    await all_shown(stage)
    (row,) = await withheld_rows(stage.desk, ZH)
    hidden = await bundle.make(stage.desk.store, stage.desk.evidence, upto=stage.desk.public.seq)
    assert "不该说的" not in hidden.decode()
    async with open_desk(stage.desk.settings, stage.desk.bus, clock=stage.clock) as again:
        assert [line.about for line in again.public.show.timeline] == ["二"]
    heard = listen(stage.desk.public)
    await deeds.release(stage.desk, LEGAL, command_id="r1", seq=row["seq"], reason="无碍")
    await deeds.release(stage.desk, LEGAL, command_id="r1", seq=row["seq"], reason="无碍")
    assert [record.seq for record, _ in heard] == [row["seq"]]
    assert [line.about for line in stage.desk.public.show.timeline] == ["不该说的", "二"]
    (event,) = await stage.events(WithheldReleased)
    assert (event.seqs, event.by, event.reason) == ((row["seq"],), "legal", "无碍")
    with pytest.raises(UserProblem, match="not_withheld"):
        await deeds.release(stage.desk, LEGAL, seq=row["seq"], reason="无碍")
    assert await withheld_rows(stage.desk, ZH) == []


async def test_a_withdrawal_of_a_public_result_is_never_withheld(stage: Stage) -> None:
    episode_id = await lived(stage)
    test_id = await stage.reviewed(episode_id)
    await all_shown(stage)
    assert stage.desk.public.show.tests[0].result
    await rapid_tests.withdraw(stage.desk, DIRECTOR, test_id=test_id)
    await stage.clock.advance(1)
    await deeds.dump(stage.desk, DIRECTOR)
    await all_shown(stage)
    assert stage.desk.public.show.tests[0].state == "withdrawn"
    assert await withheld_rows(stage.desk, ZH) == []


async def test_a_withheld_result_never_comes_back_without_its_withdrawal(stage: Stage) -> None:
    episode_id = await lived(stage)
    test_id = await stage.reviewed(episode_id)
    await rapid_tests.withdraw(stage.desk, DIRECTOR, test_id=test_id)
    await stage.clock.advance(1)
    await deeds.dump(stage.desk, DIRECTOR)
    await all_shown(stage)
    assert stage.desk.public.show.tests == ()
    (row,) = await withheld_rows(stage.desk, ZH)
    assert row["count"] == 3
    await deeds.release(stage.desk, LEGAL, seq=row["seq"], reason="无碍")
    assert stage.desk.public.show.tests[0].state == "withdrawn"


async def test_a_later_result_tells_the_test_whose_beginning_was_dumped(stage: Stage) -> None:
    episode_id = await lived(stage)
    sample = (await rapid_tests.start_test(stage.desk, TESTER, episode_id=episode_id, sample=SAMPLE)).test_id
    await stage.clock.advance(1)
    await deeds.dump(stage.desk, DIRECTOR)
    await stage.clock.advance(1)
    await all_shown(stage)
    assert stage.desk.public.show.tests == ()
    await rapid_tests.enter_reading(stage.desk, TESTER, test_id=sample, value="62.4")
    await rapid_tests.review_reading(stage.desk, OFFICER, test_id=sample, value="62.4")
    await all_shown(stage)
    assert stage.desk.public.show.tests[0].result


async def test_a_kill_withholds_until_it_is_restored_and_is_recorded_once(stage: Stage) -> None:
    episode_id = await lived(stage)
    cuts = [0]
    stage.desk.hub.publish = count(stage.desk.hub.publish, cuts)
    await deeds.kill(stage.desk, DIRECTOR, reason="走光")
    await stage.clock.advance(1)
    await episodes.post_timeline(stage.desk, DIRECTOR, episode_id=episode_id, text="黑场里的一句")
    await all_shown(stage)
    assert stage.desk.public.show.timeline == ()
    await deeds.restore(stage.desk, DIRECTOR, reason="清场")
    for _ in range(3):
        await stage.rooms.say()
        await stage.clock.advance(1)
    await episodes.post_timeline(stage.desk, DIRECTOR, episode_id=episode_id, text="之后的一句")
    await all_shown(stage)
    assert [line.about for line in stage.desk.public.show.timeline] == ["之后的一句"]
    assert len(await stage.events(ProgrammeKilled)) == len(await stage.events(ProgrammeRestored)) == 1
    assert cuts == [1], "pages are told once to drop what they hold"
    with pytest.raises(UserProblem, match="not_killed"):
        await deeds.restore(stage.desk, DIRECTOR)


def count(publish, cuts):
    def counted(topic, data, **more):
        cuts[0] += data["type"] == "cut"
        return publish(topic, data, **more)

    return counted


async def test_a_desk_that_was_away_records_what_playout_did(stage: Stage) -> None:
    await lived(stage)
    await stage.rooms.edit(Dump(command_id="away", by="director", reason="断线时按的"))
    await stage.until(lambda: stage.desk.taken_back.knows("away"))
    (event,) = await stage.events(ProgrammeDumped)
    assert event.reason == "断线时按的"


async def test_what_was_dumped_stays_withheld_when_the_episode_ends(stage: Stage) -> None:
    episode_id = await lived(stage)
    await episodes.post_timeline(stage.desk, DIRECTOR, episode_id=episode_id, text="切掉的一句")
    await stage.clock.advance(1)
    await deeds.dump(stage.desk, DIRECTOR)
    await episodes.end(stage.desk, DIRECTOR, episode_id=episode_id)
    await stage.clock.advance(1)
    stage.rooms.edits = ()
    await stage.rooms.drained()
    await settled(stage)
    await stage.until(lambda: not stage.desk.public.show.on_air)
    assert stage.desk.public.show.timeline == ()
    (row,) = await withheld_rows(stage.desk, ZH)
    assert row["said"] == "切掉的一句", "it still waits for a decision"


async def test_refusals_have_words(stage: Stage) -> None:
    stage.rooms.refuses = "off_air"
    with pytest.raises(UserProblem, match="not_on_air"):
        await deeds.dump(stage.desk, DIRECTOR)
    await asyncio.sleep(0)


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_is_pressed_no_withdrawn_result_stands_and_a_restart_changes_nothing(
    stage: Stage, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable
    episode_id = await lived(stage)
    tests: list[str] = []
    for _ in range(40):
        await stage.clock.advance(0.1)
        match chance.randrange(8):
            case 0:
                await episodes.post_timeline(stage.desk, DIRECTOR, episode_id=episode_id, text="一句")
            case 1:
                tests.append(await stage.reviewed(episode_id))
            case 2 if tests:
                await rapid_tests.withdraw(stage.desk, DIRECTOR, test_id=tests.pop(0))
            case 3:
                await deeds.dump(stage.desk, DIRECTOR, seconds=5)
            case 4:
                await deeds.kill(stage.desk, DIRECTOR)
            case 5 if any(edit.stands for edit in stage.rooms.edits):
                await deeds.restore(stage.desk, DIRECTOR)
            case 6:
                hidden = await withheld_rows(stage.desk, ZH)
                if hidden:
                    await deeds.release(stage.desk, LEGAL, seq=chance.choice(hidden)["seq"], reason="无碍")
            case _:
                head = (await stage.records())[-1].seq
                await stage.shown(chance.randint(stage.desk.public.seq, head), stage.clock.utc_ns())
        await holds(stage)
    await all_shown(stage)
    await holds(stage)


async def holds(stage: Stage) -> None:
    public = stage.desk.public
    passed = [record.event for record in await stage.records(RapidTestWithdrawn) if record.seq <= public.seq]
    gone = {event.test_id for event in passed if isinstance(event, RapidTestWithdrawn)}
    assert not [test for test in public.show.tests if test.test_id in gone and test.state == "reviewed"]
    again = PublicClock(stage.desk.store, stage.desk.bus, stage.clock)
    await again.resume()
    assert _seen(again.show) == _seen(public.show)


async def test_a_past_episodes_page_leaves_out_what_is_withheld(stage: Stage) -> None:
    episode_id = await lived(stage)
    await episodes.post_timeline(stage.desk, DIRECTOR, episode_id=episode_id, text="切掉的一句")
    await stage.clock.advance(1)
    await deeds.dump(stage.desk, DIRECTOR)
    await episodes.end(stage.desk, DIRECTOR, episode_id=episode_id)
    await stage.clock.advance(1)
    await stage.rooms.drained()
    await settled(stage)
    await stage.until(lambda: not stage.desk.public.show.on_air)
    show = await Shows(stage.desk)._folded(episode_id)
    assert show.timeline == ()
    assert show.ended_utc_ns
    # Given back after the next episode began: the past one's page has it.
    shows = Shows(stage.desk)
    await stage.live(104)
    await all_shown(stage)
    assert (await shows.show(episode_id)).timeline == ()
    (row,) = await withheld_rows(stage.desk, ZH)
    await deeds.release(stage.desk, LEGAL, seq=row["seq"], reason="无碍")
    assert [line.about for line in (await shows.show(episode_id)).timeline] == ["切掉的一句"]


async def test_a_segment_that_was_taken_back_is_gone(stage: Stage) -> None:
    folder = stage.desk.places.hls / "live"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a-000001.m4s.gone").touch()
    (folder / "a-000002.m4s").write_bytes(b"x")
    transport = httpx.ASGITransport(app=create_app(stage.desk))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        codes = [(await http.get(f"/live/a-00000{number}.m4s")).status_code for number in (1, 2, 3)]
    assert codes == [410, 200, 404]
