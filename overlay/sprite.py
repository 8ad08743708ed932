"""Sprites: painted graphics made ready for yuv420p. In: a `Painted`. Out: premultiplied planes, and how to blend them.

Colours are BT.709, limited range, like the programme's. Where a sprite is opaque its pixels are copied; only its rim is
blended, with two OpenCV calls a plane (`multiply`, `add`), inside the sprite's rectangle.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from overlay.graphics.sheet import Painted
from overlay.theme import Colour

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
_RIM_MOST, _SMALL = 24, 20_000


def yuv(colour: Colour) -> tuple[int, int, int]:
    """A colour of the theme as the programme's Y, U and V."""
    rgb = np.array(colour, np.float32)
    luma = 16 + float((_LUMA @ rgb)[0])
    blue, red = (128 + float(value) for value in _CHROMA @ rgb)
    return round(luma), round(blue), round(red)


@dataclass(frozen=True)
class Patch:
    """A translucent part of a layer, in its own coordinates: what is left of the ground, and what is added."""

    left: int
    top: int
    right: int
    bottom: int
    rest: Plane
    ink: Plane


@dataclass(frozen=True)
class Layer:
    """One plane of a sprite: its premultiplied values, where it is wholly opaque, and patches for what is not."""

    ink: Plane
    solid: tuple[int, int, int, int]
    patches: tuple[Patch, ...]


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
        return sum(layer.ink.nbytes * 2 for layer in self.layers)


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
    added = np.clip(np.rint(ink), 0, 255).astype(np.uint8)
    high, wide = rest.shape
    left, top, right, bottom = solid = _solid(rest)
    boxes = ((0, 0, wide, top), (0, bottom, wide, high), (0, top, left, bottom), (right, top, wide, bottom))
    return Layer(added, solid, tuple(_patch(added, rest, box) for box in boxes if box[0] < box[2] and box[1] < box[3]))


def _patch(ink: Plane, rest: Plane, box: tuple[int, int, int, int]) -> Patch:
    left, top, right, bottom = box
    part = (slice(top, bottom), slice(left, right))
    return Patch(left, top, right, bottom, np.ascontiguousarray(rest[part]), np.ascontiguousarray(ink[part]))


def _solid(rest: Plane) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of an opaque box found by shrinking all sides alike; empty at the bottom if none is."""
    high, wide = rest.shape
    # A small layer is cheaper blended whole than copied and blended around in five parts.
    most = min(_RIM_MOST, wide // 2, high // 2) if rest.size >= _SMALL else 0
    for inset in range(most):
        if not rest[inset : high - inset, inset : wide - inset].any():
            return inset, inset, wide - inset, high - inset
    return 0, high, 0, high


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
    left, top, right, bottom = layer.solid
    right = min(right, wide)
    if left < right:
        ground[top:bottom, left:right] = layer.ink[top:bottom, left:right]
    for patch in layer.patches:
        width = min(patch.right, wide) - patch.left
        if width <= 0:
            continue
        part = ground[patch.top : patch.bottom, patch.left : patch.left + width]
        rest, ink = patch.rest, patch.ink
        if width < rest.shape[1]:
            rest, ink = rest[:, :width], ink[:, :width]
        # In place: OpenCV writes through the view, whatever its stride.
        cv2.multiply(part, rest, part, 1 / 255)
        cv2.add(part, ink, part)
