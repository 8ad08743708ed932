"""Facts of findings, the timeline and past figures. In: checked values. Out: frozen, tagged structs."""

from typing import TypeAlias

from episodes.events.base import PublicEvent


class FindingOpened(PublicEvent, frozen=True, kw_only=True):
    """`where` is a code (stall, sample number) until the record is served; `sentence` derives from the checklist."""

    finding_id: str
    key_item: bool
    where: str
    sentence: str
    measure: str = ""
    paper: bool = False
    """Written on paper first and entered afterwards (事后补录): said wherever it shows."""


class FindingVerified(PublicEvent, frozen=True, kw_only=True):
    finding_id: str


class TimelinePosted(PublicEvent, frozen=True, kw_only=True):
    """A host's line of text in the 图文."""

    entry_id: str
    text: str
    by: str


class PastFiguresSet(PublicEvent, frozen=True, kw_only=True):
    """Totals reported before this system kept the record; `demo` marks invented or borrowed figures as such."""

    as_of: str
    demo: bool
    episodes: int
    views_at_least: int
    entities_inspected: int
    findings: int
    findings_verified: int
    cases_filed: int
    business_suspensions: int
    platform_delisting_orders: int
    hygiene_grade_downgrades: int


FindingFact: TypeAlias = FindingOpened | FindingVerified | TimelinePosted | PastFiguresSet
