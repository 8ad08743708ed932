"""What the public is not told though its place is passed. In: edits, records, the public's show. Out: yes or no. Pure.

Source: domain rule 0. A DUMP or a KILL takes from the pages what it takes from the picture: every public fact made
after the last record that the picture before the stretch had shown, and before the person pressed (for a KILL: before
it was restored). Such a fact is withheld until a person gives it back.

Never withheld is what takes something back that the public knows already, or it would leave a wrong result standing:
withdrawal, correction, voiding and the laboratory's conclusion of a test whose result is public, a finding's
verification when the finding is; nor that a name or an outcome is taken back; nor an episode's beginning and end, nor
that a graphic or question is gone.
"""

from collections.abc import Collection, Iterable

import msgspec

from episodes.commands import RecordMade
from episodes.edits import Edit
from episodes.events import (
    AnyEvent,
    EntityUnnamed,
    EpisodeEnded,
    EpisodePublished,
    EpisodeWentLive,
    FindingVerified,
    GraphicCleared,
    LabConcluded,
    OutcomeTakenBack,
    PastFiguresSet,
    ProgrammeDumped,
    ProgrammeKilled,
    ProgrammeRestored,
    QuestionCleared,
    RapidTestCorrected,
    RapidTestVoided,
    RapidTestWithdrawn,
)
from episodes.public import PublicShow


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """What one edit withholds: records of `episode_id` after `after_seq`, made before `to_utc_ns` (None: still on)."""

    edit_id: str
    episode_id: str
    after_seq: int
    to_utc_ns: int | None


_Windows = tuple[Window, ...]
_ALWAYS = (
    EpisodeWentLive,
    EpisodeEnded,
    EpisodePublished,
    PastFiguresSet,
    GraphicCleared,
    QuestionCleared,
    EntityUnnamed,
    OutcomeTakenBack,
)
_TAKES_BACK = (RapidTestWithdrawn, RapidTestCorrected, RapidTestVoided, LabConcluded)


def window_of(edit: Edit, episode_id: str) -> Window:
    """What this edit withholds."""
    made_utc_ns = edit.made_utc_ns if edit.kind == "dump" else edit.restored_utc_ns
    return Window(
        edit_id=edit.edit_id,
        episode_id=episode_id,
        after_seq=edit.after_seq,
        to_utc_ns=None if edit.stands else made_utc_ns,
    )


def windows_with(windows: _Windows, new: Iterable[Window]) -> _Windows:
    """The newest word on each edit; one that is closed does not open again."""
    found = {window.edit_id: window for window in windows}
    for window in new:
        before = found.get(window.edit_id)
        if before is None or before.to_utc_ns is None:
            found[window.edit_id] = window
    return tuple(found.values())


def windows_after(windows: _Windows, event: AnyEvent | None) -> _Windows:
    """What the record itself says: enough when playout is away."""
    match event:
        case ProgrammeDumped() | ProgrammeKilled():
            new = Window(
                edit_id=event.edit_id,
                episode_id=event.episode_id,
                after_seq=event.after_seq,
                to_utc_ns=event.made_utc_ns if isinstance(event, ProgrammeDumped) else None,
            )
            return windows_with(windows, [new])
        case ProgrammeRestored():
            closed = (
                msgspec.structs.replace(window, to_utc_ns=event.restored_utc_ns)
                for window in windows
                if window.edit_id == event.edit_id
            )
            return windows_with(windows, closed)
        case _:
            return windows


def taken_by(windows: _Windows, record: RecordMade, show: PublicShow) -> str:
    """Which edit withholds this public record from the public that knows `show`; empty when none does."""
    event = record.event
    if event is None or event.audience != "public" or not _may_be(show, event):
        return ""
    for window in windows:
        if event.episode_id != window.episode_id or record.seq <= window.after_seq:
            continue
        if window.to_utc_ns is None or record.utc_ns < window.to_utc_ns:
            return window.edit_id
    return ""


def _may_be(show: PublicShow, event: AnyEvent) -> bool:
    if isinstance(event, _ALWAYS):
        return False
    if isinstance(event, _TAKES_BACK):
        return not any(test.test_id == event.test_id and test.result for test in show.tests)
    if isinstance(event, FindingVerified):
        return not any(each.opened.finding_id == event.finding_id for each in show.findings)
    return True


def subject_of(event: AnyEvent) -> str:
    """What a fact is about: facts of one test, question or finding are given back together."""
    for name in ("test_id", "question_id", "finding_id"):
        if about := getattr(event, name, ""):
            return f"{name}:{about}"
    return ""


def given_back_with(seq: int, withheld: Collection[RecordMade]) -> tuple[int, ...]:
    """What goes when `seq` does: all that is withheld of the same subject, or a result would stand without its end."""
    about = next((subject_of(record.event) for record in withheld if record.seq == seq and record.event), "")
    same = (record.seq for record in withheld if record.event and about and subject_of(record.event) == about)
    return tuple(sorted({seq, *same}))
