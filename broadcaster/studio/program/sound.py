"""The programme's sound. In: each source's sound, what is on air, the plan. Out: 1024-sample blocks on a gapless grid.

Sound follows the picture or stays on a chosen microphone: a block for programme time T holds what was captured
`lag` before T, where `lag` is how far the picture on screen lies behind its own capture, whoever's sound it is.
Every change (a cut, a mute, a gain) is a ramp of ten milliseconds; without anybody the track goes on in silence.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from broadcaster.encoders import AAC_SAMPLES
from broadcaster.studio.program.ring import RATE, Block
from episodes.shot import SoundPlan

_FADE = RATE // 100
_S = 1_000_000_000
_BLOCK_NS = AAC_SAMPLES * _S // RATE
HOLD_NS = 12_000_000
"""A block is made this long after its last sample's programme time, so that packets on their way still count."""
SILENCE_DB = -90.0
_FALL_DB = 1.0


class Voice(Protocol):
    """One source's sound, read on the sound thread."""

    def pull(self) -> None:
        """Decode what has come."""

    def read(self, programme_ns: int, count: int, lag_ns: float) -> Block:
        """What belongs to programme time `programme_ns` under a picture that lies `lag_ns` behind."""

    def stop(self) -> None:
        """No more."""


@dataclass(slots=True)
class _Heard:
    """How loud a source is now, and where it was read last."""

    gain: float = 0.0
    lag_ns: float = 0.0
    level_db: float = SILENCE_DB


class Mixer:
    """Chooses and joins. `plan`, `add` and `remove` are the event loop's, everything else the sound thread's."""

    def __init__(self, start_ns: int, lag_of: Callable[[str], float]) -> None:
        self._lock = threading.Lock()
        self._voices: dict[str, Voice] = {}
        self._heard: dict[str, _Heard] = {}
        self._start_ns = start_ns
        self._lag_of = lag_of
        self._blocks = 0
        self.plan = SoundPlan()
        self.level_db = SILENCE_DB
        self.clipped = 0

    def add(self, name: str, voice: Voice) -> None:
        with self._lock:
            before = self._voices.get(name)
            self._voices[name] = voice
        if before:
            before.stop()

    def remove(self, name: str) -> None:
        with self._lock:
            voice = self._voices.pop(name, None)
        if voice:
            voice.stop()

    def level_of(self, name: str) -> float:
        """How loud a source is heard, in dBFS."""
        heard = self._heard.get(name)
        return round(heard.level_db, 1) if heard else SILENCE_DB

    @property
    def next_ns(self) -> int:
        """Programme time of the next block's first sample."""
        return self._start_ns + self._blocks * AAC_SAMPLES * _S // RATE

    @property
    def due_ns(self) -> int:
        """When the next block should be made."""
        return self.next_ns + _BLOCK_NS + HOLD_NS

    def block(self, name: str, picture: str) -> Block:
        """The next block: the sound of `name` (empty for silence), under the picture of `picture`."""
        with self._lock:
            voices = dict(self._voices)
        for voice in voices.values():
            voice.pull()
        programme_ns, plan = self.next_ns, self.plan
        self._blocks += 1
        mix: Block = np.zeros((2, AAC_SAMPLES), np.float32)
        for gone in self._heard.keys() - voices.keys():
            del self._heard[gone]
        for each, voice in voices.items():
            heard = self._heard.setdefault(each, _Heard())
            target = plan.gain(each) if each == name else 0.0
            if target:
                heard.lag_ns = self._lag_of(picture) or heard.lag_ns
            if target or heard.gain:
                made = voice.read(programme_ns, AAC_SAMPLES, heard.lag_ns) * _ramp(heard.gain, target)
                heard.level_db = _level(made, heard.level_db)
                mix += made
            else:
                heard.level_db = max(SILENCE_DB, heard.level_db - _FALL_DB)
            heard.gain = target
        self.level_db = _level(mix, self.level_db)
        return self._within(mix)

    def _within(self, mix: Block) -> Block:
        """What a gain or a crossfade lifts above full scale is held there, and counted."""
        if float(np.abs(mix).max(initial=0.0)) <= 1.0:
            return mix
        self.clipped += 1
        return np.clip(mix, -1.0, 1.0)


def _ramp(before: float, after: float) -> Block:
    """A block's gain: from `before` to `after` in its first ten milliseconds."""
    gains = np.full((1, AAC_SAMPLES), after, np.float32)
    if before != after:
        gains[0, :_FADE] = np.linspace(before, after, _FADE, dtype=np.float32)
    return gains


def _level(block: Block, before_db: float) -> float:
    power = float(np.mean(block * block))
    now = 10 * float(np.log10(power)) if power > 1e-9 else SILENCE_DB  # noqa: PLR2004 - minus ninety decibels
    return max(SILENCE_DB, now, before_db - _FALL_DB)
