"""The replay on an episode's page. In: what was finished of it. Out: films, and chapters with their places. Pure."""

from dataclasses import dataclass

from episodes.finishing import TITLES, Finished
from runtime.words import N_
from web.i18n import Texts

_WHY: dict[str, str] = {
    "no_room": N_("磁盘空间不够：大约要录像两倍的空间。"),
    "disk": N_("读写录像时出错，请检查磁盘。"),
    "nothing": N_("这一期没有录像。"),
    "changed": N_("录像还在变化，稍后再整理。"),
}


@dataclass(frozen=True)
class Film:
    """One part: where it is fetched, and how long it is."""

    number: int
    url: str
    seconds: float


@dataclass(frozen=True)
class ChapterRow:
    """One chapter: in which film, how far in, what it is called."""

    film: int
    at_s: float
    clock: str
    url: str
    title: str


@dataclass(frozen=True)
class Replay:
    """What the page shows. `removed_s` was taken out by hand, `missing_s` was never recorded."""

    films: tuple[Film, ...]
    chapters: tuple[ChapterRow, ...]
    removed_s: float
    missing_s: float


def of(done: Finished, number: int, words: Texts) -> Replay | None:
    """None when nothing of it may be shown."""
    if not done.public:
        return None
    films = tuple(Film(at, url(number, at), part.seconds) for at, part in enumerate(done.public, 1))
    rows = tuple(
        ChapterRow(
            film=each.part,
            at_s=each.at_s,
            clock=clock(each.at_s),
            url=f"{url(number, each.part)}#t={each.at_s:.1f}",
            title=words(TITLES[each.kind], about=each.about),
        )
        for each in done.chapters
    )
    missing_ns = sum(gap.to_utc_ns - gap.from_utc_ns for gap in done.gaps)
    return Replay(films, rows, done.removed_s, round(missing_ns / 1e9, 1))


def clock(at_s: float) -> str:
    """`1:02:05`."""
    whole = int(at_s)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def url(number: int, part: int) -> str:
    """Where a part is fetched."""
    return f"/episodes/{number}/replay.mp4" if part == 1 else f"/episodes/{number}/replay-{part}.mp4"


def why(failed: str, words: Texts) -> str:
    """Why an episode is not finished, and what to do."""
    return words(_WHY.get(failed, _WHY["disk"]))
