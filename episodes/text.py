"""PURE. Can a text be drawn? In: text and the glyph table that `make` generates. Out: what is missing, and where.

The table comes from overlay/fonts/coverage.json; whoever has files reads it (`runtime.tables`) and passes its bytes.
"""

import bisect
import unicodedata
from collections.abc import Mapping

import msgspec

BLANKS = frozenset("\n\t\u2002\u2003\u2009\u200a\u202f")
"""Spaces drawn by their width alone, whatever the fonts hold."""
FALLBACK = "〓"
"""The mark that traditionally stands where a character could not be set."""


class Missing(msgspec.Struct, frozen=True):
    """A character no face can draw: `index` is its first place, `name` its Unicode name."""

    character: str
    index: int
    name: str


class GlyphTable(msgspec.Struct, frozen=True):
    """Inclusive, sorted ranges of code points by face."""

    ranges: Mapping[str, tuple[tuple[int, int], ...]]

    @classmethod
    def of(cls, data: bytes) -> "GlyphTable":
        """From the generated JSON."""
        return cls(msgspec.json.decode(data, type=dict[str, tuple[tuple[int, int], ...]]))

    def face_has(self, face: str, character: str) -> bool:
        """Whether `face` has a glyph for `character`."""
        ranges = self.ranges.get(face, ())
        point = ord(character)
        at = bisect.bisect_right(ranges, (point, 0x110000)) - 1
        return at >= 0 and ranges[at][1] >= point

    def has(self, character: str) -> bool:
        """Whether any face has a glyph for `character`, or it is a blank."""
        return character in BLANKS or any(self.face_has(face, character) for face in self.ranges)


def missing_glyphs(text: str, table: GlyphTable) -> tuple[Missing, ...]:
    """Each character of `text` that would be drawn as tofu, once, in order. Control characters count as missing."""
    found: dict[str, Missing] = {}
    for index, character in enumerate(text):
        if character not in found and not table.has(character):
            name = unicodedata.name(character, f"U+{ord(character):04X}")
            found[character] = Missing(character, index, name)
    return tuple(found.values())
