"""A phone's time on our clock. In: RTP timestamps, arrivals, sender reports. Out: capture times in monotonic ns (pure).

The fastest packet of the last seconds is taken as the one that waited nowhere (minimum filter). Until both streams
have sent a report each stream keeps its own filter; from then on both share one over the sender's own clock, which
makes sound and picture meet as they were captured.
"""

from collections import deque

_BUCKET_NS = 1_000_000_000
_BUCKETS = 12
RATES = {"video": 90_000, "audio": 48_000}
_NTP_UNIX_S = 2_208_988_800


def ntp_ns(ntp: int) -> int:
    """A 64-bit NTP timestamp as nanoseconds since 1970; only differences matter to us."""
    return ((ntp >> 32) - _NTP_UNIX_S) * 1_000_000_000 + ((ntp & 0xFFFFFFFF) * 1_000_000_000 >> 32)


class MinimumFilter:
    """The least delay seen in the last dozen seconds, so that drift is followed and queues are not."""

    def __init__(self) -> None:
        self._buckets: deque[tuple[int, int]] = deque(maxlen=_BUCKETS)
        self._least: int | None = None

    def add(self, delay_ns: int, now_ns: int) -> int:
        """Take one delay; answers the least."""
        bucket = now_ns // _BUCKET_NS
        if not self._buckets or self._buckets[-1][0] != bucket:
            while self._buckets and self._buckets[0][0] <= bucket - _BUCKETS:
                self._buckets.popleft()
            self._buckets.append((bucket, delay_ns))
            self._least = min(least for _, least in self._buckets)
        elif delay_ns < self._buckets[-1][1]:
            self._buckets[-1] = (bucket, delay_ns)
            self._least = min(self._least, delay_ns) if self._least is not None else delay_ns
        assert self._least is not None  # noqa: S101 - a bucket was just filled
        return self._least


class _Stream:
    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.own = MinimumFilter()
        self.report: tuple[int, int] | None = None

    def span_ns(self, ticks: int) -> int:
        return ticks * 1_000_000_000 // self.rate

    def sent_ns(self, timestamp: int) -> int | None:
        """On the sender's clock, when a report has told."""
        if self.report is None:
            return None
        ntp, at = self.report
        ahead = (timestamp - at + 0x80000000 & 0xFFFFFFFF) - 0x80000000
        return ntp + self.span_ns(ahead)


class CameraClock:
    """One session's clock for its streams, each named by its kind."""

    def __init__(self) -> None:
        self._streams: dict[str, _Stream] = {}
        self._shared = MinimumFilter()

    def expect(self, kind: str) -> None:
        """The session has a stream of this kind."""
        self._streams[kind] = _Stream(RATES[kind])

    @property
    def synchronised(self) -> bool:
        """Whether every stream has sent a report."""
        return all(stream.report for stream in self._streams.values())

    def report(self, kind: str, ntp: int, timestamp: int) -> None:
        """A sender report: `timestamp` (as sent, 32 bits) was captured at `ntp`. One that says nothing is ignored."""
        if ntp:
            self._streams[kind].report = (ntp_ns(ntp), timestamp)

    def capture_ns(self, kind: str, timestamp: int, arrival_ns: int) -> int:
        """When the sample `timestamp` (unwrapped) was captured, on our clock; never later than it arrived."""
        stream = self._streams[kind]
        media = stream.span_ns(timestamp)
        own = media + stream.own.add(arrival_ns - media, arrival_ns)
        sent = stream.sent_ns(timestamp)
        if sent is None or not self.synchronised:
            return min(own, arrival_ns)
        return min(sent + self._shared.add(arrival_ns - sent, arrival_ns), arrival_ns)
