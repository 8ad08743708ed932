"""A studio process between a phone, a desk and a playout: the programme's packets, takes, stalls, restart."""

import asyncio
import signal
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from episodes.commands import Cue, Done, Snapshot, Take
from runtime.bus.protocol import Refused
from tests.broadcaster.studio.clips import FPS, SECONDS, clip
from tests.broadcaster.studio.conftest import House, until
from tests.broadcaster.studio.judge import beeps_ns, flashes_ns, gaps_ns, seen


async def take(house: House, source: str) -> None:
    await house.bus.request("studio.take", Take(command_id=f"take-{source}", source=source), Done)


async def test_a_starting_studio_shows_slate_in_a_steady_stream(house: House) -> None:
    await until(lambda: len(house.video()) > 75)
    video = house.video()
    assert max(gaps_ns(video)) < 70_000_000
    assert house.start is not None
    assert house.start.video_extradata.startswith(b"\x00\x00\x00\x01")
    keys = [i for i, packet in enumerate(video) if packet.key]
    assert keys[0] == 0
    assert all(b - a <= 60 for a, b in pairwise(keys))
    sound = [packet for packet in house.packets if packet.kind == "audio"]
    assert set(gaps_ns(sound)) <= {21_333_333, 21_333_334}
    assert house.status is not None
    assert house.status.on_air == "slate"
    assert all(packet.scene_seq == 1 for packet in video[-10:])
    assert await house.end() == 0


async def test_a_show_from_take_to_restart(house: House, clips: Path) -> None:
    with pytest.raises(Refused, match="not_live"):
        await take(house, "one")
    phone = await house.camera("one", clip=str(clip(clips)))
    other = await house.camera("two", clip=str(clip(clips, codec="vp8", width=320, height=240, grey=60)))
    await _cut_to(house, "one")
    await _follows_the_phone(house, phone.began)
    await house.bus.request("studio.cue", Cue(command_id="cue", source="two"), Done)
    await asyncio.sleep(0.7)
    await _cut_to(house, "two", most_s=0.25)
    await asyncio.sleep(1)
    assert seen(house.video()[-75:], bars=80)[-1].number is not None, "a 4:3 VP8 camera stands between bars"
    await _cut_to(house, "one")
    await _slate_on_stall(house, phone)
    await other.stop()
    await until(lambda: house.of("two") == "lost")
    assert any(alarm.code == "camera_lost" and alarm.about == "two" for alarm in house.alarms)
    await _returns_after_a_kill(house, phone, clips)


async def _cut_to(house: House, source: str, most_s: float = 0.75) -> None:
    began = time.monotonic()
    await take(house, source)
    assert time.monotonic() - began < most_s
    await until(lambda: house.status is not None and house.status.on_air == source, 2)


async def _follows_the_phone(house: House, began: float) -> None:
    """In order, soon after they were sent (generously: other tests may run beside), sound with them."""
    await asyncio.sleep(1.5)
    house.packets.clear()
    await asyncio.sleep(5)
    pictures = seen(house.video())
    numbers = [picture.number for picture in pictures if picture.number is not None]
    assert len(numbers) > 0.9 * len(pictures)
    steps = [(b - a) % (FPS * SECONDS) for a, b in pairwise(numbers)]
    assert steps.count(1) > 0.3 * len(steps)
    assert max(steps) < FPS, "never backwards"
    lags = []
    for picture in pictures:
        sent = began + (picture.number or 0) / FPS
        lags.append((picture.packet.mono_ns / 1e9 - sent + SECONDS / 2) % SECONDS - SECONDS / 2)
    assert 0 < median(lags) < 0.5
    assert house.start is not None
    beeps = beeps_ns(house.start, [packet for packet in house.packets if packet.kind == "audio"])
    offsets = [min((beep - flash for beep in beeps), key=abs) / 1e6 for flash in flashes_ns(pictures)]
    # A flash at the end of what was heard has no beep of its own.
    offsets = [each for each in offsets if abs(each) < 500]
    assert len(offsets) >= 2
    assert -40 < median(offsets) < 60, f"sound lies {offsets} ms behind the picture"


async def _slate_on_stall(house: House, phone: object) -> None:
    phone.order(pause=True)
    await until(lambda: house.of("one") == "stalled", 5)
    await asyncio.sleep(0.5)
    assert house.status.on_air == "one"
    numbers = [picture.number for picture in seen(house.video()[-75:])]
    assert numbers[-5:] == [None] * 5, f"the slate covers a stall: {numbers}"
    phone.order(pause=False)
    await until(lambda: house.of("one") == "live", 5)
    await asyncio.sleep(1.2)
    assert seen(house.video()[-75:])[-1].number is not None, "and the camera returns by itself"


async def _returns_after_a_kill(house: House, phone: object, clips: Path) -> None:
    """The desk's snapshot tells the source; the phone joins anew; nobody presses anything."""
    house.snapshot = Snapshot(seq=7, episode_id="e", records=(), source="one", cameras=("one",))
    epoch = house.status.epoch
    await house.end(signal.SIGKILL)
    await phone.stop()
    connections = house.connections
    await house.launch()
    assert house.status.epoch > epoch
    await until(lambda: house.connections > connections)
    assert house.status.on_air == "slate"
    await house.camera("one", clip=str(clip(clips)))
    await until(lambda: house.status.on_air == "one", 5)
    assert house.status.scene_seq == 7
