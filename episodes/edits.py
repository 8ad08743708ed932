"""What was taken from the public: an episode's edit list. In: edits, spans of time. Out: what remains of them. Pure.

A DUMP takes a stretch of the programme that had not been sent, a KILL everything from its moment on until a person
restores. The public cut of an episode is its master without these stretches.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch `[from, to)` of programme time, in nanoseconds of both clocks; `to` None is a KILL that stands.

    `mono` is CLOCK_MONOTONIC of the machine's run `boot`, the clock of the packets; `utc` is the same moments by the
    offset the episode went on air with, the clock of recordings and of `EXT-X-PROGRAM-DATE-TIME` without the delay.
    """

    edit_id: str
    episode_id: str = ""
    kind: Literal["dump", "kill"]
    from_mono_ns: int
    to_mono_ns: int | None
    from_utc_ns: int
    to_utc_ns: int | None
    boot: str
    made_utc_ns: int
    by: str
    """Who did it: an account's id."""
    reason: str
    seconds: float | None = None
    """How much a DUMP was asked to take; None is all that was unsent."""
    after_seq: int = 0
    """The newest record that the programme before the stretch had shown."""
    recalled: bool = False
    """Some of it had been sent already: it is called back from those who play late."""
    restore_id: str = ""
    restored_utc_ns: int = 0
    restored_by: str = ""
    restored_reason: str = ""

    @property
    def stands(self) -> bool:
        """A KILL that nobody has restored."""
        return self.to_mono_ns is None


class Span(msgspec.Struct, frozen=True, order=True):
    """`[from_ns, to_ns)` on one clock."""

    from_ns: int
    to_ns: int


Stretch = tuple[int, int | None]


def merged(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """In order, those that touch made one; only the last may be open."""
    made: list[Stretch] = []
    for from_ns, to_ns in sorted(stretches, key=lambda stretch: stretch[0]):
        if made:
            before_ns, until_ns = made[-1]
            if until_ns is None:
                break
            if from_ns <= until_ns:
                made[-1] = (before_ns, None if to_ns is None else max(until_ns, to_ns))
                continue
        made.append((from_ns, to_ns))
    return tuple(made)


def removed(edits: Iterable[Edit]) -> tuple[Stretch, ...]:
    """The stretches in UTC, in order, those that touch made one; only the last may be open."""
    return merged((each.from_utc_ns, each.to_utc_ns) for each in edits)


def remaining(spans: Iterable[Span], edits: Iterable[Edit]) -> tuple[Span, ...]:
    """What the public may see of `spans` (UTC), in the order given; nothing of an empty or wholly removed one."""
    holes = removed(edits)
    left: list[Span] = []
    for span in spans:
        from_ns = span.from_ns
        for hole_from_ns, hole_to_ns in holes:
            if from_ns < min(hole_from_ns, span.to_ns):
                left.append(Span(from_ns, min(hole_from_ns, span.to_ns)))
            from_ns = span.to_ns if hole_to_ns is None else max(from_ns, hole_to_ns)
            if from_ns >= span.to_ns:
                break
        if from_ns < span.to_ns:
            left.append(Span(from_ns, span.to_ns))
    return tuple(left)
