"""What a recorder was fed and is not on the disk for good. In: frames, and how far the disk is. Out: frames again.

A recorder that dies or stands still is replaced; its successor is fed this anew, so that nothing is lost with it. It
begins at a keyframe and is bounded in bytes: past the bound the oldest pictures go, a whole group at a time.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Held:
    """One framed message and whether it is a video keyframe."""

    framed: bytes
    video_key: bool


class Backlog:
    """Frames since the last keyframe that is safely on the disk."""

    def __init__(self, most_bytes: int) -> None:
        self.bytes = 0
        self.lost = 0
        """Frames that went because of the bound: lost only if the recorder fails as well."""
        self._most_bytes = most_bytes
        self._frames: deque[Held] = deque()  # bounded by most_bytes
        self._keys_ns: deque[int] = deque()  # bounded by _frames

    def __len__(self) -> int:
        return len(self._frames)

    def __iter__(self) -> Iterator[Held]:
        return iter(tuple(self._frames))

    def put(self, framed: bytes, time_ns: int, *, video_key: bool) -> None:
        """Hold one frame; before the first keyframe there is nothing to hold."""
        if video_key:
            self._keys_ns.append(time_ns)
        elif not self._keys_ns:
            return
        self._frames.append(Held(framed, video_key))
        self.bytes += len(framed)
        while self.bytes > self._most_bytes:
            self.lost += self._drop_group()

    def kept(self, time_ns: int) -> None:
        """Everything up to `time_ns` is on the disk."""
        while len(self._keys_ns) > 1 and self._keys_ns[1] <= time_ns:
            self._drop_group()

    def _drop_group(self) -> int:
        """Let go of the oldest keyframe and what follows it, up to the next keyframe."""
        self._keys_ns.popleft()
        dropped = 0
        while self._frames:
            if dropped and self._frames[0].video_key:
                break
            self.bytes -= len(self._frames.popleft().framed)
            dropped += 1
        return dropped
