"""What a released record changes on the public's pages. In: the show after it. Out: fragments in every language.

The page holds each until its player's own date has reached `utc_ns`; a page that was away gets the same parts whole,
so a stale page plus its events equals a fresh one.
"""

from collections.abc import Iterable
from typing import Any

from episodes.commands import RecordMade
from episodes.events import (
    EntityNamed,
    EntityUnnamed,
    EpisodeEnded,
    EpisodePublished,
    EpisodeWentLive,
    Event,
    FindingOpened,
    FindingVerified,
    LabConcluded,
    OrderGiven,
    QuestionApproved,
    QuestionCleared,
    QuestionOnScreen,
    RapidTestCorrected,
    RapidTestReviewed,
    RapidTestStarted,
    RapidTestVoided,
    RapidTestWithdrawn,
    RecordServed,
    SampleDispatched,
    TargetRevealed,
    TimelinePosted,
)
from episodes.public import PublicShow
from web.i18n import texts
from web.pages import show as view
from web.render import fragment

TOPIC = "public"
_TESTS = ("results", "timeline")
PARTS: dict[type[Event], tuple[str, ...]] = {
    TargetRevealed: ("head", "facts", "timeline"),
    TimelinePosted: ("timeline",),
    FindingOpened: ("findings",),
    FindingVerified: ("findings",),
    OrderGiven: ("findings",),
    RecordServed: ("findings",),
    EntityNamed: ("findings",),
    EntityUnnamed: ("findings",),
    RapidTestStarted: ("results",),
    RapidTestReviewed: _TESTS,
    RapidTestWithdrawn: _TESTS,
    RapidTestCorrected: _TESTS,
    RapidTestVoided: _TESTS,
    SampleDispatched: _TESTS,
    LabConcluded: _TESTS,
    QuestionApproved: ("questions",),
    QuestionOnScreen: ("questions",),
    QuestionCleared: ("questions",),
}
"""Which parts of the viewer's page an event changes."""
AIR = (EpisodeWentLive, EpisodeEnded, EpisodePublished)
"""These change the page as a whole."""


def parts_of(records: Iterable[RecordMade]) -> tuple[str, ...]:
    """The parts these records change, each once."""
    events = (record.event for record in records if record.event is not None)
    named = (part for event in events for part in PARTS.get(type(event), ()))
    return tuple(dict.fromkeys(named))


def render(part: str, show: PublicShow, lang: str) -> str:
    """One part of the viewer's page."""
    return fragment(f"parts/viewer/{part}.html", lang, show=show, view=view)


def messages(records: tuple[RecordMade, ...], show: PublicShow, utc_ns: int, lang: str) -> list[dict[str, Any]]:
    """The hub's messages for one language, in order."""
    if any(isinstance(record.event, AIR) for record in records):
        return [{"type": "air", "on": show.on_air, "utc_ns": utc_ns}]
    made: list[dict[str, Any]] = [
        {"type": "fragment", "target": part, "html": render(part, show, lang), "utc_ns": utc_ns}
        for part in parts_of(records)
    ]
    if any(part == "results" for part in parts_of(records)):
        made.append({"type": "say", "text": view.spoken(show, texts(lang)), "utc_ns": utc_ns})
    return made
