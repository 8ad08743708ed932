"""What is held back from the public. In: packets from the studio. Out: the same, in programme time. Pure.

Bounded in bytes: when it is full, what arrives is dropped up to a keyframe that fits again, and counted. A packet that
is not later than the one before it (a new studio's overlap) is dropped as well. What a person removed is gone, also
what of it arrives later, and picture goes on at a keyframe: what follows a hole was coded from what was in it.
"""

from collections import deque

from broadcaster.packets import Packet
from episodes.edits import Stretch, merged

MOST_BYTES = 256 * 1024 * 1024
# A stretch so far behind the newest packet can hold nothing that still arrives.
_FORGET_NS = 600_000_000_000


class DelayBuffer:
    """Two queues, picture and sound, each in order of `mono_ns`."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.video: deque[Packet] = deque()  # bounded by most_bytes
        self.audio: deque[Packet] = deque()  # bounded by most_bytes
        self.bytes = 0
        self.dropped = 0
        self.removed = 0
        """Packets that a person took from the public."""
        self._most_bytes = most_bytes
        self._wants_key = False
        self._newest = {"video": -1, "audio": -1}
        self._holes: tuple[Stretch, ...] = ()

    def put(self, packet: Packet) -> bool:
        """Hold one packet; False when it was dropped."""
        video = packet.kind == "video"
        if packet.mono_ns <= self._newest[packet.kind]:
            self.dropped += 1
            return False
        if self._in_hole(packet):
            self.removed += 1
            self._wants_key = self._wants_key or video
            return False
        if self.bytes + len(packet.data) > self._most_bytes:
            self.dropped += 1
            self._wants_key = self._wants_key or video
            return False
        if video and self._wants_key and not packet.key:
            self.dropped += 1
            return False
        if video:
            self._wants_key = False
        self._newest[packet.kind] = packet.mono_ns
        self.bytes += len(packet.data)
        (self.video if video else self.audio).append(packet)
        return True

    def new_stream(self) -> None:
        """Another studio speaks: its first picture must be a keyframe."""
        self._wants_key = True

    def remove(self, from_ns: int, to_ns: int | None) -> None:
        """Take out programme time `[from_ns, to_ns)` for good; None: everything from there on, until `close`."""
        old_ns = from_ns - _FORGET_NS
        recent = (hole for hole in self._holes if hole[1] is None or hole[1] > old_ns)
        self._holes = merged((*recent, (from_ns, to_ns)))
        kept: list[Packet] = []
        broken = False
        for packet in self.video:
            broken = self._in_hole(packet) or (broken and not packet.key)
            if not broken:
                kept.append(packet)
        self._wants_key = self._wants_key or broken
        self._replace(self.video, kept)
        self._replace(self.audio, [packet for packet in self.audio if not self._in_hole(packet)])

    def close(self, to_ns: int) -> None:
        """End the open hole at `to_ns`: what was made before stays out."""
        self._holes = tuple((start, to_ns if end is None else end) for start, end in self._holes)

    def take(self, queue: deque[Packet]) -> Packet:
        """The oldest packet of one queue."""
        packet = queue.popleft()
        self.bytes -= len(packet.data)
        return packet

    def drop_before(self, from_ns: int) -> int:
        """Let pictures before `from_ns` go, because their moment has passed; how many they were."""
        before = len(self.video)
        while self.video and self.video[0].mono_ns < from_ns:
            self.take(self.video)
        return before - len(self.video)

    def held_ns(self) -> int:
        """How much programme is held; what was removed does not count."""
        if not self.video:
            return 0
        first_ns, last_ns = self.video[0].mono_ns, self.video[-1].mono_ns + self.video[-1].duration_ns
        holes = sum(max(0, min(end, last_ns) - max(start, first_ns)) for start, end in self._holes if end is not None)
        return max(0, last_ns - first_ns - holes)

    def first_key(self, from_ns: int) -> Packet | None:
        """The first keyframe at or after `from_ns`."""
        return next((packet for packet in self.video if packet.key and packet.mono_ns >= from_ns), None)

    def _in_hole(self, packet: Packet) -> bool:
        first_ns = last_ns = packet.mono_ns
        if packet.kind == "audio":
            # A coded frame of sound carries some of its neighbours.
            first_ns, last_ns = first_ns - packet.duration_ns, last_ns + packet.duration_ns - 1
        return any(start <= last_ns and (end is None or first_ns < end) for start, end in self._holes)

    def _replace(self, queue: deque[Packet], kept: list[Packet]) -> None:
        self.removed += len(queue) - len(kept)
        queue.clear()
        queue.extend(kept)
        self.bytes = sum(len(packet.data) for packet in (*self.video, *self.audio))
