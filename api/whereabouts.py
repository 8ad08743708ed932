"""Where phones are that agreed to say so. In: their words, the end of the episode. Out: a plan of distances.

In memory only: no row, no record, no log line and no metric holds a position. A phone that says nothing for a minute
and a half is forgotten, one that stops agreeing at once, all of them when the episode ends.
"""

from collections.abc import Iterable

from episodes.commands import RecordMade
from episodes.events import EpisodeEnded
from episodes.positions import Plan, Position, plan
from runtime.clock import Clock

KEPT_S = 90.0
MOST = 64
_NS = 1_000_000_000


class Whereabouts:
    """By camera's name; bounded by the cameras an episode has, `MOST` at most."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, Position] = {}

    def hear(self, camera: str, latitude: float, longitude: float, accuracy_m: float) -> None:
        """A phone that agreed said where it is."""
        if camera in self._known or len(self._known) < MOST:
            self._known[camera] = Position(
                latitude=latitude, longitude=longitude, accuracy_m=accuracy_m, utc_ns=self._clock.utc_ns()
            )

    def forget(self, camera: str) -> None:
        """It does not agree any more."""
        self._known.pop(camera, None)

    def recorded(self, records: Iterable[RecordMade]) -> None:
        """Called after each commit: with the episode's end everything is gone."""
        if any(isinstance(record.event, EpisodeEnded) for record in records):
            self._known.clear()

    def plan(self) -> Plan:
        """Of those who spoke lately."""
        now = self._clock.utc_ns()
        self._known = {camera: each for camera, each in self._known.items() if now - each.utc_ns <= KEPT_S * _NS}
        return plan(self._known, now)
