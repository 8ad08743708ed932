"""What is held back from the public. In: packets from the studio. Out: the same, in programme time. Pure.

Bounded in bytes: when it is full, what arrives is dropped up to a keyframe that fits again, and counted. A packet that
is not later than the one before it (a new studio's overlap) is dropped as well.
"""

from collections import deque

from broadcaster.packets import Packet

MOST_BYTES = 256 * 1024 * 1024


class DelayBuffer:
    """Two queues, picture and sound, each in order of `mono_ns`."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.video: deque[Packet] = deque()  # bounded by most_bytes
        self.audio: deque[Packet] = deque()  # bounded by most_bytes
        self.bytes = 0
        self.dropped = 0
        self._most_bytes = most_bytes
        self._wants_key = False
        self._newest = {"video": -1, "audio": -1}

    def put(self, packet: Packet) -> bool:
        """Hold one packet; False when it was dropped."""
        video = packet.kind == "video"
        if packet.mono_ns <= self._newest[packet.kind]:
            self.dropped += 1
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

    def take(self, queue: deque[Packet]) -> Packet:
        """The oldest packet of one queue."""
        packet = queue.popleft()
        self.bytes -= len(packet.data)
        return packet

    def filled_ns(self, public_ns: int) -> int:
        """How much programme is held that the public, now at `public_ns`, has not seen."""
        return max(0, self._newest["video"] - public_ns) if self.video else 0

    def first_key(self, from_ns: int) -> Packet | None:
        """The first keyframe at or after `from_ns`."""
        return next((packet for packet in self.video if packet.key and packet.mono_ns >= from_ns), None)
