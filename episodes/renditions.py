"""Other sizes and shapes of the programme, and what this machine carries of them. In: names, cores. Out: sums. Pure.

Each rendition is encoded once and shared by all outputs that ask for it. What it costs is measured
(`bench/renditions`), as a part of one core of the machine the README speaks of; a faster core has room to spare.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

RenditionName = Literal["main", "portrait-1080", "portrait-720", "portrait-540", "480p", "360p"]


class Rendition(msgspec.Struct, frozen=True, kw_only=True):
    """One size: `cores` is scaling, graphics and encode together at 30 frames a second, measured 2026-11-22."""

    name: RenditionName
    width: int
    height: int
    video_kbps: int
    cores: float

    @property
    def portrait(self) -> bool:
        return self.height > self.width


RENDITIONS: tuple[Rendition, ...] = (
    Rendition(name="portrait-1080", width=1080, height=1920, video_kbps=3500, cores=0.42),
    Rendition(name="portrait-720", width=720, height=1280, video_kbps=2500, cores=0.24),
    Rendition(name="portrait-540", width=540, height=960, video_kbps=1500, cores=0.17),
    Rendition(name="480p", width=854, height=480, video_kbps=1200, cores=0.17),
    Rendition(name="360p", width=640, height=360, video_kbps=800, cores=0.11),
)
BY_NAME: dict[str, Rendition] = {each.name: each for each in RENDITIONS}


def rendition_of(name: str) -> RenditionName:
    """A stored name; what is no longer offered is the programme itself."""
    return BY_NAME[name].name if name in BY_NAME else "main"


SHOW_CORES = 0.95
"""The show without further renditions: four cameras connected, two decoded, main encode, playout, desk."""
USABLE = 0.7
"""The part of all cores that may be planned for: the rest is for pages, peaks and the machine itself."""


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What the wanted renditions need beside the show, in cores."""

    cores: int
    parts: tuple[tuple[str, float], ...]

    @property
    def needed(self) -> float:
        return round(SHOW_CORES + sum(cost for _, cost in self.parts), 2)

    @property
    def most(self) -> float:
        return round(self.cores * USABLE, 2)

    @property
    def fits(self) -> bool:
        return not self.parts or self.needed <= self.most


def load(wanted: Iterable[str], cores: int) -> Load:
    """The sum for these renditions, each counted once, on so many cores."""
    names = sorted({name for name in wanted if name in BY_NAME})
    return Load(cores=cores, parts=tuple((name, BY_NAME[name].cores) for name in names))
