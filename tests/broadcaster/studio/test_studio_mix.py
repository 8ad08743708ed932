"""One studio, two real phones: layouts, dissolve, freeze, hold card, whose sound is heard, and all of it after a restart."""

import asyncio
import signal
import time
from pathlib import Path

import av
import numpy as np
import pytest

from broadcaster.packets import Packet
from episodes.commands import Done, Freeze, SetSound, Snapshot, Take
from episodes.shot import SoundPlan
from runtime.bus.protocol import Refused
from tests.broadcaster.studio.clips import clip
from tests.broadcaster.studio.conftest import House, Phone, until
from tests.broadcaster.studio.judge import seen

ONE, TWO = 90, 60
LEFT, RIGHT, MIDDLE, TOP = (100, 250), (540, 250), (320, 250), (320, 60)


async def take(house: House, source: str, **more: str) -> None:
    await house.bus.request("studio.take", Take(command_id="t", source=source, **more), Done)


async def sound(house: House, **plan: object) -> None:
    await house.bus.request("studio.sound", SetSound(command_id="s", plan=SoundPlan(**plan)), Done)


async def freeze(house: House, *, on: bool) -> None:
    await house.bus.request("studio.freeze", Freeze(command_id="f", on=on), Done)


def pictures(packets: list[Packet]) -> list[np.ndarray]:
    """The luma of each picture from the first key frame on."""
    first = next(i for i, packet in enumerate(packets) if packet.key)
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    return [
        frame.to_ndarray(format="gray")
        for packet in packets[first:]
        for frame in decoder.decode(av.Packet(packet.data))
    ]


def at(luma: np.ndarray, place: tuple[int, int]) -> int:
    x, y = place
    return round(float(luma[y - 4 : y + 4, x - 4 : x + 4].mean()))


def near(level: int, *wanted: int) -> bool:
    """A camera's grey, or its flash, in full range."""
    return any(abs(level - (each - 16) * 255 / 219) < 9 for each in (*wanted, 235))


def between(level: int) -> bool:
    """Of neither camera, and no flash."""
    return TWO < level < ONE - 10


def loudness(house: House, packets: list[Packet]) -> float:
    decoder = av.CodecContext.create("aac", "r")
    decoder.extradata = house.start.audio_extradata
    frames = [frame.to_ndarray() for packet in packets for frame in decoder.decode(av.Packet(packet.data))]
    return max(float(np.abs(frame).max()) for frame in frames[4:])


async def gathered(house: House, seconds: float) -> tuple[list[Packet], list[Packet]]:
    """What comes from now on: pictures (from a key frame) and sound."""
    house.packets.clear()
    await asyncio.sleep(seconds)
    return house.video(), [packet for packet in house.packets if packet.kind == "audio"]


@pytest.fixture
def keyframe_s() -> float:
    return 0.5


async def test_an_evening_of_mixing(house: House, clips: Path) -> None:
    one = await house.camera("one", clip=str(clip(clips, grey=ONE)))
    two = await house.camera("two", clip=str(clip(clips, grey=TWO, tone=600)))
    await take(house, "one")
    await _mutes_and_gains(house)
    await _a_dissolve(house)
    await _side_by_side(house)
    await _a_freeze(house)
    await _a_hold_card(house)
    await _after_a_restart(house, clips, one, two)


async def _mutes_and_gains(house: House) -> None:
    await sound(house, mic="two", muted=("two",))
    _, audio = await gathered(house, 1.4)
    assert loudness(house, audio[8:]) < 0.01
    await sound(house, gains_db={"one": -12.0})
    _, audio = await gathered(house, 1.4)
    assert 0.08 < loudness(house, audio[8:]) < 0.2, "half of full scale, a quarter of that"
    assert house.status.sound == SoundPlan(gains_db={"one": -12.0})
    await sound(house)


