"""What becomes of an ended episode's recording. In: the public show. Out: a job for the finisher, and what it answers.

Pure. Chapters name no entity and no result: a code until the record is served, and a title that no later correction
can make wrong; the page beside the picture says the rest in its words of today.
"""

from typing import Literal

import msgspec

from episodes.public import PublicShow
from runtime.words import N_

ChapterKind = Literal["begin", "target", "test", "result", "finding"]
FinishState = Literal["waiting", "working", "done", "failed"]

_TARGET_LINE = N_("揭晓检查对象")
TITLES: dict[ChapterKind, str] = {
    "begin": N_("节目开始"),
    "target": N_("揭晓第%(about)s检查对象"),
    "test": N_("快检开始：%(about)s"),
    "result": N_("快检读数：%(about)s"),
    "finding": N_("发现问题：%(about)s"),
}


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """A moment worth finding again, in programme time. `about` is a number or a code."""

    utc_ns: int
    kind: ChapterKind
    about: str = ""

    @property
    def title(self) -> str:
        """As it stands in the file."""
        return TITLES[self.kind] % {"about": self.about}


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """desk → `python -m broadcaster.finish`, one JSON value on its stdin. Nothing after `end_utc_ns` is public."""

    folder: str
    title: str
    end_utc_ns: int
    chapters: tuple[Chapter, ...] = ()


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One file. There are several only when the picture's format changed in mid-show."""

    file: str
    seconds: float
    bytes: int


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A chapter in the public cut: which part, counted from 1, and how far into it."""

    kind: ChapterKind
    about: str
    part: int
    at_s: float


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """What the recording lacks, in programme time."""

    from_utc_ns: int
    to_utc_ns: int


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """`finished.json` beside the files: what was made, of what. `edits` is the SHA-256 of the edit list used."""

    job: str
    recorded: str
    edits: str
    master: tuple[Part, ...]
    public: tuple[Part, ...]
    chapters: tuple[Place, ...]
    gaps: tuple[Gap, ...] = ()
    removed_s: float = 0.0


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """`python -m broadcaster.finish` → desk, JSON lines. `failed` is a stable word: `no_room`, `disk`, `nothing`."""

    percent: float = 0.0
    failed: str = ""


def chapters(show: PublicShow) -> tuple[Chapter, ...]:
    """What the public has learned and may find again; what was withheld is not in `show`."""
    found = [Chapter(utc_ns=show.started_utc_ns, kind="begin")]
    revealed = [line.utc_ns for line in show.timeline if line.headline == _TARGET_LINE]
    found += [Chapter(utc_ns=at_ns, kind="target", about=str(number)) for number, at_ns in enumerate(revealed, 1)]
    for test in show.tests:
        about = f"{test.started.item}（{test.started.sample_no}）"
        found.append(Chapter(utc_ns=test.started_utc_ns, kind="test", about=about))
        if test.result:
            found.append(Chapter(utc_ns=test.result.read_utc_ns, kind="result", about=about))
    found += [Chapter(utc_ns=each.utc_ns, kind="finding", about=each.opened.where) for each in show.findings]
    return tuple(sorted(found, key=lambda chapter: chapter.utc_ns))
