"""Builds overlay/fonts/. In: full OFL fonts from node_modules. Out: the weights we use, their licences, coverage.json.

`coverage.json` lists the code points each face draws, as ranges, so that the desk can check a text without a font
library: `{"latin": [[first, last], …], "han": […]}`.
"""

import json
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "overlay" / "fonts"
WEIGHTS = {400: "400Regular", 500: "500Medium", 700: "700Bold", 800: "800ExtraBold"}
FAMILIES = {"latin": ("hanken-grotesk", "HankenGrotesk"), "han": ("noto-sans-sc", "NotoSansSC")}


def ranges(points: Iterable[int]) -> list[list[int]]:
    """Sorted code points as inclusive ranges."""
    out: list[list[int]] = []
    for point in sorted(points):
        if out and out[-1][1] == point - 1:
            out[-1][1] = point
        else:
            out.append([point, point])
    return out


def drawn(path: Path) -> set[int]:
    """The code points a font file has a glyph for."""
    with TTFont(path, lazy=True) as font:
        return set(font.getBestCmap())


def build() -> None:
    """Copies the faces and writes the table; a missing package stops it with one plain sentence."""
    OUT.mkdir(parents=True, exist_ok=True)
    table: dict[str, list[list[int]]] = {}
    for role, (package, family) in FAMILIES.items():
        source = ROOT / "node_modules" / "@expo-google-fonts" / package
        if not source.is_dir():
            sys.exit(f"{source} is missing: run `npm ci` first")
        covered: set[int] | None = None
        for weight, name in WEIGHTS.items():
            target = OUT / f"{role}-{weight}.ttf"
            shutil.copyfile(source / name / f"{family}_{name}.ttf", target)
            covered = drawn(target) if covered is None else covered & drawn(target)
        shutil.copyfile(source / "LICENSE_FONT", OUT / f"{role}-OFL.txt")
        table[role] = ranges(covered or ())
    (OUT / "coverage.json").write_text(json.dumps(table, separators=(",", ":")))


if __name__ == "__main__":
    build()
