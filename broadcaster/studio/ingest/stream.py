"""One RTP stream of a phone. In: its packets. Out: `EncodedFrame`s to one sink, and what feedback is due (no I/O).

`Stream` counts what RTCP and the status want; its two kinds differ in how frames come about.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from broadcaster.studio.frames import Codec, EncodedFrame
from broadcaster.studio.ingest import rtp, sps
from broadcaster.studio.ingest.assemble import Assembler
from broadcaster.studio.ingest.rtp import Rtp, Unwrap
from broadcaster.studio.ingest.timing import CameraClock

Sink = Callable[[EncodedFrame], None]
_HOLD_NS = 250_000_000
_LATE_PACKETS = 250
_SHUFFLE_NS, _MOST_SOUNDS = 60_000_000, 16


class Counted:
    """What a receiver report and the status need to know of one SSRC."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._number = Unwrap(16)
        self._first = self.highest = -1
        self.received = self.octets = 0
        self._jitter = 0.0
        self._transit = 0
        self._reported = (0, 0)

    def add(self, packet: Rtp, arrival_ns: int) -> None:
        """Count one packet (RFC 3550, A.1 and A.8)."""
        number = self._number(packet.sequence)
        if self._first < 0:
            self._first = number
        self.highest = max(self.highest, number)
        self.received += 1
        self.octets += len(packet.payload)
        transit = (arrival_ns * self._rate // 1_000_000_000 - packet.timestamp) & 0xFFFFFFFF
        step = abs((transit - self._transit + 0x80000000 & 0xFFFFFFFF) - 0x80000000)
        if self.received > 1:
            self._jitter += (step - self._jitter) / 16
        self._transit = transit

    @property
    def jitter(self) -> int:
        """In the stream's own ticks, as the report wants it."""
        return min(int(self._jitter), 0xFFFFFFFF)

    @property
    def expected(self) -> int:
        """How many the sender has sent, as the numbers tell."""
        return self.highest - self._first + 1 if self.received else 0

    def lost_since(self) -> tuple[int, int]:
        """Packets lost and expected since the last call."""
        expected, received = self.expected - self._reported[0], self.received - self._reported[1]
        self._reported = (self.expected, self.received)
        return max(0, expected - received), max(0, expected)


class VideoStream:
    """Pictures: whole frames in order from the first key frame on."""

    kind: Literal["video"] = "video"

    def __init__(self, codec: Codec, clock: CameraClock, sink: Sink, session: int) -> None:
        self.codec: Codec = codec
        self.counted = Counted(90_000)
        self.size = (0, 0)
        self._assembler = Assembler(rtp.h264_part if codec == "h264" else rtp.vp8_part, _HOLD_NS)
        self._clock, self._sink, self._session = clock, sink, session
        self._set = b""

    def packet(self, packet: Rtp, arrival_ns: int, *, again: bool = False) -> None:
        """`again`: the phone has sent it a second time because we asked."""
        if not again:
            self.counted.add(packet, arrival_ns)
        for frame in self._assembler.add(packet, arrival_ns):
            self._emit(frame.data, frame.key, frame.timestamp, arrival_ns)

    def hold(self, hold_ns: int) -> None:
        """How long a gap is waited for."""
        self._assembler.hold_ns = hold_ns

    def poll(self, now_ns: int) -> None:
        """Give up gaps that have been held long enough."""
        for frame in self._assembler.poll(now_ns):
            self._emit(frame.data, frame.key, frame.timestamp, now_ns)

    @property
    def missing(self) -> list[int]:
        """Sequence numbers to ask for again."""
        return self._assembler.missing

    @property
    def wants_key(self) -> bool:
        """Nothing can be shown before a key frame."""
        return self._assembler.wants_key

    def _emit(self, data: bytes, key: bool, timestamp: int, arrival_ns: int) -> None:
        if key:
            self._measure(data)
        captured = self._clock.capture_ns("video", timestamp, arrival_ns)
        width, height = self.size
        self._sink(
            EncodedFrame("video", self.codec, data, key, timestamp, captured, arrival_ns, width, height, self._session)
        )

    def _measure(self, data: bytes) -> None:
        if self.codec == "vp8":
            self.size = rtp.vp8_size(data)
            return
        found = sps.find(data)
        if found and found != self._set:
            self._set, self.size = found, sps.size(found)


class AudioStream:
    """Sound: Opus packets in order; one that is missing is waited for as long as a network shuffles, no longer."""

    kind: Literal["audio"] = "audio"

    def __init__(self, clock: CameraClock, sink: Sink, session: int) -> None:
        self.codec: Codec = "opus"
        self.counted = Counted(48_000)
        self.level_dbov = rtp.NO_LEVEL
        self._clock, self._sink, self._session = clock, sink, session
        self._number, self._timestamp = Unwrap(16), Unwrap(32)
        self._next: int | None = None
        self._waiting: dict[int, _Sound] = {}

    def packet(self, packet: Rtp, arrival_ns: int) -> None:
        self.counted.add(packet, arrival_ns)
        self.level_dbov = packet.level_dbov
        number, timestamp = self._number(packet.sequence), self._timestamp(packet.timestamp)
        if self._next is not None and number < self._next - _LATE_PACKETS:
            self._next = None  # the sender has begun anew
        if packet.payload and (self._next is None or number >= self._next):
            captured = self._clock.capture_ns("audio", timestamp, arrival_ns)
            self._waiting.setdefault(number, _Sound(packet.payload, timestamp, captured, arrival_ns))
            self.poll(arrival_ns)

    def poll(self, now_ns: int) -> None:
        """Hand on what need not wait any more."""
        while self._waiting:
            first = min(self._waiting)
            held = now_ns - self._waiting[first].arrival_ns < _SHUFFLE_NS and len(self._waiting) < _MOST_SOUNDS
            if self._next is not None and first > self._next and held:
                return
            self._next = first + 1
            sound = self._waiting.pop(first)
            self._sink(
                EncodedFrame(
                    "audio", "opus", sound.data, key=True, rtp_ts=sound.timestamp, mono_ns=sound.captured_ns,
                    arrival_ns=now_ns, session=self._session,
                )
            )  # fmt: skip


class _Sound(NamedTuple):
    data: bytes
    timestamp: int
    captured_ns: int
    arrival_ns: int
