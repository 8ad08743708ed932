"""Who is decoded. In: what the switch wants, the chosen microphone, cameras and clips. Out: just those, running.

A camera that is wanted no more keeps its decoder for half a second, long enough for the cut's crossfade. A chosen
microphone costs its sound, not its picture. All on the event loop; ended threads are joined when they have ended, and
at the close.
"""

import asyncio
import time
from pathlib import Path
from typing import TypeAlias

from broadcaster.studio.ingest.camera import Cameras
from broadcaster.studio.program.decode import Decoder
from broadcaster.studio.program.player import Player, seconds_of
from broadcaster.studio.program.runner import Programme
from broadcaster.studio.program.sound import Mixer
from broadcaster.studio.program.switch import Switch
from broadcaster.studio.program.voice import CameraVoice
from episodes.shot import clip_id, is_clip
from episodes.status import ClipStatus
from runtime.media import clip_file
from runtime.settings import Settings

_GRACE_NS = 500_000_000
_S = 1_000_000_000
_LOOKS, _LOOK_S = 50, 0.01
Deck: TypeAlias = Decoder | Player


class Decks:
    """Keeps the decoders equal to what the switch wants, the sounds equal to what may be heard."""

    def __init__(
        self, cameras: Cameras, switch: Switch, programme: Programme, mixer: Mixer, settings: Settings, clips: Path
    ) -> None:
        self._cameras, self._switch, self._programme, self._mixer = cameras, switch, programme, mixer
        self._encode, self._clips = settings.encode, clips
        self._stall_ns = round(settings.studio.stall_s * _S)
        self._running: dict[str, Deck] = {}
        self._voices: set[str] = set()
        self._unwanted_ns: dict[str, int] = {}
        self._ending: list[Deck] = []

    def update(self) -> None:
        """Start and stop what is asked for."""
        wanted, mic = self._switch.wanted, self._mixer.plan.mic
        now = time.monotonic_ns()
        for name in wanted:
            self._unwanted_ns.pop(name, None)
            if name not in self._running:
                self._start(name)
        for name in set(self._running) - wanted:
            since = self._unwanted_ns.setdefault(name, now)
            if now - since >= _GRACE_NS:
                self._stop(name)
        if mic and mic not in self._voices and self._cameras.get(mic):
            self._listen(mic)
        for name in self._voices - set(self._running) - {mic}:
            self._mixer.remove(name)
            self._voices.discard(name)
        for deck in [deck for deck in self._ending if deck.ended]:
            deck.join()
            self._ending.remove(deck)

    async def open_clip(self, source: str, start_s: float = 0.0) -> bool:
        """Have a clip stand at its beginning (or `start_s`), anew if it has played; False when there is none.

        One that is on air plays on until the new one has its first picture.
        """
        deck = self._running.get(source)
        if isinstance(deck, Player) and not deck.begun and not start_s:
            return True
        path = clip_file(self._clips, clip_id(source))
        if not path.is_file():
            return False
        player = Player(source, path, (self._encode.width, self._encode.height), start_s)
        player.start()
        try:
            for _ in range(_LOOKS):
                if player.ready:
                    break
                await asyncio.sleep(_LOOK_S)
        except BaseException:
            player.stop()
            raise
        if source in self._running:
            self._stop(source)
        self._play(source, player)
        return True

    def seconds_of(self, source: str) -> float:
        """How long a clip is; 0 when there is none."""
        return seconds_of(clip_file(self._clips, clip_id(source)))

    def close(self) -> None:
        """Stop and join all."""
        for name in tuple(self._running):
            self._stop(name)
        for name in tuple(self._voices):
            self._mixer.remove(name)
        for deck in self._ending:
            deck.join()
        self._ending.clear()

    @property
    def trouble(self) -> dict[str, int]:
        """Encoded frames dropped and decode errors by source."""
        return {name: deck.dropped + deck.errors for name, deck in self._running.items()}

    def clips(self, now_ns: int) -> tuple[ClipStatus, ...]:
        """The clips that are open."""
        return tuple(
            ClipStatus(
                clip_id=clip_id(name),
                playing=deck.begun,
                seconds=round(deck.seconds, 1),
                left_s=round(min(deck.left_ns(now_ns) / _S, deck.seconds), 1),
                level_db=self._mixer.level_of(name),
            )
            for name, deck in self._running.items()
            if isinstance(deck, Player)
        )

    def _start(self, name: str) -> None:
        if is_clip(name):
            # Whoever takes a clip has opened it; what follows a clip is never a clip.
            return
        decoder = Decoder(self._cameras.named(name), self._encode.width, self._encode.height, self._stall_ns)
        decoder.start()
        self._running[name] = decoder
        if name not in self._voices:
            self._listen(name)
        self._programme.sources = dict(self._running)

    def _play(self, name: str, player: Player) -> None:
        self._running[name] = player
        self._mixer.add(name, player)
        self._voices.add(name)
        self._programme.sources = dict(self._running)

    def _listen(self, name: str) -> None:
        self._mixer.add(name, CameraVoice(self._cameras.named(name)))
        self._voices.add(name)

    def _stop(self, name: str) -> None:
        deck = self._running.pop(name)
        self._unwanted_ns.pop(name, None)
        self._programme.sources = dict(self._running)
        if is_clip(name):
            self._mixer.remove(name)
            self._voices.discard(name)
        deck.stop()
        self._ending.append(deck)
