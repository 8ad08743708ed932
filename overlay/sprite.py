"""Sprites: painted graphics made ready for yuv420p. In: a `Painted`. Out: premultiplied planes, and how to blend them.

Colours are BT.709, limited range, like the programme's. Where a sprite is opaque its pixels are copied; only its rim is
blended, with two OpenCV calls a plane (`multiply`, `add`), inside the sprite's rectangle.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from overlay.graphics.sheet import Painted

Plane = NDArray[np.uint8]
Planes = tuple[Plane, Plane, Plane]
Floats = NDArray[np.float32]

_KR, _KB = 0.2126, 0.0722
_KG = 1.0 - _KR - _KB
_LUMA = np.array([[_KR, _KG, _KB]], np.float32) * (219 / 255)
_CHROMA = np.array(
    [
        [-_KR / (2 - 2 * _KB), -_KG / (2 - 2 * _KB), 0.5],
        [0.5, -_KG / (2 - 2 * _KR), -_KB / (2 - 2 * _KR)],
    ],
    np.float32,
) * (224 / 255)
_RIM_MOST = 24


@dataclass(frozen=True)
class Layer:
    """One plane of a sprite: its premultiplied values, what is left of the ground, and where it is wholly opaque."""

    ink: Plane
    rest: Plane
    solid: tuple[int, int, int, int] | None


@dataclass(frozen=True)
class Sprite:
    """Three layers and the place of their upper left corner in luma pixels, even in both directions."""

    x: int
    y: int
    width: int
    height: int
    layers: tuple[Layer, Layer, Layer]

    @property
    def size_bytes(self) -> int:
        """What keeping it costs."""
        return sum(layer.ink.nbytes + layer.rest.nbytes for layer in self.layers)


def sprite(painted: Painted, width: int, height: int) -> Sprite | None:
    """`painted` for a frame of `width` × `height`, cut at its edges; None when nothing of it is inside."""
    left, top = max(0, painted.x), max(0, painted.y)
    right, bottom = min(width, painted.box[2]) & ~1, min(height, painted.box[3]) & ~1
    if right <= left or bottom <= top:
        return None
    image = painted.image.crop((left - painted.x, top - painted.y, right - painted.x, bottom - painted.y))
    rgba = np.asarray(image, np.float32)
    alpha: Floats = rgba[..., 3] / np.float32(255)
    rgb = np.ascontiguousarray(rgba[..., :3])
    luma: Floats = np.asarray(cv2.transform(rgb, _LUMA), np.float32).reshape(alpha.shape) + 16
    chroma: Floats = np.asarray(cv2.transform(rgb, _CHROMA), np.float32) + 128
    half = (alpha.shape[1] // 2, alpha.shape[0] // 2)
    small, u, v = (_halved(each, half) for each in (alpha, chroma[..., 0] * alpha, chroma[..., 1] * alpha))
    layers = (_layer(luma * alpha, alpha), _layer(u, small), _layer(v, small))
    return Sprite(left, top, right - left, bottom - top, layers)


def _halved(values: Floats, size: tuple[int, int]) -> Floats:
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)


def _layer(ink: Floats, alpha: Floats) -> Layer:
    rest = np.rint(255 * (1 - alpha)).astype(np.uint8)
    return Layer(np.clip(np.rint(ink), 0, 255).astype(np.uint8), rest, _solid(rest))


def _solid(rest: Plane) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of an opaque box found by shrinking all sides alike; None when there is none."""
    high, wide = rest.shape
    for inset in range(min(_RIM_MOST, wide // 2, high // 2)):
        if not rest[inset : high - inset, inset : wide - inset].any():
            return inset, inset, wide - inset, high - inset
    return None


def blend(planes: Planes, what: Sprite, wide: int | None = None) -> None:
    """Lays a sprite on the planes in place; `wide` shows only its first columns (even), for motion."""
    shown = what.width if wide is None else min(wide, what.width) & ~1
    if shown <= 0:
        return
    for index, (plane, layer) in enumerate(zip(planes, what.layers, strict=True)):
        step = 1 if index == 0 else 2
        x, y, w, h = what.x // step, what.y // step, shown // step, what.height // step
        _lay(plane[y : y + h, x : x + w], layer, w)


def _lay(ground: Plane, layer: Layer, wide: int) -> None:
    if layer.solid is None or layer.solid[0] >= wide:
        _mix(ground, layer, 0, ground.shape[0], 0, wide)
        return
    left, top, right, bottom = layer.solid
    right = min(right, wide)
    ground[top:bottom, left:right] = layer.ink[top:bottom, left:right]
    _mix(ground, layer, 0, top, 0, wide)
    _mix(ground, layer, bottom, ground.shape[0], 0, wide)
    _mix(ground, layer, top, bottom, 0, left)
    _mix(ground, layer, top, bottom, right, wide)


def _mix(ground: Plane, layer: Layer, top: int, bottom: int, left: int, right: int) -> None:
    if top >= bottom or left >= right:
        return
    part = ground[top:bottom, left:right]
    mixed = cv2.multiply(part, layer.rest[top:bottom, left:right], scale=1 / 255)
    part[...] = cv2.add(mixed, layer.ink[top:bottom, left:right])
