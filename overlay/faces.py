"""The two families we set type in. In: a weight and a size in pixels. Out: a Pillow font, and which face draws what.

Latin letters and figures come from Hanken Grotesk; everything else, Chinese punctuation and curly quotes included,
from Noto Sans SC, so that quotes, dashes and dots are full width. `make fonts` puts the files in overlay/fonts/.
"""

import functools
from pathlib import Path
from typing import Literal

from PIL import ImageFont, features

from episodes.text import BLANKS, FALLBACK, GlyphTable
from runtime.tables import glyph_table

FONTS = Path(__file__).resolve().parent / "fonts"
Face = Literal["latin", "han", "blank"]
_LATIN = ((0x20, 0x7E), (0xA0, 0xB6), (0xB8, 0xFF), (0x20AC, 0x20AC), (0x2212, 0x2212))


@functools.cache
def table() -> GlyphTable:
    """The generated glyph table."""
    return GlyphTable.of(glyph_table())


@functools.lru_cache(maxsize=128)
def font(face: Face, weight: int, size: float) -> ImageFont.FreeTypeFont:
    """A face at a size in pixels. Raqm shapes when libfribidi is there; Chinese and Latin look the same without."""
    engine = ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC
    return ImageFont.truetype(FONTS / f"{face}-{weight}.ttf", size, layout_engine=engine)


@functools.lru_cache(maxsize=4096)
def face_of(character: str) -> Face:
    """Which face draws `character`; what none draws has become `FALLBACK` before."""
    if character in BLANKS:
        return "blank"
    point = ord(character)
    if any(first <= point <= last for first, last in _LATIN) and table().face_has("latin", character):
        return "latin"
    return "han"


def drawable(text: str) -> str:
    """`text` with every character no face can draw replaced by 〓."""
    return "".join(c if table().has(c) else FALLBACK for c in text)
