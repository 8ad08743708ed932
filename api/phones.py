"""What the desk knows of the phones. In: their own words, prompts, 切走我, 拒绝拍摄. Out: the newest of each.

The record log is the truth of prompts, of who is away and what is held: `resume` reads it after a restart. Battery and
link are kept in mind only; a phone says them every five seconds.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from episodes.commands import RecordMade
from episodes.events import (
    AnyEvent,
    CameraAway,
    CameraBack,
    EpisodeEnded,
    FilmingObjected,
    FilmingRuled,
    PromptHeard,
    PromptSent,
)
from runtime.clock import Clock
from store import Store, log
from store.episodes import current

FRESH_S = 20.0
"""A phone's word older than this says nothing any more."""
LOW_PERCENT, EMPTY_PERCENT = 20, 8
_NS = 1_000_000_000
_MOST = 64


class PhoneWord(msgspec.Struct, frozen=True, kw_only=True):
    """What a phone says of itself; a percentage or a figure it cannot know is missing."""

    battery_percent: int | None = None
    charging: bool = False
    network: Literal["", "wifi", "cellular", "ethernet", "none", "other"] = ""
    rtt_ms: float = 0.0
    loss_percent: float = 0.0
    kbps: float = 0.0
    dropped: int = 0
    """Times its connection broke since the page opened."""
    earpiece: bool = False
    """Whether it listens to the director's voice."""


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """The last words sent to a camera; `heard_utc_ns` 0 until somebody tapped."""

    prompt_id: str
    text: str
    utc_ns: int
    heard_utc_ns: int = 0


class Away(msgspec.Struct, frozen=True, kw_only=True):
    """切走我, since when, and whether it was the show's picture then."""

    utc_ns: int
    on_air: bool


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    """拒绝拍摄: which cameras are off the air since when; `ruled` once the legal desk decided to keep them off."""

    cameras: tuple[str, ...]
    utc_ns: int
    on_air: bool
    ruled: bool = False


class Phones:
    """By camera's name; bounded by the cameras an episode has, `_MOST` at most."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._words: dict[str, tuple[PhoneWord, int]] = {}
        self.prompts: dict[str, Prompt] = {}
        self.away: dict[str, Away] = {}
        self.objections: dict[str, Objection] = {}
        """Those that stand, by id."""

    @property
    def held(self) -> tuple[str, ...]:
        """Cameras that an objection keeps off the air; their originals go on."""
        return tuple(sorted({camera for each in self.objections.values() for camera in each.cameras}))

    def hear(self, camera: str, word: PhoneWord) -> None:
        """A phone said how it is."""
        if camera in self._words or len(self._words) < _MOST:
            self._words[camera] = (word, self._clock.mono_ns())

    def word(self, camera: str) -> PhoneWord | None:
        """Its newest word, or None when it is old."""
        word, heard_ns = self._words.get(camera, (None, 0))
        return word if word and self._clock.mono_ns() - heard_ns < FRESH_S * _NS else None

    @property
    def cameras(self) -> tuple[str, ...]:
        """Whose phones have said anything."""
        return tuple(self._words)

    def low(self) -> dict[str, int]:
        """Cameras whose battery runs down, with what is left."""
        words = {camera: self.word(camera) for camera in self._words}
        return {
            camera: word.battery_percent
            for camera, word in words.items()
            if word and word.battery_percent is not None and word.battery_percent <= LOW_PERCENT and not word.charging
        }

    async def resume(self, store: Store) -> None:
        """What the record says of the present episode."""
        async with store.read() as session:
            episode = await current(session)
            if episode is not None:
                kinds = (CameraAway, CameraBack, PromptSent, PromptHeard, FilmingObjected, FilmingRuled, EpisodeEnded)
                self.recorded(await log.read(session, episode_id=episode.id, kinds=kinds))

    def recorded(self, records: Iterable[RecordMade]) -> None:
        """What was written down: called after each commit."""
        for record in records:
            self._fold(record.event, record.utc_ns)

    def _fold(self, event: AnyEvent | None, utc_ns: int) -> None:
        match event:
            case CameraAway():
                self.away[event.camera] = Away(utc_ns=utc_ns, on_air=event.on_air)
            case CameraBack():
                self.away.pop(event.camera, None)
            case PromptSent():
                prompt = Prompt(prompt_id=event.prompt_id, text=event.text, utc_ns=utc_ns)
                self.prompts |= dict.fromkeys(event.cameras, prompt)
            case PromptHeard():
                before = self.prompts.get(event.camera)
                if before and before.prompt_id == event.prompt_id:
                    self.prompts[event.camera] = msgspec.structs.replace(before, heard_utc_ns=utc_ns)
            case FilmingObjected():
                self.objections[event.objection_id] = Objection(
                    cameras=event.cameras, utc_ns=utc_ns, on_air=event.on_air
                )
            case FilmingRuled():
                self._ruled(event)
            case EpisodeEnded():
                self.objections.clear()
            case _:
                pass

    def _ruled(self, event: FilmingRuled) -> None:
        if event.ruling == "resume":
            self.objections.pop(event.objection_id, None)
        elif (standing := self.objections.get(event.objection_id)) is not None:
            self.objections[event.objection_id] = msgspec.structs.replace(standing, ruled=True)
