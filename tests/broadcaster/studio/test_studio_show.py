"""A studio process between a phone, a desk and a playout: the programme's packets, takes, stalls, restart."""

import itertools

import av
import numpy as np

from broadcaster.packets import Packet
from episodes.commands import Done, Take
from tests.broadcaster.studio.conftest import House, until


def decoded(packets: list[Packet]) -> list[tuple[Packet, np.ndarray]]:
    """Each video packet with its picture's luma, from the first key frame on."""
    first = next(i for i, packet in enumerate(packets) if packet.key)
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    found = []
    for number, packet in enumerate(packets[first:]):
        piece = av.Packet(packet.data)
        piece.pts = number
        for frame in decoder.decode(piece):
            found.append((packets[first + frame.pts], frame.to_ndarray(format="gray").copy()))
    return found


async def take(house: House, source: str) -> None:
    await house.bus.request("studio.take", Take(command_id=f"take-{source}", source=source), Done)


async def test_a_starting_studio_shows_slate_in_a_steady_stream(house: House) -> None:
    await until(lambda: len(house.video()) > 75)
    video = house.video()
    gaps = {b.mono_ns - a.mono_ns for a, b in itertools.pairwise(video)}
    assert max(gaps) < 70_000_000
    assert house.start is not None
    assert house.start.video_extradata.startswith(b"\x00\x00\x00\x01")
    keys = [i for i, packet in enumerate(video) if packet.key]
    assert keys[0] == 0
    assert all(b - a <= 60 for a, b in itertools.pairwise(keys))
    sound = [packet for packet in house.packets if packet.kind == "audio"]
    assert {b.mono_ns - a.mono_ns for a, b in itertools.pairwise(sound)} <= {21_333_333, 21_333_334}
    assert house.status is not None
    assert house.status.on_air == "slate"
    assert all(packet.scene_seq == 1 for packet in video[-10:])
