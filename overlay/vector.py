"""A small rasteriser for our own icons. In: path data on a grid. Out: Pillow masks, anti-aliased by over-sampling."""

import itertools
import math
import re
from collections.abc import Iterator
from typing import Literal

import msgspec
from PIL import Image, ImageDraw

Point = tuple[float, float]
Line = list[Point]
Role = Literal["ink", "cut", "sun"]

_OVER = 6
_CURVE_STEPS = 16
_ARC_STEPS = 32
_TOKEN = re.compile(r"([MmLlHhVvCcAaZz])|(-?(?:\d+\.?\d*|\.\d+))")
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "A": 7, "Z": 0}


class Mark(msgspec.Struct, frozen=True):
    """One path: filled when `width` is 0, else stroked with round caps; `dash` is (on, off) in grid units."""

    path: str
    width: float = 0.0
    role: Role = "ink"
    dash: tuple[float, float] | None = None


def circle(x: float, y: float, radius: float) -> str:
    """A full circle's path, from the top, clockwise."""
    return f"M{x} {y - radius}A{radius} {radius} 0 1 1 {x} {y + radius}A{radius} {radius} 0 1 1 {x} {y - radius}Z"


def rounded(x: float, y: float, width: float, height: float, radius: float) -> str:
    """A rounded rectangle's path."""
    w, h, a = width - 2 * radius, height - 2 * radius, f"a{radius} {radius} 0 0 1"
    return (
        f"M{x + radius} {y}h{w}{a} {radius} {radius}v{h}{a} -{radius} {radius}"
        f"h-{w}{a} -{radius} -{radius}v-{h}{a} {radius} -{radius}Z"
    )


def mask(marks: tuple[Mark, ...], grid: float, size: int) -> dict[Role, Image.Image]:
    """Masks of `size` × `size` pixels by role, each later to be filled with its colour, in the order of the dict."""
    scale = size * _OVER / grid
    out: dict[Role, Image.Image] = {}
    for mark in marks:
        layer = out.setdefault(mark.role, Image.new("L", (size * _OVER, size * _OVER), 0))
        _paint(ImageDraw.Draw(layer), mark, scale)
    return {role: layer.resize((size, size), Image.Resampling.BOX) for role, layer in out.items()}


def _paint(draw: ImageDraw.ImageDraw, mark: Mark, scale: float) -> None:
    for line in flattened(mark.path):
        pieces = _dashed(line, *mark.dash) if mark.dash else [line]
        for piece in pieces:
            points = [(x * scale, y * scale) for x, y in piece]
            if mark.width:
                _stroke(draw, points, mark.width * scale)
            elif len(points) > 2:  # noqa: PLR2004 - a polygon has three corners
                draw.polygon(points, fill=255)


def _stroke(draw: ImageDraw.ImageDraw, points: Line, width: float) -> None:
    draw.line(points, fill=255, width=round(width), joint="curve")
    half = width / 2
    for x, y in points:
        draw.ellipse((x - half, y - half, x + half, y + half), fill=255)


def _dashed(line: Line, on: float, off: float) -> Iterator[Line]:
    piece: Line = [line[0]]
    left, drawing = on, True
    for start, end in itertools.pairwise(line):
        length, done = math.dist(start, end), 0.0
        while length - done > left:
            done += left
            at = (start[0] + (end[0] - start[0]) * done / length, start[1] + (end[1] - start[1]) * done / length)
            if drawing:
                yield [*piece, at]
            piece, drawing = [at], not drawing
            left = on if drawing else off
        left -= length - done
        if drawing:
            piece.append(end)
    if drawing and len(piece) > 1:
        yield piece


def flattened(path: str) -> list[Line]:
    """The path's sub-paths as polylines."""
    lines: list[Line] = []
    here: Point = (0.0, 0.0)
    for command, numbers in _commands(path):
        upper, relative = command.upper(), command.islower()
        if upper == "Z":
            lines[-1].append(lines[-1][0])
            here = lines[-1][0]
            continue
        base = here if relative else (0.0, 0.0)
        if upper == "M":
            here = (base[0] + numbers[0], base[1] + numbers[1])
            lines.append([here])
            continue
        points = _segment(upper, numbers, here, base)
        lines[-1].extend(points)
        here = points[-1]
    return lines


def _commands(path: str) -> Iterator[tuple[str, list[float]]]:
    command, numbers = "", list[float]()
    for letter, number in _TOKEN.findall(path):
        if letter:
            command, numbers = letter, []
            if letter in "Zz":
                yield letter, []
            continue
        numbers.append(float(number))
        if len(numbers) == _TAKES[command.upper()]:
            yield command, numbers
            numbers = []
            command = {"M": "L", "m": "l"}.get(command, command)


def _segment(upper: str, n: list[float], here: Point, base: Point) -> Line:
    match upper:
        case "H":
            return [(base[0] + n[0], here[1])]
        case "V":
            return [(here[0], base[1] + n[0])]
        case "C":
            first, second, end = ((base[0] + n[i], base[1] + n[i + 1]) for i in (0, 2, 4))
            return [_bezier(here, first, second, end, i / _CURVE_STEPS) for i in range(1, _CURVE_STEPS + 1)]
        case "A":
            return _arc(here, n[0], large=bool(n[3]), sweep=bool(n[4]), end=(base[0] + n[5], base[1] + n[6]))
        case _:
            return [(base[0] + n[0], base[1] + n[1])]


def _bezier(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    u = 1 - t
    k = (u**3, 3 * u * u * t, 3 * u * t * t, t**3)
    return (
        k[0] * a[0] + k[1] * b[0] + k[2] * c[0] + k[3] * d[0],
        k[0] * a[1] + k[1] * b[1] + k[2] * c[1] + k[3] * d[1],
    )


def _arc(start: Point, radius: float, *, large: bool, sweep: bool, end: Point) -> Line:
    """A circular arc; our icons use no ellipses."""
    chord = math.dist(start, end)
    if not chord:
        return [end]
    radius = max(radius, chord / 2)
    height = math.sqrt(max(radius * radius - chord * chord / 4, 0.0))
    side = 1 if large != sweep else -1
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    unit = ((end[0] - start[0]) / chord, (end[1] - start[1]) / chord)
    centre = (middle[0] - side * height * unit[1], middle[1] + side * height * unit[0])
    first = math.atan2(start[1] - centre[1], start[0] - centre[0])
    turn = math.atan2(end[1] - centre[1], end[0] - centre[0]) - first
    if sweep and turn <= 0:
        turn += 2 * math.pi
    elif not sweep and turn >= 0:
        turn -= 2 * math.pi
    steps = max(4, int(abs(turn) * _ARC_STEPS))
    return [
        (
            centre[0] + radius * math.cos(first + turn * i / steps),
            centre[1] + radius * math.sin(first + turn * i / steps),
        )
        for i in range(1, steps + 1)
    ]
