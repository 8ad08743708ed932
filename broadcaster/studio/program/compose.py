"""Pictures laid out in one frame. In: each source's planes, a shot. Out: the target's planes, of any size, filled.

Planes are scaled one by one, never through RGB. A whole picture keeps its shape between bars; a part of a split one
fills its place and loses what lies outside. A source without a picture is left out: the other then stands whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from broadcaster.studio.program.planes import BLACK, Plane, Planes, copy, inner_size
from episodes.shot import Layout, Shot

_GROUND = (24, 130, 124)
_EDGE = (235, 128, 128)
_EDGE_PX = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Where a picture stands, in even pixels; `edge` draws a bright line around it."""

    x: int
    y: int
    width: int
    height: int
    edge: bool = False


def places(layout: Layout, width: int, height: int) -> tuple[Place, ...]:
    """The places of a frame of this size, the main one first.

    Two-up leaves room above and below for the plates; the inset stands right, above where cards stand.
    """
    whole = Place(0, 0, width, height)
    if layout == "full":
        return (whole,)
    if layout == "pip":
        wide, high = _even(width * 0.28), _even(width * 0.28 * 9 / 16)
        return whole, Place(_even(width * 0.95) - wide, _even(height * 0.17), wide, high, edge=True)
    gap = _even(width / 160)
    wide = _even((width - gap) / 2)
    high = min(height, _even(wide * 3 / 4))
    top = _even((height - high) / 2)
    return Place(0, top, wide, high), Place(width - wide, top, wide, high)


def compose(pictures: Mapping[str, Planes], shot: Shot, target: Planes) -> None:
    """Draw `shot` into `target`."""
    shown = [name for name in shot.sources if name in pictures]
    split = len(shown) > 1
    height, width = target[0].shape
    if not shown:
        fill(target, BLACK)
    elif not split:
        _whole(pictures[shown[0]], target)
    else:
        if shot.layout == "two_up":
            fill(target, _GROUND)
        for name, place in zip(shown, places(shot.layout, width, height), strict=True):
            _lay(pictures[name], place, target)


def blend(old: Planes, new: Planes, share: float, target: Planes) -> None:
    """`share` of `new` over the rest of `old`; `target` may be either."""
    for before, after, plane in zip(old, new, target, strict=True):
        cv2.addWeighted(before, 1.0 - share, after, share, 0.0, dst=plane)


def fill(target: Planes, colour: tuple[int, int, int]) -> None:
    for plane, value in zip(target, colour, strict=True):
        plane[:] = value


def _whole(planes: Planes, target: Planes) -> None:
    height, width = target[0].shape
    high, wide = planes[0].shape
    if (high, wide) == (height, width):
        copy(planes, target)
        return
    inner_wide, inner_high = inner_size(wide, high, width, height)
    if (inner_wide, inner_high) != (width, height):
        fill(target, BLACK)
    place = Place(_even((width - inner_wide) / 2), _even((height - inner_high) / 2), inner_wide, inner_high)
    _lay(planes, place, target)


def _lay(planes: Planes, place: Place, target: Planes) -> None:
    if place.edge:
        _frame(place, target)
    high, wide = planes[0].shape
    used_wide = min(wide, _even(high * place.width / place.height))
    used_high = min(high, _even(wide * place.height / place.width))
    left, top = _even((wide - used_wide) / 2), _even((high - used_high) / 2)
    for index, (source, plane) in enumerate(zip(planes, target, strict=True)):
        part = _part(source, (left, top, used_wide, used_high), index)
        onto = _part(plane, (place.x, place.y, place.width, place.height), index)
        if part.shape == onto.shape:
            np.copyto(onto, part)
        else:
            cv2.resize(part, (onto.shape[1], onto.shape[0]), dst=onto, interpolation=cv2.INTER_LINEAR)


def _frame(place: Place, target: Planes) -> None:
    box = (
        max(0, place.x - _EDGE_PX),
        max(0, place.y - _EDGE_PX),
        place.width + 2 * _EDGE_PX,
        place.height + 2 * _EDGE_PX,
    )
    for index, plane in enumerate(target):
        _part(plane, box, index)[:] = _EDGE[index]


def _part(plane: Plane, box: tuple[int, int, int, int], index: int) -> Plane:
    x, y, wide, high = box if index == 0 else tuple(each // 2 for each in box)
    return plane[y : y + high, x : x + wide]


def _even(value: float) -> int:
    return max(2, round(value / 2) * 2) if value > 0 else 0
