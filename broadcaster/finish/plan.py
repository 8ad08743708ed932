"""What goes into the finished files. In: a recording's index, the edit list, where the show ended. Out: pieces. Pure.

Times are UTC of the programme, in nanoseconds. A piece begins at the first keyframe at or after its beginning: what was
removed takes the pictures up to the next keyframe with it. It ends a little before a cut, because sound that is coded
across the cut must not tell what came after it.
"""

import itertools
from collections.abc import Iterable, Sequence

import msgspec

from broadcaster.recorder.index import Line
from episodes.edits import Edit, Span, remaining
from episodes.finishing import Gap

MARGIN_NS = 100_000_000
"""On both sides of a cut: longer than two frames of sound (43 ms) and three of the picture."""
GAP_NS = 500_000_000


class Segment(msgspec.Struct, frozen=True):
    """One file of the recording and what of it counts: up to where its successor begins."""

    file: str
    begun_utc_ns: int
    span: Span


class Piece(msgspec.Struct, frozen=True):
    """A stretch of one file; `cut_before` and `cut_after` say that something was taken out there."""

    segment: Segment
    span: Span
    cut_before: bool = False
    cut_after: bool = False


def segments(lines: Iterable[Line]) -> tuple[Segment, ...]:
    """The files in order. What two of them hold (a successor was fed again) counts in the later one."""
    begun: list[Line] = []
    ends: dict[str, int] = {}
    for line in lines:
        if line.what == "segment":
            begun.append(line)
        elif line.what == "closed":
            ends[line.file] = line.utc_ns
    begun.sort(key=lambda line: line.utc_ns)
    found = []
    for number, line in enumerate(begun):
        to_ns = ends.get(line.file, line.utc_ns)
        if number + 1 < len(begun):
            to_ns = min(to_ns, begun[number + 1].utc_ns)
        if to_ns > line.utc_ns:
            found.append(Segment(line.file, line.utc_ns, Span(line.utc_ns, to_ns)))
    return tuple(found)


def whole(found: Sequence[Segment]) -> tuple[Piece, ...]:
    """The master: everything."""
    return tuple(Piece(each, each.span) for each in found)


def public(found: Sequence[Segment], edits: Sequence[Edit], end_utc_ns: int) -> tuple[Piece, ...]:
    """What of it is for everybody: not what was dumped or killed, nothing after the end."""
    pieces: list[Piece] = []
    for each in found:
        shown = Span(each.span.from_ns, min(each.span.to_ns, end_utc_ns))
        pieces += [
            Piece(each, span, cut_before=span.from_ns > shown.from_ns, cut_after=span.to_ns < each.span.to_ns)
            for span in remaining((shown,) if shown.to_ns > shown.from_ns else (), edits)
        ]
    return tuple(pieces)


def gaps(found: Sequence[Segment]) -> tuple[Gap, ...]:
    """What no file holds."""
    return tuple(
        Gap(from_utc_ns=before.span.to_ns, to_utc_ns=after.span.from_ns)
        for before, after in itertools.pairwise(found)
        if after.span.from_ns - before.span.to_ns > GAP_NS
    )


def removed_s(found: Sequence[Segment], pieces: Sequence[Piece], end_utc_ns: int) -> float:
    """How much of what was on the programme is not in the public cut, by hand."""
    shown = sum(max(0, min(each.span.to_ns, end_utc_ns) - each.span.from_ns) for each in found)
    return round(max(0, shown - sum(each.span.to_ns - each.span.from_ns for each in pieces)) / 1e9, 1)
