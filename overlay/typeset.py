"""Setting type: mixed Chinese and Latin on one baseline. In: any text. Out: widths, lines that fit, ink on an image.

Hostile text is made safe here: control and bidirectional marks go, what no face draws becomes 〓, long text shrinks
down to a floor and then ends in …. A number and its unit are never parted.
"""

import functools
import itertools
import unicodedata
from collections.abc import Iterator

import msgspec
from PIL import ImageDraw

from episodes.text import BLANKS
from overlay.faces import Face, drawable, face_of, font
from overlay.theme import Colour

MOST_CHARACTERS = 400
AUTOSPACE_EM = 0.125
BLANK_EM = 0.2
SHRINK_TO = 0.7
_ASCENT_EM = 0.88
_NOT_FIRST = frozenset("，。、；：？！）》」』】〕”’…—·%％‰℃°～")
_NOT_LAST = frozenset("（《「『【〔“‘±≥≤＞＜")
_GLUE = frozenset("\u00a0\u202f")
_OPENS, _CLOSES = frozenset("（《「『【〔"), frozenset("，。、；：）》」』】〕")
_PAIR_EM = 0.5


class Style(msgspec.Struct, frozen=True):
    """Size in pixels of the target, weight, and extra space between characters in em."""

    size: float
    weight: int = 400
    tracking: float = 0.0


class Run(msgspec.Struct, frozen=True):
    """Neighbouring characters of one face; `gap_em` precedes them."""

    text: str
    face: Face
    gap_em: float


@functools.lru_cache(maxsize=2048)
def clean(text: str) -> str:
    """One line of drawable text."""
    kept = (" " if c in "\n\r\t\v\f\u2028\u2029" else c for c in text[:MOST_CHARACTERS])
    plain = "".join(c for c in kept if c in BLANKS or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    composed = unicodedata.normalize("NFC", " ".join(plain.split(" ")).strip())
    return drawable(composed)


@functools.lru_cache(maxsize=4096)
def width(text: str, style: Style) -> float:
    """Pixels from the first pen position to the last."""
    total = 0.0
    for run in _runs(text):
        total += run.gap_em * style.size + _advance(run, style)
    return total


def draw(ink: ImageDraw.ImageDraw, at: tuple[float, float], text: str, style: Style, colour: Colour) -> float:
    """Sets `text` with its baseline's left end at `at`; returns where the pen stands."""
    x, baseline = at
    for run in _runs(text):
        x += run.gap_em * style.size
        if run.face != "blank":
            _ink(ink, (x, baseline), run, style, colour)
        x += _advance(run, style)
    return x


def baseline(top: float, height: float, size: float) -> float:
    """The baseline that centres a line of `size` in a box of `height`."""
    return top + (height - size) / 2 + _ASCENT_EM * size


def fit(text: str, style: Style, room: float) -> tuple[str, Style]:
    """`text` in `room` pixels: shrunk to 70 % at most, then cut with …."""
    if width(text, style) <= room:
        return text, style
    for percent in range(97, int(SHRINK_TO * 100) - 1, -3):
        smaller = msgspec.structs.replace(style, size=style.size * percent / 100)
        if width(text, smaller) <= room:
            return text, smaller
    return _cut(text, smaller, room), smaller


def wrap(text: str, style: Style, room: float, most: int) -> tuple[str, ...]:
    """At most `most` lines of `room` pixels, broken where Chinese and Latin rules allow."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if not line or width(line + piece.rstrip(), style) <= room:
            line += piece
            continue
        lines.append(line.rstrip())
        line = piece.lstrip()
    lines.append(line.rstrip())
    if len(lines) > most:
        lines = [*lines[: most - 1], "".join(lines[most - 1 :])]
    return tuple(each if width(each, style) <= room else _cut(each, style, room) for each in lines if each)


def _cut(text: str, style: Style, room: float) -> str:
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle].rstrip() + "…", style) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"


def _pieces(text: str) -> Iterator[str]:
    """The smallest parts a line may break between."""
    piece = ""
    for c in text:
        if piece and _may_break(piece[-1], c):
            yield piece
            piece = ""
        piece += c
    if piece:
        yield piece


def _may_break(before: str, after: str) -> bool:
    if before in _GLUE or after in _GLUE or after in _NOT_FIRST or before in _NOT_LAST or after == " ":
        return False
    if before == " ":
        return True
    return _is_han(before) or _is_han(after)


@functools.lru_cache(maxsize=4096)
def _is_han(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")


@functools.lru_cache(maxsize=2048)
def _runs(text: str) -> tuple[Run, ...]:
    runs: list[Run] = []
    piece, gap = "", 0.0
    face: Face = "han"
    for before, c in itertools.pairwise(f" {text}"):
        own, space = face_of(c), _gap_em(before, c) if piece else 0.0
        if piece and (own != face or space):
            runs.append(Run(piece, face, gap))
            piece, gap = "", space
        piece, face = piece + c, own
    if piece:
        runs.append(Run(piece, face, gap))
    return tuple(runs)


def _gap_em(before: str, after: str) -> float:
    if before in _CLOSES and after in _OPENS:
        return -_PAIR_EM
    first, second = _is_han(before), _is_han(after)
    if first == second or not (before.isalnum() and after.isalnum()):
        return 0.0
    return AUTOSPACE_EM


def _advance(run: Run, style: Style) -> float:
    if run.face == "blank":
        return len(run.text) * BLANK_EM * style.size
    return font(run.face, style.weight, style.size).getlength(run.text) + len(run.text) * style.tracking * style.size


def _ink(ink: ImageDraw.ImageDraw, at: tuple[float, float], run: Run, style: Style, colour: Colour) -> None:
    face = font(run.face, style.weight, style.size)
    if not style.tracking:
        ink.text(at, run.text, fill=colour, font=face, anchor="ls")
        return
    x, y = at
    for c in run.text:
        ink.text((x, y), c, fill=colour, font=face, anchor="ls")
        x += face.getlength(c) + style.tracking * style.size
