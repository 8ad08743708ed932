"""Facts from the spot, by the crew's phones. In: checked values. Out: frozen structs, none of them public.

What somebody wrote, said or photographed stands in the store, sealed; here are its hash, its time and who did it.
`at_utc_ns` is when it happened by the phone's corrected clock; `paper` marks what was written on paper first and
entered afterwards (事后补录).
"""

from typing import Literal, TypeAlias

from episodes.events.base import Event

Tick = Literal["notice", "credentials"]
Answer = Literal["pass", "fail", "na"]
Sort = Literal["photo", "voice"]
Ruling = Literal["resume", "keep"]


class SpotTicked(Event, frozen=True, kw_only=True):
    """Recording was announced (`notice`, 告知录像) or credentials were shown (`credentials`, 出示证件)."""

    tick: Tick
    at_utc_ns: int
    by: str
    paper: bool = False


class ItemAnswered(Event, frozen=True, kw_only=True):
    """An item of the checklist was answered; `version` counts its answers, `finding_id` the finding it opened."""

    item_id: str
    place: str
    template: str
    answer: Answer
    version: int
    files: tuple[str, ...]
    at_utc_ns: int
    by: str
    finding_id: str = ""
    paper: bool = False


class NoteWritten(Event, frozen=True, kw_only=True):
    """A note; `sha256` is of its text, which rests sealed in the store."""

    note_id: str
    sha256: str
    files: tuple[str, ...]
    at_utc_ns: int
    by: str
    paper: bool = False


class EvidenceKept(Event, frozen=True, kw_only=True):
    """A photo or spoken note came whole: `sha256` was made on the phone and is that of what is kept sealed."""

    file_id: str
    sort: Sort
    sha256: str
    bytes: int
    camera: str
    at_utc_ns: int
    by: str
    paper: bool = False


class EvidenceViewed(Event, frozen=True, kw_only=True):
    """Somebody other than its maker opened a photo or spoken note."""

    file_id: str
    by: str


class DeskAsked(Event, frozen=True, kw_only=True):
    """Somebody on the spot asked the legal desk in private (问法制), or wrote on in their thread."""

    thread_id: str
    at_utc_ns: int
    by: str


class DeskAnswered(Event, frozen=True, kw_only=True):
    thread_id: str
    by: str


class FilmingObjected(Event, frozen=True, kw_only=True):
    """拒绝拍摄: these cameras are off the air while their originals go on; `on_air` says whether one was the show's."""

    objection_id: str
    cameras: tuple[str, ...]
    on_air: bool
    by: str


class FilmingRuled(Event, frozen=True, kw_only=True):
    """The legal desk's ruling: `resume` gives the cameras back, `keep` leaves them off until it rules again."""

    objection_id: str
    ruling: Ruling
    reason: str
    by: str


class GuestConsented(Event, frozen=True, kw_only=True):
    """A guest signed; name and signature are in the store, `sha256` is of the strokes, `text` the wording's version."""

    consent_id: str
    text: str
    sha256: str
    at_utc_ns: int
    by: str
    paper: bool = False


class ConsentWithdrawn(Event, frozen=True, kw_only=True):
    """The guest took it back: no strap any more, the strokes are erased."""

    consent_id: str
    by: str


InspectionFact: TypeAlias = (
    SpotTicked
    | ItemAnswered
    | NoteWritten
    | EvidenceKept
    | EvidenceViewed
    | DeskAsked
    | DeskAnswered
    | FilmingObjected
    | FilmingRuled
    | GuestConsented
    | ConsentWithdrawn
)
