"""Further renditions of a real studio: encoded while somebody asks, each with its layout, in step with the programme."""

import asyncio
import itertools
import time
from pathlib import Path

import av
import msgspec
import numpy as np

from broadcaster.packets import Packet
from episodes.commands import Done, Take
from episodes.events import AnyEvent
from episodes.status import PlayoutStatus
from overlay.graphics.sheet import Frame
from overlay.sprite import yuv
from overlay.theme import DAYLIGHT
from tests.broadcaster.studio.clips import clip
from tests.broadcaster.studio.conftest import House, until
from tests.broadcaster.studio.judge import seen
from tests.overlay.material import EP, asked, live, records, revealed

SIZES = {"portrait-540": (540, 960), "360p": (640, 360)}


def of(house: House, name: str) -> list[Packet]:
    return [packet for packet in house.packets if packet.kind == "video" and packet.rendition == name]


async def wanting(house: House, *names: str) -> None:
    """Playout says that outputs ask for these."""
    status = PlayoutStatus(
        epoch=1, utc_ns=time.time_ns(), episode_id="e", delay_s=30, filled_s=0, public="program", public_seq=0,
        recording=True, outputs=(), renditions=names,
    )  # fmt: skip
    await house.bus.publish("playout.status", status)


def last_picture(packets: list[Packet]) -> np.ndarray:
    """Y, U and V of the newest whole picture, as rows of yuv420p."""
    start = max(index for index, packet in enumerate(packets) if packet.key)
    decoder = av.CodecContext.create("h264", "r")
    frames = [frame for packet in packets[start:] for frame in decoder.decode(av.Packet(packet.data))]
    return frames[-1].to_ndarray(format="yuv420p")


def threads(house: House) -> set[str]:
    assert house.process is not None
    root = Path(f"/proc/{house.process.pid}/task")
    return {(task / "comm").read_text().strip() for task in root.iterdir()}


async def test_renditions_begin_go_in_step_and_end(house: House, clips: Path) -> None:
    events: tuple[AnyEvent, ...] = (live(), revealed(), *asked("这批豆角能退吗？", mentions=True))
    house.snapshot = msgspec.structs.replace(
        house.snapshot, seq=len(events), episode_id=EP, records=records(*events), source=""
    )
    await house.end()
    await house.launch()
    await house.camera("one", clip=str(clip(clips)))
    await house.bus.request("studio.take", Take(command_id="t", source="one"), Done)
    assert not [name for name in threads(house) if name.startswith(("pic-", "enc-"))], "nobody asks for one"
    began = time.monotonic()
    await wanting(house, *SIZES)
    await until(lambda: all(len(of(house, name)) > 90 for name in SIZES))
    assert time.monotonic() - began < 30
    main = {packet.mono_ns for packet in of(house, "main")}
    for name in SIZES:
        made = of(house, name)
        assert made[0].key, "it begins with a keyframe"
        steps = {packet.mono_ns for packet in made if packet.mono_ns <= max(main)}
        assert steps <= main, "each is a tick of the programme"
        assert made[-1].scene_seq == len(events)
        keys = [packet.mono_ns for packet in made if packet.key]
        assert all(after - before < 2.2e9 for before, after in itertools.pairwise(keys))
    assert {each.name for each in house.status.renditions} == set(SIZES)
    assert house.status.cores >= 1
    assert seen(of(house, "360p")[-70:])[-1].number is not None, "the phone's picture, smaller"
    portrait(last_picture(of(house, "portrait-540")))
    await wanting(house)
    await until(lambda: not [name for name in threads(house) if name.startswith(("pic-", "enc-"))])
    house.packets.clear()
    await asyncio.sleep(1)
    assert not of(house, "360p")
    assert len(of(house, "main")) > 5, "the programme goes on"
    assert await house.end() == 0


def portrait(picture: np.ndarray) -> None:
    """The camera in its band, plates above it, the question below, the ground between; nothing cropped."""
    wide, high = SIZES["portrait-540"]
    luma = picture[:high]
    night, white = yuv(DAYLIGHT.night)[0], yuv(DAYLIGHT.plate)[0]
    left, top, band_wide, band_high = Frame(wide, high).camera
    assert abs(int(np.median(luma[: top // 3])) - night) <= 3
    assert abs(int(np.median(luma[-100:])) - night) <= 3
    band = luma[top : top + band_high, left : left + band_wide]
    assert band.std() > 10, "the phone's picture"
    above, below = luma[:top], luma[top + band_high :]
    assert (above > white - 6).sum() > 2000, "the header's plates"
    assert (below > white - 6).sum() > 10_000, "the question's plate"
