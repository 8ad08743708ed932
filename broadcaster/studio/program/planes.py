"""Pictures as three planes. In: decoded frames of any size. Out: yuv420p of the programme's size, never through RGB.

A frame has one owner at a time: who has handed it on does not touch it again.
"""

from fractions import Fraction
from typing import TypeAlias

import av
import numpy as np
import numpy.typing as npt

Plane: TypeAlias = npt.NDArray[np.uint8]
Planes: TypeAlias = tuple[Plane, Plane, Plane]
BLACK = (16, 128, 128)


def views(frame: av.VideoFrame) -> Planes:
    """The frame's memory as three arrays, without padding; they write through."""
    made = []
    for index, plane in enumerate(frame.planes[:3]):
        width = frame.width if index == 0 else (frame.width + 1) // 2
        height = frame.height if index == 0 else (frame.height + 1) // 2
        made.append(np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[:height, :width])
    return made[0], made[1], made[2]


def blank(width: int, height: int) -> av.VideoFrame:
    """A black frame of our own."""
    frame = av.VideoFrame(width, height, "yuv420p")
    frame.time_base = Fraction(1, 90_000)
    for plane, value in zip(views(frame), BLACK, strict=True):
        plane[:] = value
    return frame


def copy(source: Planes, target: Planes) -> None:
    """All three planes, of equal size."""
    for from_plane, to_plane in zip(source, target, strict=True):
        np.copyto(to_plane, from_plane)


class Fitter:
    """Brings one camera's frames to the programme's size; bars where the shape differs. One thread."""

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._reformatter = av.video.reformatter.VideoReformatter()

    def fit(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame itself when it fits already, else a new one."""
        if (frame.width, frame.height, frame.format.name) == (self._width, self._height, "yuv420p"):
            return frame
        width, height = inner_size(frame.width, frame.height, self._width, self._height)
        scaled = self._reformatter.reformat(
            frame, width=width, height=height, format="yuv420p", interpolation="BILINEAR", threads=1
        )
        if (width, height) == (self._width, self._height):
            return scaled
        whole = blank(self._width, self._height)
        left, top = (self._width - width) // 4 * 2, (self._height - height) // 4 * 2
        for index, (inner, outer) in enumerate(zip(views(scaled), views(whole), strict=True)):
            x, y = (left, top) if index == 0 else (left // 2, top // 2)
            outer[y : y + inner.shape[0], x : x + inner.shape[1]] = inner
        return whole


def inner_size(width: int, height: int, most_width: int, most_height: int) -> tuple[int, int]:
    """The largest even size of the same shape inside the programme's."""
    scale = min(most_width / width, most_height / height)
    return (
        min(most_width, max(2, round(width * scale / 2) * 2)),
        min(most_height, max(2, round(height * scale / 2) * 2)),
    )
