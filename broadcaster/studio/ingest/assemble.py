"""From packets to frames. In: RTP packets as they come, in any order, some never. Out: whole frames, in order (pure).

A frame is complete at its marker bit. A gap is asked for again (`missing`), held for `hold_ns`, then given up: what
follows is dropped until a key frame, because it would show errors to every reader, and `wants_key` says so.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from broadcaster.studio.ingest.rtp import BadPayload, Part, Rtp, Unwrap

_MOST_WAITING = 1024
_MOST_ASKED = 200
_MOST_GAP = 600
"""So many packets missing at once are no loss but a time without a network: nobody will send them again."""


@dataclass(frozen=True, slots=True)
class Whole:
    """One complete frame; `timestamp` is unwrapped, `arrival_ns` that of its last packet."""

    data: bytes
    key: bool
    timestamp: int
    arrival_ns: int


class Assembler:
    """Puts one video stream together."""

    def __init__(self, part_of: Callable[[bytes], Part], hold_ns: int) -> None:
        self._part_of = part_of
        self.hold_ns = hold_ns
        self._sequence = Unwrap(16)
        self._timestamp = Unwrap(32)
        self._next: int | None = None
        self._top = -1
        self._waiting: dict[int, tuple[Rtp, int]] = {}
        self._gap_since_ns = 0
        self._parts: list[bytes] = []
        self._parts_timestamp = 0
        self._parts_key = False
        self._skipping = False
        self.wants_key = True
        self.given_up = 0
        self.expected_from = 0

    def add(self, packet: Rtp, arrival_ns: int) -> list[Whole]:
        """The frames this packet completes, oldest first."""
        number = self._sequence(packet.sequence)
        if self._next is None:
            self._next = self.expected_from = number
        self._top = max(self._top, number)
        if number == self._next and not self._waiting:
            self._next = number + 1
            return self._take(packet, arrival_ns)
        if number < self._next:
            return []
        if not self._waiting:
            self._gap_since_ns = arrival_ns
        if number - self._next > _MOST_GAP:
            self._gap_since_ns = arrival_ns - self.hold_ns - 1
        self._waiting[number] = (packet, arrival_ns)
        return list(self._drain()) + self.poll(arrival_ns)

    def poll(self, now_ns: int) -> list[Whole]:
        """Frames that can go on because a gap has been held long enough."""
        found: list[Whole] = []
        while self._waiting and (now_ns - self._gap_since_ns > self.hold_ns or len(self._waiting) > _MOST_WAITING):
            self._give_up()
            found += self._drain()
        return found

    @property
    def missing(self) -> list[int]:
        """Sequence numbers to ask for again, newest gap last, at most 200."""
        if not self._waiting or self._next is None:
            return []
        gaps = [number & 0xFFFF for number in range(self._next, self._top) if number not in self._waiting]
        return gaps[-_MOST_ASKED:]

    @property
    def expected(self) -> int:
        """How many packets the sender has sent up to now, as the numbers tell."""
        return self._top - self.expected_from + 1 if self._next is not None else 0

    def _drain(self) -> Iterator[Whole]:
        assert self._next is not None  # noqa: S101 - add() has set it
        before = self._next
        while (found := self._waiting.pop(self._next, None)) is not None:
            self._next += 1
            yield from self._take(*found)
        if self._next != before and self._waiting:
            # The next gap has been seen since the first packet after it came, not since this one was closed.
            self._gap_since_ns = self._waiting[min(self._waiting)][1]

    def _give_up(self) -> None:
        first = min(self._waiting)
        assert self._next is not None  # noqa: S101 - something waits, so add() has run
        self.given_up += first - self._next
        self._next = first
        self._parts = []
        self._skipping = True
        self.wants_key = True

    def _take(self, packet: Rtp, arrival_ns: int) -> list[Whole]:
        try:
            part = self._part_of(packet.payload) if packet.payload else None
        except BadPayload:
            self._parts, self._skipping, self.wants_key = [], True, True
            part = None
        timestamp = self._timestamp(packet.timestamp)
        done: list[Whole] = []
        if self._skipping:
            if part is None or not part.starts:
                self._skipping = not packet.marker
                return done
            self._skipping = False
        if self._parts and timestamp != self._parts_timestamp:
            done += self._finish(arrival_ns)
        if part is not None:
            self._parts.append(part.data)
            self._parts_key = self._parts_key or part.key
            self._parts_timestamp = timestamp
        if packet.marker:
            done += self._finish(arrival_ns)
        return done

    def _finish(self, arrival_ns: int) -> list[Whole]:
        if not self._parts:
            return []
        frame = Whole(b"".join(self._parts), self._parts_key, self._parts_timestamp, arrival_ns)
        self._parts, self._parts_key = [], False
        if frame.key:
            self.wants_key = False
        return [] if self.wants_key else [frame]
