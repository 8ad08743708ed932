"""PURE. The list of a show: segments and their cues. In: rows as somebody wrote them. Out: a list that can be run."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from runtime.problems import UserProblem

SegmentKind = Literal[
    "opening",
    "follow_up",
    "reveal",
    "checklist",
    "test",
    "law",
    "questions",
    "target",
    "guests",
    "tip_line",
    "closing",
    "other",
]
CueKind = Literal["camera", "slate", "graphic", "tip_line", "clear", "reveal", "say"]
CLEARABLE = ("strap", "law", "tip_line", "card")

MOST_SEGMENTS = 40
MOST_CUES = 20
_MOST_TITLE, _MOST_WORDS, _MOST_ID = 30, 200, 40
_LEAST_S, _MOST_S = 5, 4 * 3600


class Cue(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do in a segment. `what` is a camera's name, a prepared graphic's id or the graphic to clear.

    `say` is for people: its words stand before host and director, and the press only ticks it.
    """

    cue_id: str
    kind: CueKind
    what: str = ""
    words: str = ""


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of the show. `target` is the ordinal of the sealed target it comes to; `notes` are the host's."""

    segment_id: str
    kind: SegmentKind
    title: str
    seconds: int
    target: int = 0
    notes: str = ""
    cues: tuple[Cue, ...] = ()


class RunOfShow(msgspec.Struct, frozen=True, kw_only=True):
    """The list; `version` counts its edits from 1, 0 is a list that nobody has saved yet."""

    version: int = 0
    segments: tuple[Segment, ...] = ()

    @property
    def seconds(self) -> int:
        """Planned length of the whole."""
        return sum(each.seconds for each in self.segments)

    def at(self, segment_id: str) -> int:
        """Where a segment stands, -1 when it is not on the list."""
        return next((n for n, each in enumerate(self.segments) if each.segment_id == segment_id), -1)


def checked(
    segments: Iterable[Segment], *, cameras: Iterable[str] = (), graphics: Iterable[str] = ()
) -> tuple[Segment, ...]:
    """The same list, when it can be run. `graphics`: ids of what is prepared. Raises UserProblem with the segment."""
    rows = tuple(segments)
    if len(rows) > MOST_SEGMENTS:
        raise UserProblem("run_long", "流程单最多%(most)s个环节，请合并一些。", 422, most=MOST_SEGMENTS)
    ids = [each.segment_id for each in rows] + [cue.cue_id for each in rows for cue in each.cues]
    if len(set(ids)) != len(ids) or not all(0 < len(each) <= _MOST_ID for each in ids):
        raise UserProblem("run_ids", "流程单里有重复的编号，请刷新页面再改。", 422)
    known = frozenset(cameras), frozenset(graphics)
    for number, segment in enumerate(rows, 1):
        _check_segment(number, segment)
        for cue in segment.cues:
            _check_cue(number, cue, *known)
    return rows


def without_camera(segments: Iterable[Segment], cameras: Iterable[str]) -> tuple[tuple[int, str], ...]:
    """Cues that take a camera the episode does not have (any more): the segment's number and the camera."""
    known = frozenset(cameras)
    return tuple(
        (number, cue.what)
        for number, segment in enumerate(segments, 1)
        for cue in segment.cues
        if cue.kind == "camera" and cue.what not in known
    )


def with_cameras(segments: Iterable[Segment], names: Mapping[str, str]) -> tuple[Segment, ...]:
    """The same list with cameras called as `names` says; others keep theirs."""
    return tuple(
        msgspec.structs.replace(
            segment,
            cues=tuple(
                msgspec.structs.replace(cue, what=names.get(cue.what, cue.what)) if cue.kind == "camera" else cue
                for cue in segment.cues
            ),
        )
        for segment in segments
    )


def _check_segment(number: int, segment: Segment) -> None:
    if not segment.title.strip() or len(segment.title) > _MOST_TITLE:
        raise UserProblem("run_title", "第%(number)s个环节要有名称，最多30字。", 422, number=number)
    if not _LEAST_S <= segment.seconds <= _MOST_S:
        raise UserProblem("run_minutes", "第%(number)s个环节的时长要在5秒到4小时之间。", 422, number=number)
    if len(segment.notes) > _MOST_WORDS * 2 or segment.target < 0:
        raise UserProblem("run_notes", "第%(number)s个环节的提示词太长，请写短一些。", 422, number=number)
    if len(segment.cues) > MOST_CUES:
        raise UserProblem(
            "run_cues", "第%(number)s个环节最多%(most)s步，请分成两个环节。", 422, number=number, most=MOST_CUES
        )


def _check_cue(number: int, cue: Cue, cameras: frozenset[str], graphics: frozenset[str]) -> None:
    if len(cue.words) > _MOST_WORDS:
        raise UserProblem("run_words", "第%(number)s个环节有一步的文字太长，最多200字。", 422, number=number)
    match cue.kind:
        case "camera":
            if cue.what not in cameras:
                raise UserProblem(
                    "run_camera",
                    "第%(number)s个环节要切的机位“%(name)s”不在这一期里。",
                    422,
                    number=number,
                    name=cue.what,
                )
        case "graphic":
            if cue.what not in graphics:
                raise UserProblem("run_graphic", "第%(number)s个环节要上的图文不在备好的列表里。", 422, number=number)
        case "clear":
            if cue.what not in CLEARABLE:
                raise UserProblem("run_clear", "第%(number)s个环节要撤的图文没有选。", 422, number=number)
        case "say":
            if not cue.words.strip():
                raise UserProblem("run_say", "第%(number)s个环节有一步口播没有写词。", 422, number=number)
        case _:
            pass