async def _a_dissolve(house: House) -> None:
    await until(lambda: house.video()[-1].key)
    house.packets.clear()
    await take(house, "two", transition="dissolve")
    await asyncio.sleep(1.0)
    levels = [at(luma, MIDDLE) for luma in pictures(house.video())]
    if not any(between(level) for level in levels):
        # A flash may have covered it, or it lay before the first key frame: once more, the other way.
        house.packets.clear()
        await asyncio.sleep(0.7)
        await take(house, "one", transition="dissolve")
        await asyncio.sleep(1.0)
        levels = [at(luma, MIDDLE) for luma in pictures(house.video())]
    assert any(between(level) for level in levels), f"between the two: {levels}"
    await take(house, "two")
    await until(lambda: house.status.airing == ("two",))


async def _side_by_side(house: House) -> None:
    with pytest.raises(Refused, match="second"):
        await take(house, "one", layout="two_up")
    with pytest.raises(Refused, match="not_live"):
        await take(house, "one", layout="two_up", second="nobody")
    began = time.monotonic()
    await take(house, "one", layout="two_up", second="two")
    assert time.monotonic() - began < 0.75
    await until(lambda: house.status.airing == ("one", "two"))
    assert (house.status.on_air, house.status.layout, house.status.second) == ("one", "two_up", "two")
    await asyncio.sleep(1.0)
    last = pictures(house.video()[-40:])[-10:]
    seen_at = {(at(luma, LEFT), at(luma, RIGHT)) for luma in last}
    assert all(near(left, ONE) and near(right, TWO) for left, right in seen_at), seen_at
    await take(house, "one", layout="pip", second="two")
    await asyncio.sleep(1.0)
    last = pictures(house.video()[-40:])[-1]
    assert near(at(last, LEFT), ONE)
    assert near(at(last, (530, 90)), TWO)


async def _a_freeze(house: House) -> None:
    await take(house, "one")
    await freeze(house, on=True)
    await asyncio.sleep(0.3)
    video, audio = await gathered(house, 1.3)
    numbers = {picture.number for picture in seen(video)}
    assert len(numbers) == 1, f"one picture stands: {numbers}"
    assert None not in numbers
    assert loudness(house, audio) > 0.1, "the sound goes on"
    assert house.status.frozen_s > 0.5
    await freeze(house, on=False)
    video, _ = await gathered(house, 1.3)
    assert len({picture.number for picture in seen(video)}) > 10
    assert house.status.frozen_s == 0


async def _a_hold_card(house: House) -> None:
    for wrong in ({"source": "hold"}, {"source": "one", "reason": "minor"}):
        with pytest.raises(Refused, match="reason"):
            await take(house, **wrong)
    await take(house, "hold", reason="premises")
    assert house.status is not None
    with pytest.raises(Refused, match="nothing_to_freeze"):
        await freeze(house, on=True)
    await asyncio.sleep(0.3)
    video, audio = await gathered(house, 1.3)
    assert loudness(house, audio) < 0.01, "a card is silent"
    last = pictures(video)[-1]
    assert float((last > 200).mean()) > 0.01, "its words stand on it"
    assert not near(at(last, TOP), ONE, TWO)
    assert (house.status.on_air, house.status.reason, house.status.airing) == ("hold", "premises", ())


async def _after_a_restart(house: House, clips: Path, one: Phone, two: Phone) -> None:
    """The same layout, the same sound; nobody presses anything."""
    house.snapshot = Snapshot(
        seq=7, episode_id="e", records=(), source="one", layout="two_up", second="two", cameras=("one", "two"),
        sound=SoundPlan(mic="two", muted=("one",)),
    )  # fmt: skip
    await house.end(signal.SIGKILL)
    await one.stop()
    await two.stop()
    await house.launch()
    await house.camera("one", clip=str(clip(clips, grey=ONE)))
    await house.camera("two", clip=str(clip(clips, grey=TWO, tone=600)))
    await until(lambda: house.status.airing == ("one", "two"), 8)
    assert house.status.layout == "two_up"
    assert house.status.sound == SoundPlan(mic="two", muted=("one",))
    await until(lambda: house.status.heard == "two", 3)
