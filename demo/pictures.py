"""Moving pictures of our own making. In: a scene's name and a time. Out: one BGR frame, uint8, height x width x 3.

Two places of an evening market, drawn flat like the interface: `stalls` (a slow pan along the stalls, people passing)
and `bench` (the test bench: tubes, the instrument's progress bar, a swinging lamp). Everything loops after LOOP_S.
"""

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]
Colour = tuple[int, int, int]

LOOP_S = 10.0
WIDTH, HEIGHT = 1280, 720
_SHIFT = 3
"""Fractional bits of coordinates: slow motion without jumping from pixel to pixel."""


def _bgr(value: str) -> Colour:
    red, green, blue = (int(value[i : i + 2], 16) for i in (1, 3, 5))
    return blue, green, red


_PRODUCE = tuple(map(_bgr, ("#4f9a4a", "#d2503c", "#8a5fb0", "#2f7d54", "#e0a33c", "#9cc35a")))
_COATS = tuple(map(_bgr, ("#2b4a66", "#6b7a89", "#8a3b34", "#3d6b52")))


def _box(frame: Frame, x: float, y: float, w: float, h: float, colour: Colour) -> None:
    a = (round(x * 8), round(y * 8))
    b = (round((x + w) * 8) - 8, round((y + h) * 8) - 8)
    cv2.rectangle(frame, a, b, colour, -1, cv2.LINE_AA, _SHIFT)


def _disc(frame: Frame, x: float, y: float, radius: float, colour: Colour) -> None:
    cv2.circle(frame, (round(x * 8), round(y * 8)), round(radius * 8), colour, -1, cv2.LINE_AA, _SHIFT)


def _lighter(colour: Colour) -> Colour:
    blue, green, red = (min(255, part + 34) for part in colour)
    return blue, green, red


def _phase(at_s: float) -> float:
    return 2 * math.pi * (at_s % LOOP_S) / LOOP_S


def _backdrop(top: Colour, bottom: Colour) -> Frame:
    share = np.linspace(0.0, 1.0, HEIGHT)[:, None, None]
    column = np.asarray(top) * (1 - share) + np.asarray(bottom) * share
    return np.ascontiguousarray(np.broadcast_to(column, (HEIGHT, WIDTH, 3)).astype(np.uint8))


_EVENING = _backdrop(_bgr("#22323b"), _bgr("#384b50"))
_DAYLIGHT = _backdrop(_bgr("#eef2f3"), _bgr("#c9d2d6"))


def stalls(at_s: float) -> Frame:
    """Market stalls under lamps; the camera pans and returns, two people walk through."""
    frame = _EVENING.copy()
    pan = 150 * math.sin(_phase(at_s))
    for lamp in range(-1, 5):
        x = lamp * 320 + 160 - pan * 0.5
        cone = np.array([[x - 18, 0], [x + 18, 0], [x + 190, 420], [x - 190, 420]]) * 8
        cv2.fillPoly(frame, [cone.astype(np.int32)], _bgr("#4a5b5c"), cv2.LINE_AA, _SHIFT)
        _disc(frame, x, 6, 26, _bgr("#f0cf8a"))
    _box(frame, -10, 300, WIDTH + 20, 36, _bgr("#5b4636"))
    for stall in range(-1, 8):
        _stall(frame, stall, stall * 214 - pan)
    _box(frame, -10, 560, WIDTH + 20, 170, _bgr("#1c2529"))
    for person in range(2):
        _walker(frame, person, at_s)
    return frame


def _stall(frame: Frame, number: int, x: float) -> None:
    colour = _PRODUCE[number % len(_PRODUCE)]
    for row in range(3):
        for column in range(7):
            wobble = 5 * math.sin(number * 7 + row * 3 + column * 11)
            _disc(frame, x + 22 + column * 27 + wobble, 396 + row * 34 + wobble / 2, 21, colour)
            _disc(frame, x + 15 + column * 27 + wobble, 389 + row * 34, 6, _lighter(colour))
    _box(frame, x, 480, 204, 74, _bgr("#6f5138"))
    _box(frame, x + 66, 500, 72, 30, _bgr("#f4f1ea"))
    _box(frame, x + 76, 512, 44, 5, _bgr("#7d8a92"))


def _walker(frame: Frame, number: int, at_s: float) -> None:
    along = (at_s % LOOP_S) / LOOP_S
    x = -120 + 1520 * (along if number == 0 else (1.5 - along) % 1.0)
    bob = 5 * math.sin(at_s * 2 * math.pi * 1.6 + number)
    coat = _COATS[number]
    _disc(frame, x, 370 + bob, 44, _bgr("#d9b08c"))
    _box(frame, x - 62, 416 + bob, 124, 320, coat)
    _disc(frame, x, 352 + bob, 42, _bgr("#2a2320"))
    _disc(frame, x, 378 + bob, 38, _bgr("#d9b08c"))


def bench(at_s: float) -> Frame:
    """The test bench in plain light: tubes that change colour, an instrument that counts."""
    frame = _DAYLIGHT.copy()
    _box(frame, -10, 440, WIDTH + 20, 290, _bgr("#f3f4f3"))
    swing = 26 * math.sin(_phase(at_s) * 2)
    cv2.line(frame, (980, 0), (round(980 + swing), 120), _bgr("#5c6a73"), 4, cv2.LINE_AA)
    _disc(frame, 980 + swing, 140, 34, _bgr("#ffd98a"))
    _instrument(frame, at_s)
    _box(frame, 548, 380, 420, 26, _bgr("#6b5242"))
    for tube in range(7):
        _tube(frame, tube, at_s)
    hand = 60 * math.sin(_phase(at_s))
    _box(frame, 1010 + hand, 300, 160, 130, _bgr("#ffffff"))
    _box(frame, 1026 + hand, 318, 128, 56, _bgr("#cfe3d2"))
    _box(frame, 1026 + hand, 390, 84, 10, _bgr("#9fb0b5"))
    return frame


def _instrument(frame: Frame, at_s: float) -> None:
    _box(frame, 90, 200, 360, 240, _bgr("#3c4952"))
    _box(frame, 116, 226, 308, 124, _bgr("#101b23"))
    _box(frame, 136, 246, 40 + 240 * ((at_s % LOOP_S) / LOOP_S), 14, _bgr("#5fd0c4"))
    _box(frame, 136, 274, 200, 36, _bgr("#eaf0f3"))
    for knob in range(4):
        _disc(frame, 150 + knob * 78, 396, 18, _bgr("#aab4b9"))
    if int(at_s * 2) % 2:
        _disc(frame, 404, 246, 7, _bgr("#e0604a"))


def _tube(frame: Frame, number: int, at_s: float) -> None:
    x = 580 + number * 58
    level = 70 + 22 * math.sin(_phase(at_s) + number)
    _box(frame, x, 258, 30, 184, _bgr("#f8fafa"))
    _box(frame, x + 4, 438 - level, 22, level, _PRODUCE[(number * 2 + 4) % len(_PRODUCE)])
    _box(frame, x - 4, 240, 38, 18, _bgr("#c3582b" if number == 1 else "#4a7fb0"))


SCENES: dict[str, Callable[[float], Frame]] = {"stalls": stalls, "bench": bench}
