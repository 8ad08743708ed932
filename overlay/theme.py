"""Colours and weights of the on-air family, for 1280×720. In: nothing yet. Out: one frozen `Theme`."""

import msgspec

Colour = tuple[int, int, int]


def _hex(text: str) -> Colour:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """White plates, ink text, one coloured block with a glyph. Red means on air and nothing else."""

    plate: Colour = _hex("#ffffff")
    ink: Colour = _hex("#0e1a26")
    ink_2: Colour = _hex("#3b4956")
    night: Colour = _hex("#0e1a26")
    night_2: Colour = _hex("#1d2b39")
    night_ink_2: Colour = _hex("#c6d1db")
    on_block: Colour = _hex("#ffffff")
    line: Colour = _hex("#d5dde4")
    track: Colour = _hex("#dfe5ea")
    sun: Colour = _hex("#ffb400")
    live: Colour = _hex("#c4142a")
    tones: tuple[tuple[str, Colour], ...] = (
        ("running", _hex("#0e1a26")),
        ("negative", _hex("#00666c")),
        ("positive", _hex("#ae3800")),
        ("invalid", _hex("#56616c")),
        ("lab_pending", _hex("#855200")),
        ("lab_compliant", _hex("#00666c")),
        ("lab_noncompliant", _hex("#ae3800")),
        ("corrected", _hex("#6b38a6")),
        ("withdrawn", _hex("#56616c")),
        ("voided", _hex("#6b38a6")),
    )

    def tone(self, name: str) -> Colour:
        """The block's colour for a state."""
        return dict(self.tones).get(name, self.ink)


DAYLIGHT = Theme()
