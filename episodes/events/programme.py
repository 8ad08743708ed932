"""Facts of programmes, episodes and targets. In: checked values. Out: frozen, tagged structs."""

from typing import Literal, TypeAlias

from episodes.draw import Route
from episodes.events.base import Event, PublicEvent


class ProgrammeSet(Event, frozen=True, kw_only=True):
    """A programme with its slots: each week on `weekday` (0 is Monday, -1 none), each month on `days`.

    `starts` is local `HH:MM`; `on_holiday` is keep, drop, before or after.
    """

    programme_id: str
    name: str
    agency: str
    weekday: int
    starts: str
    minutes: int
    timezone: str = "Asia/Shanghai"
    days: tuple[int, ...] = ()
    on_holiday: Literal["keep", "drop", "before", "after"] = "keep"


class HolidaysSet(Event, frozen=True, kw_only=True):
    """Days of the holiday table as `2026-10-01 holiday` or `2026-10-10 working`."""

    days: tuple[str, ...]
    by: str


class EpisodePlanned(Event, frozen=True, kw_only=True):
    """`title` and `theme` are withheld from the public until the episode is live, or for ever when they would tell.

    `minutes` is its own length, 0 the programme's.
    """

    programme_id: str
    number: int
    title: str
    theme: str
    starts_utc_ns: int
    minutes: int = 0
    cameras: tuple[str, ...] = ()
    rehearsal: bool = False


class EpisodeApproved(Event, frozen=True, kw_only=True):
    """`approved` is the hash of what was read and approved, `document` the number of the paper that says so, if any."""

    by: str
    legal_basis: str
    approved: str = ""
    document: str = ""


class EpisodeWentLive(PublicEvent, frozen=True, kw_only=True):
    """Carries what the header shows, so that picture and pages need nothing else."""

    number: int
    programme: str
    agency: str
    title: str
    theme: str
    rehearsal: bool = False
    demo: bool = False


class EpisodeEnded(PublicEvent, frozen=True, kw_only=True):
    pass


class EpisodePublished(PublicEvent, frozen=True, kw_only=True):
    pass


class TargetSealed(Event, frozen=True, kw_only=True):
    """A target exists: `commitment` is hex SHA-256 of salt and content; the name stays sealed in the store."""

    target_id: str
    ordinal: int
    commitment: str


class TargetViewed(Event, frozen=True, kw_only=True):
    """Somebody on the staff looked into the sealed box, by an open rung of the disclosure ladder."""

    target_id: str
    by: str
    rung_id: str = ""


class TargetRevealed(PublicEvent, frozen=True, kw_only=True):
    target_id: str
    ordinal: int
    name: str
    place: str


class SelectionRecorded(Event, frozen=True, kw_only=True):
    """By which route a target was chosen; `evidence` is hex SHA-256 of the evidence, which rests sealed."""

    target_id: str
    route: Route
    evidence: str
    by: str


ProgrammeFact: TypeAlias = (
    ProgrammeSet
    | HolidaysSet
    | EpisodePlanned
    | EpisodeApproved
    | EpisodeWentLive
    | EpisodeEnded
    | EpisodePublished
    | TargetSealed
    | TargetViewed
    | TargetRevealed
    | SelectionRecorded
)
