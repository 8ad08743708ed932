"""Tables that `make` generates, read from disk. In: nothing. Out: their bytes; a missing one says how to mend it."""

from pathlib import Path

GLYPHS = Path(__file__).resolve().parent.parent / "overlay" / "fonts" / "coverage.json"


def glyph_table() -> bytes:
    """Which characters the on-air fonts draw, for `episodes.text.GlyphTable.of`."""
    try:
        return GLYPHS.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"{GLYPHS} is missing: run `make fonts`") from None
