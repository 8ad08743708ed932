"""What came out of the studio, judged. In: packets. Out: pictures with their counters, and where flash and beep lie."""

from itertools import pairwise
from typing import NamedTuple

import av
import numpy as np

from broadcaster.packets import Packet, StreamStart
from tests.broadcaster.studio import counter

_S = 1_000_000_000


class Seen(NamedTuple):
    packet: Packet
    number: int | None
    middle: float


def seen(packets: list[Packet], bars: int = 0) -> list[Seen]:
    """Each video packet from the first key frame on: the counter in its picture, and its brightness low in the middle."""
    first = next(i for i, packet in enumerate(packets) if packet.key)
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    found: list[Seen] = []
    for number, packet in enumerate(packets[first:], first):
        piece = av.Packet(packet.data)
        piece.pts = number
        for frame in decoder.decode(piece):
            luma = frame.to_ndarray(format="gray")
            luma = luma[:, bars : luma.shape[1] - bars]
            height, width = luma.shape
            patch = luma[height * 2 // 3 : height * 2 // 3 + 8, width // 2 : width // 2 + 8]
            found.append(Seen(packets[frame.pts], counter.read(luma), float(patch.mean())))
    return found


def gaps_ns(packets: list[Packet]) -> list[int]:
    return [b.mono_ns - a.mono_ns for a, b in pairwise(packets)]


def flashes_ns(pictures: list[Seen]) -> list[int]:
    """When a flash begins."""
    return [b.packet.mono_ns for a, b in pairwise(pictures) if a.middle < 150 < b.middle]


def beeps_ns(start: StreamStart, packets: list[Packet]) -> list[int]:
    """When a beep begins."""
    decoder = av.CodecContext.create("aac", "r")
    decoder.extradata = start.audio_extradata
    found: list[int] = []
    quiet_since = 0
    for packet in packets:
        for frame in decoder.decode(av.Packet(packet.data)):
            level = np.abs(frame.to_ndarray()[0])
            loud = np.flatnonzero(level > 0.1)
            if loud.size:
                at = packet.mono_ns + int(loud[0]) * _S // 48_000
                if quiet_since and at - quiet_since > _S // 4:
                    found.append(at)
                quiet_since = packet.mono_ns + int(loud[-1]) * _S // 48_000
            elif not quiet_since:
                quiet_since = packet.mono_ns
    return found
