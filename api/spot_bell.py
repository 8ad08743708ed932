"""Rings when something was recorded on the spot or at the legal desk. In: commits. Out: `spot` and `reload` on the hub.

Nothing of it is told but that it happened: each page fetches what its reader may see.
"""

from collections.abc import Iterable

from episodes.commands import RecordMade
from episodes.events import (
    CueGiven,
    EpisodeEnded,
    EpisodeWentLive,
    FilmingObjected,
    FilmingRuled,
    InspectionFact,
    QuestionApproved,
    QuestionCleared,
    QuestionOnScreen,
    RapidTestFact,
    RunOfShowSet,
    SegmentBegan,
)
from runtime.hub import Hub

SPOT = (*InspectionFact.__args__, EpisodeEnded, EpisodeWentLive)
HOST = (
    *RapidTestFact.__args__,
    *(EpisodeEnded, EpisodeWentLive, FilmingObjected, FilmingRuled),
    *(QuestionApproved, QuestionCleared, QuestionOnScreen),
    *(CueGiven, RunOfShowSet, SegmentBegan),
)


class SpotBell:
    """Told of every commit."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def recorded(self, records: Iterable[RecordMade]) -> None:
        """Ring once for all that one commit recorded."""
        events = [record.event for record in records]
        if any(isinstance(event, SPOT) for event in events):
            self._hub.publish("crew", {"type": "spot"})
            self._hub.publish("legal", {"type": "reload"})
        if any(isinstance(event, HOST) for event in events):
            self._hub.publish("host", {"type": "reload"})
