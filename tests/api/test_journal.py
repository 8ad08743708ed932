"""The outbox: every record once its commit stands, in order, staff facts bare; said again for whoever was away."""

import asyncio

from api.deeds import episodes, graphics, targets
from api.journal import Journal
from api.opening import open_desk
from episodes.commands import RecordMade, Snapshot, SnapshotAsked
from episodes.events import EpisodeWentLive, StrapShown, TimelinePosted
from episodes.target import TargetContent
from runtime.bus.local import LocalBus
from runtime.settings.model import Settings
from tests.api.stage import DIRECTOR, PRODUCER, Stage


async def heard_until(records, seq: int) -> list[RecordMade]:
    heard: list[RecordMade] = []
    async with asyncio.timeout(10):
        async for record in records:
            heard.append(record)
            if record.seq >= seq:
                return heard
    raise AssertionError("the subscription ended")


async def test_records_are_told_in_order_and_staff_facts_are_bare(stage: Stage) -> None:
    async with stage.rooms.bus.end("studio").subscribe("records", RecordMade) as records:
        episode_id = await stage.live()
        await targets.seal_target(
            stage.desk, PRODUCER, episode_id=episode_id, content=TargetContent(name="老街烧烤店", place="江北区")
        )
        await graphics.show_strap(stage.desk, DIRECTOR, name="周明", title="执法人员", credential="粤J123")
        kept = await stage.records()
        heard = await heard_until(records, kept[-1].seq)
    seqs = [record.seq for record in heard]
    assert sorted(set(seqs)) == list(range(seqs[0], kept[-1].seq + 1))
    assert seqs == sorted(seqs)
    told = {record.seq: record.event for record in heard}
    for record in kept:
        expected = record.event if record.event.audience == "public" else None
        assert told.get(record.seq, expected) == expected
    assert {type(event) for event in told.values() if event} == {EpisodeWentLive, StrapShown}
    assert "老街烧烤店" not in repr(heard)


async def test_the_head_is_said_again_for_whoever_missed_it(stage: Stage) -> None:
    episode_id = await stage.live()
    await episodes.post_timeline(stage.desk, DIRECTOR, episode_id=episode_id, text="一句")
    head = (await stage.records())[-1]
    await stage.until(lambda: stage.desk.journal.seq == head.seq)
    async with stage.rooms.bus.end("studio").subscribe("records", RecordMade) as late:
        assert await heard_until(late, head.seq) == [head]


async def test_what_a_dead_desk_did_not_tell_the_next_one_tells(
    stage: Stage, settings: Settings, bus: LocalBus
) -> None:
    await stage.live()
    head = (await stage.records())[-1].seq
    async with (
        open_desk(settings, bus.end("desk2"), clock=stage.clock) as again,
        bus.end("playout").subscribe("records", RecordMade) as records,
    ):
        task = asyncio.ensure_future(Journal(again.store, again.bus).run())
        assert (await heard_until(records, head))[-1].seq == head
        task.cancel()
        await asyncio.wait([task])


async def test_a_snapshot_holds_the_public_facts_of_the_live_episode(stage: Stage) -> None:
    asked = SnapshotAsked(epoch=1)
    off = await stage.rooms.bus.end("studio").request("desk.snapshot", asked, Snapshot)
    assert (off.episode_id, off.records, off.source, off.cameras) == ("", (), "slate", ())
    episode_id = await stage.approved()
    coming = await stage.rooms.bus.end("studio").request("desk.snapshot", asked, Snapshot)
    assert (coming.episode_id, coming.cameras) == ("", ("cam-1", "cam-2")), "phones may join before air"
    await stage.go_live(episode_id, source="cam-2")
    await episodes.post_timeline(stage.desk, DIRECTOR, episode_id=episode_id, text="一句")
    live = await stage.rooms.bus.end("studio").request("desk.snapshot", asked, Snapshot)
    assert live.seq == (await stage.records())[-1].seq
    assert (live.episode_id, live.source) == (episode_id, "cam-2")
    assert [type(record.event) for record in live.records] == [EpisodeWentLive, TimelinePosted]
    await episodes.end(stage.desk, DIRECTOR, episode_id=episode_id)
    over = await stage.rooms.bus.end("studio").request("desk.snapshot", asked, Snapshot)
    assert (over.episode_id, over.records) == ("", ())
