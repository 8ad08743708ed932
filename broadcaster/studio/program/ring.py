"""A camera's sound, to be read at any moment. In: decoded blocks at sample positions. Out: exact numbers of samples.

Positions count 48 kHz samples of the phone's own clock. Reading follows where it should by stretching at most one
percent; farther off than 60 ms it jumps, softly. What never came is silence.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Block: TypeAlias = npt.NDArray[np.float32]
RATE = 48_000
_SECONDS = 2
_STRETCH = 0.01
_CLOSE = RATE // 500
_FAR = RATE * 6 // 100
_SOFT = RATE // 100


class SoundRing:
    """Two seconds of stereo."""

    def __init__(self) -> None:
        self._size = _SECONDS * RATE
        self._samples: Block = np.zeros((2, self._size), np.float32)
        self._end = 0
        self._cursor: int | None = None
        self.starved = 0
        self.jumps = 0

    @property
    def end(self) -> int:
        """The position after the newest sample."""
        return self._end

    @property
    def cursor(self) -> int:
        """The position the next read begins at."""
        return self._cursor or 0

    def write(self, position: int, block: Block) -> None:
        """Keep `block`, whose first sample is `position`; a gap before it becomes silence."""
        count = block.shape[1]
        if not self._end or position > self._end + self._size or position < self._end - self._size:
            self._samples[:] = 0
            self._end = position
            self._cursor = None
        for at in range(self._end, position, RATE):
            self._put(at, np.zeros((2, min(RATE, position - at)), np.float32))
        self._put(position, block)
        self._end = max(self._end, position + count)

    def read(self, wanted: float, count: int) -> Block:
        """`count` samples, as near to position `wanted` as continuity allows."""
        if self._cursor is None:
            self._cursor = round(wanted)
        elif abs(wanted - self._cursor) > _FAR:
            self.jumps += 1
            before, self._cursor = self._cursor, round(wanted) + count
            return crossfade(self._get(before, count), self._get(round(wanted), count), min(_SOFT, count))
        away = wanted - self._cursor
        taken = count
        if abs(away) > _CLOSE:
            most = count * _STRETCH
            taken = count + round(max(-most, min(most, away / 8)))
        found = self._get(self._cursor, taken)
        self._cursor += taken
        return found if taken == count else _stretched(found, count)

    def _get(self, position: int, count: int) -> Block:
        have = min(count, max(0, self._end - position))
        if have < count:
            self.starved += 1
        block: Block = np.zeros((2, count), np.float32)
        if have and position > self._end - self._size:
            block[:, :have] = self._samples[:, np.arange(position, position + have) % self._size]
        return block

    def _put(self, position: int, block: Block) -> None:
        start, count = position % self._size, block.shape[1]
        first = min(count, self._size - start)
        self._samples[:, start : start + first] = block[:, :first]
        self._samples[:, : count - first] = block[:, first:]


def _stretched(block: Block, count: int) -> Block:
    at = np.linspace(0, block.shape[1] - 1, count, dtype=np.float32)
    grid = np.arange(block.shape[1], dtype=np.float32)
    return np.stack([np.interp(at, grid, channel) for channel in block]).astype(np.float32)


def crossfade(old: Block, new: Block, samples: int) -> Block:
    """`new`, coming in over its first `samples` while `old` goes out."""
    ramp = np.linspace(0.0, 1.0, samples, dtype=np.float32)
    made = new.copy()
    made[:, :samples] = old[:, :samples] * (1 - ramp) + new[:, :samples] * ramp
    return made
