"""Facts of planning: seasons, templates, crew lists, the run of show. In: checked values. Out: frozen structs.

None of them holds a text that somebody typed into a plan: ids, counts and hashes only, so that no name under embargo
can come into the record by a segment's title.
"""

from typing import TypeAlias

from episodes.events.base import Event


class SeasonSet(Event, frozen=True, kw_only=True):
    """A run of numbered episodes; days are ISO."""

    season_id: str
    programme_id: str
    first_day: str
    last_day: str
    first_number: int
    by: str


class SeasonRemoved(Event, frozen=True, kw_only=True):
    """A season was taken away; its episodes stay."""

    season_id: str
    by: str


class ExtraSlotSet(Event, frozen=True, kw_only=True):
    """A slot for once, beside the regular ones."""

    slot_id: str
    programme_id: str
    day: str
    starts: str
    minutes: int
    by: str


class ExtraSlotRemoved(Event, frozen=True, kw_only=True):
    slot_id: str
    by: str


class TemplateKept(Event, frozen=True, kw_only=True):
    """A version of a template; `content` is hex SHA-256 of what it holds."""

    template_id: str
    version: int
    content: str
    by: str


class PlanFilled(Event, frozen=True, kw_only=True):
    """An episode was filled in from this version of a template."""

    template_id: str
    version: int
    by: str


class ChecklistSet(Event, frozen=True, kw_only=True):
    """The episode's own list of points to inspect; `content` is hex SHA-256 of it."""

    version: int
    items: int
    content: str
    by: str


class CrewSet(Event, frozen=True, kw_only=True):
    """Who does what: `crew` is `post:account` or `camera:account:name of the camera`."""

    crew: tuple[str, ...]
    by: str


class RunOfShowSet(Event, frozen=True, kw_only=True):
    """A version of the run of show; `content` is hex SHA-256 of it."""

    version: int
    segments: int
    seconds: int
    content: str
    by: str


class SegmentBegan(Event, frozen=True, kw_only=True):
    """The director went to this segment; `segment` is its name in the run of show's version."""

    segment: str
    version: int
    by: str


class CueGiven(Event, frozen=True, kw_only=True):
    """A step of the run of show was done; what it did is a fact of its own."""

    cue: str
    what: str
    version: int
    by: str


class CalendarLinkMade(Event, frozen=True, kw_only=True):
    """Somebody may read their own calendar by a link; its token is nowhere but with them."""

    link_id: str
    user_id: str


class CalendarLinkRevoked(Event, frozen=True, kw_only=True):
    link_id: str
    by: str


PlanFact: TypeAlias = (
    SeasonSet
    | SeasonRemoved
    | ExtraSlotSet
    | ExtraSlotRemoved
    | TemplateKept
    | PlanFilled
    | ChecklistSet
    | CrewSet
    | RunOfShowSet
    | SegmentBegan
    | CueGiven
    | CalendarLinkMade
    | CalendarLinkRevoked
)
