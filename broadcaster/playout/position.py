"""What the public may know. In: the record log's places, frames as they air, HLS as it is listed. Out: a place. Pure.

In the programme a frame says under which record it was made; in slate, time says it: every record no younger than the
delay. A place counts once its frame has gone to the outputs and stands in the playlist, and it never goes back.
"""

from collections import deque

from broadcaster.playout.air import AirPacket

_MOST_RECORDS = 10_000


class Position:
    """`seq` is public, since `utc_ns`."""

    def __init__(self, seq: int, utc_offset_ns: int) -> None:
        self.seq = seq
        self.utc_ns = 0
        self._offset_ns = utc_offset_ns
        self._aired_seq = seq
        self._aired: deque[tuple[int, int]] = deque()  # bounded by the records not yet listed
        self._records: deque[tuple[int, int]] = deque(maxlen=_MOST_RECORDS)

    def heard(self, seq: int, utc_ns: int) -> None:
        """A record was made."""
        self._records.append((seq, utc_ns))

    def aired(self, packet: AirPacket) -> None:
        """A picture has gone to the outputs."""
        seq = self._by_time(packet) if packet.scene_seq is None else packet.scene_seq
        if seq > self._aired_seq:
            self._aired_seq = seq
            self._aired.append((packet.out_ns, seq))

    def before(self, out_ns: int) -> int:
        """Under which record the last picture before that moment was made."""
        return max((seq for aired_ns, seq in self._aired if aired_ns < out_ns), default=self.seq)

    def listed(self, before_ns: int) -> bool:
        """Players show everything before that moment; True when the position moved."""
        moved = False
        while self._aired and self._aired[0][0] < before_ns:
            out_ns, self.seq = self._aired.popleft()
            self.utc_ns = out_ns + self._offset_ns
            moved = True
        return moved

    def _by_time(self, packet: AirPacket) -> int:
        programme_utc_ns = packet.out_ns - packet.delay_ns + self._offset_ns
        seq = self._aired_seq
        while self._records and self._records[0][1] <= programme_utc_ns:
            seq = max(seq, self._records.popleft()[0])
        return seq
