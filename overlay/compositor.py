"""Lays the scene on each frame. In: yuv420p planes, a scene, the time. Out: the same planes with the graphics on them.

The frame thread only blends; text is drawn in the easel's thread. A graphic opens from the left in 300 ms and closes in
200 ms; one that replaces another in its place cuts in, so that a withdrawal takes the card off in the same frame.
`draw` never raises: it counts and logs.
"""

import time
from concurrent.futures import wait
from dataclasses import dataclass

import msgspec

from episodes.rapid_test import State
from overlay.easel import Counts, Easel
from overlay.graphics.sheet import Frame
from overlay.layout import CardPlate, Element, Zone, elements, next_change_ns
from overlay.results import card_of
from overlay.scene import Scene
from overlay.sprite import Planes, Sprite, blend
from overlay.theme import DAYLIGHT, Theme
from runtime.log import get

IN_NS, OUT_NS = 300_000_000, 200_000_000
_AHEAD_NS = 1_000_000_000
_LOG_EVERY = 900
_FULL = 1.0
_PATIENCE_S = 0.5
_log = get("overlay")


@dataclass
class Place:
    """What a zone shows: the sprite, whose it is, since when it opens, and since when it closes (0: it does not)."""

    sprite: Sprite
    identity: tuple[object, ...]
    opens_ns: int
    closes_ns: int = 0


class Compositor:
    """One picture's graphics. `draw` belongs to one thread; `prepare` may be called from any."""

    def __init__(self, width: int, height: int, theme: Theme = DAYLIGHT) -> None:
        self.counts = Counts()
        self.drawn_seq = 0
        """The newest record whose graphics have been on a frame, wholly open: a packet's scene_seq."""
        self._size = (width, height)
        self._easel = Easel(Frame(width, height), theme, self.counts)
        self._places: dict[Zone, Place] = {}
        self._wanted: tuple[Element, ...] = ()
        self._scene: Scene | None = None
        self._since_ns = self._until_ns = 0

    def prepare(self, scene: Scene, now_utc_ns: int | None = None) -> bool:
        """Has the scene's sprites drawn in the easel's thread and waits for them, half a second at most.

        A studio that prepares a scene before it draws it sees no frame without its graphics. Not for the frame thread.
        """
        now_ns = time.time_ns() if now_utc_ns is None else now_utc_ns
        jobs = [self._easel.ask(element.content) for element in elements(scene, now_ns)]
        self._foresee(scene, now_ns)
        return not wait([job for job in jobs if job is not None], _PATIENCE_S).not_done

    def draw(self, planes: Planes, scene: Scene, now_utc_ns: int) -> None:
        """Blends the scene onto the planes in place."""
        try:
            self._draw(planes, scene, now_utc_ns)
        except Exception:  # noqa: BLE001 - no graphic is worth the picture
            self.counts.failed_frames += 1
            if self.counts.failed_frames % _LOG_EVERY == 1:
                _log.exception("frame_without_graphics", failed=self.counts.failed_frames)

    def close(self) -> None:
        """Ends the drawing thread."""
        self._easel.close()

    def _draw(self, planes: Planes, scene: Scene, now_ns: int) -> None:
        height, width = planes[0].shape
        if (width, height) != self._size:
            raise ValueError(f"a frame of {width}×{height} for a compositor of {self._size}")
        self._look(scene, now_ns)
        complete = True
        seen = {element.zone for element in self._wanted}
        # Between a camera and the slate everything cuts; a second card that moves down is not shown twice.
        cut = "page" in seen or "page" in self._places
        for zone in [zone for zone in self._places if zone not in seen]:
            self._close(zone, now_ns, cut=cut or zone == "second")
        for element in self._wanted:
            complete = self._set(element, now_ns, cut=cut) and complete
        for zone in ("page", "title", "live", "mark", "law", "second", "bottom"):
            if (place := self._places.get(zone)) is not None:
                blend(planes, place.sprite, _columns(place, now_ns))
        # A card that is still opening has not been said yet: the pages wait for the last of its words.
        if complete and not any(place.opens_ns for place in self._places.values()):
            self.drawn_seq = scene.seq

    def _look(self, scene: Scene, now_ns: int) -> None:
        """Works out what is visible, again only when the scene has changed or its time has come."""
        if self._scene is scene and self._since_ns <= now_ns < self._until_ns:
            return
        self._foresee(scene, now_ns)
        self._wanted = elements(scene, now_ns)
        self._scene, self._since_ns, self._until_ns = scene, now_ns, next_change_ns(scene, now_ns)

    def _foresee(self, scene: Scene, now_ns: int) -> None:
        """Asks for what the next second needs, and for the withdrawal of every card on the picture."""
        for element in elements(scene, now_ns + _AHEAD_NS):
            self._easel.ask(element.content)
        tests = {test.test_id: test for test in scene.tests if test.result is not None}
        for element in elements(scene, now_ns):
            plate = element.content
            if isinstance(plate, CardPlate) and (test := tests.get(plate.card.test_id)) is not None:
                taken_back = msgspec.structs.replace(test, state=State.WITHDRAWN)
                self._easel.ask(CardPlate(card_of(taken_back), second=plate.second))

    def _set(self, element: Element, now_ns: int, *, cut: bool) -> bool:
        """Puts an element in its zone; False when its sprite is still being drawn."""
        sprite = self._easel.take(element.content)
        place = self._places.get(element.zone)
        same = place is not None and place.identity == element.identity and not place.closes_ns
        if sprite is None:
            if self._easel.has(element.content):
                self._places.pop(element.zone, None)
                return True
            if not same:
                # What is no longer true goes at once, even if its successor is a few milliseconds away.
                self._places.pop(element.zone, None)
            return same
        if place is not None and same:
            place.sprite = sprite
        else:
            opens = 0 if cut or place is not None else now_ns
            self._places[element.zone] = Place(sprite, element.identity, opens)
        return True

    def _close(self, zone: Zone, now_ns: int, *, cut: bool) -> None:
        place = self._places[zone]
        place.closes_ns = place.closes_ns or now_ns
        if cut or now_ns - place.closes_ns >= OUT_NS or now_ns < place.closes_ns:
            del self._places[zone]


def _columns(place: Place, now_ns: int) -> int | None:
    """How many columns of a sprite its motion shows; None for all."""
    if not place.closes_ns and not place.opens_ns:
        return None
    if place.closes_ns:
        open_part = 1 - eased((now_ns - place.closes_ns) / OUT_NS)
    else:
        open_part = eased((now_ns - place.opens_ns) / IN_NS) if now_ns >= place.opens_ns else _FULL
    if open_part < _FULL:
        return int(place.sprite.width * open_part)
    place.opens_ns = 0
    return None


def eased(part: float) -> float:
    """Ease-out: quick, then gentle."""
    left = 1 - min(max(part, 0.0), 1.0)
    return 1 - left * left * left
