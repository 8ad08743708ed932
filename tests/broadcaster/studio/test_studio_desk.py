"""A studio between its desk and its playout: the scene follows the records, commands may be refused, packets resume."""

import asyncio
import time

import pytest

from broadcaster.packets import Packet
from episodes.commands import Done, RecordMade, Snapshot, Take
from episodes.events import EpisodeWentLive, StrapShown
from runtime.bus.protocol import Refused
from tests.broadcaster.studio.conftest import House, until

LIVE = EpisodeWentLive(
    episode_id="e", number=3, programme="一监到底", agency="市场监督管理局", title="", theme="食品安全"
)


def record(seq: int, event: EpisodeWentLive | None = None) -> RecordMade:
    return RecordMade(seq=seq, utc_ns=time.time_ns(), event=event)


async def refused(house: House, take: Take) -> str:
    with pytest.raises(Refused) as caught:
        await house.bus.request("studio.take", take, Done)
    return caught.value.code


async def test_the_scene_follows_the_records_and_a_gap_asks_again(house: House) -> None:
    await until(lambda: house.video() and house.video()[-1].scene_seq == 1)
    await house.made(record(2, LIVE), record(3))
    await until(lambda: house.video()[-1].scene_seq == 3)
    asked = house.asked
    house.snapshot = Snapshot(seq=9, episode_id="e", records=(record(2, LIVE),), source="", cameras=("one",))
    await house.made(record(9))
    await until(lambda: house.video()[-1].scene_seq == 9)
    assert house.asked == asked + 1
    for kind in ("video", "audio"):
        sequences = [packet.scene_seq for packet in house.packets if packet.kind == kind]
        assert sequences == sorted(sequences), "what the picture has heard never goes back"


async def test_what_was_recorded_before_this_studio_is_fetched_when_an_episode_goes_live(house: House) -> None:
    """Off air a snapshot is empty; what is on the picture must not depend on when the studio began."""
    await until(lambda: house.video() and house.video()[-1].scene_seq == 1)
    asked = house.asked
    strap = StrapShown(episode_id="e", name="陈立川", title="执法人员")
    house.snapshot = Snapshot(
        seq=4, episode_id="e", records=(record(3, LIVE), record(4, strap)), source="", cameras=("one",)
    )
    await house.made(record(2, LIVE))
    await until(lambda: house.asked == asked + 1)
    await until(lambda: house.status.on_screen == ("strap",))
    await until(lambda: house.video()[-1].scene_seq == 4)


async def test_commands_that_are_late_or_meant_for_another_studio_are_refused(house: House) -> None:
    epoch = house.status.epoch
    assert await refused(house, Take(command_id="1", source="slate", epoch=epoch - 1)) == "epoch"
    assert await refused(house, Take(command_id="2", source="slate", expires_utc_ns=time.time_ns() - 1)) == "expired"
    assert await refused(house, Take(command_id="3", source="nobody")) == "not_live"
    good = Take(command_id="4", source="slate", epoch=epoch, expires_utc_ns=time.time_ns() + 10**10)
    await house.bus.request("studio.take", good, Done)


async def test_packets_resume_at_a_key_frame_when_playout_comes_back(house: House) -> None:
    await until(lambda: len(house.video()) > 20)
    last: Packet = house.video()[-1]
    house.packets.clear()
    house.writer.close()
    await until(lambda: house.connections == 2)
    await until(lambda: len(house.video()) > 20)
    resumed = [packet for packet in house.packets if packet.mono_ns > last.mono_ns + 200_000_000]
    assert resumed[0].kind == "video"
    assert resumed[0].key
    assert resumed[0].mono_ns - last.mono_ns < 5_000_000_000
    await asyncio.sleep(0)
