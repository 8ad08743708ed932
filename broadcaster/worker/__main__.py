"""`python -m broadcaster.worker`: one output. In: `ToPlatform`, then frames, on stdin. Out: RTMP, reports on stdout.

Reports: `{"what": "stage"}`, `{"what": "connected"}`, `{"what": "bytes", …}` four times a second, and at the end
`{"what": "failed", "reason", "says"}`. Opening holds the whole interpreter, so a peer that says nothing silences the
reports too; the parent counts the seconds and kills.

Only `End` says goodbye to the platform. Any other end resets the connection: nothing that still lies in the kernel
arrives late, and the platform sees a broken line, which it lets resume, not a broadcast that is over.
"""

import contextlib
import itertools
import os
import sys
import threading
from collections.abc import Iterator

import av
import av.logging

from broadcaster import feed
from broadcaster.feed import AnyMessage, End, Frame, ToPlatform
from broadcaster.worker import address, faults, tcp
from broadcaster.worker.connection import Connection

_EVERY_S = 0.25
_MOST_LINES = 20


class Watch(threading.Thread):
    """Bounds what the kernel holds of the connection, and reports its figures."""

    def __init__(self, descriptor: int | None, *, allow_internal: bool) -> None:
        super().__init__(name="watch", daemon=True)
        self._descriptor = descriptor
        self._allow_internal = allow_internal
        self.forbidden = False
        self.sent_ns = 0
        """The time of the last frame that libav has written."""
        self._told = threading.Event()

    def run(self) -> None:
        while not self._told.wait(_EVERY_S):
            now = tcp.figures(self._descriptor) if self._descriptor is not None else None
            if now is None:
                continue
            # The name may have been answered differently the second time.
            self.forbidden = not self._allow_internal and address.internal(now.peer)
            feed.report(
                what="bytes",
                acked=now.acked_bytes,
                waiting=now.waiting_bytes,
                rtt_ms=round(now.rtt_ms, 1),
                sent_ns=self.sent_ns,
            )

    def stop(self) -> None:
        """No more reports."""
        self._told.set()
        self.join()


class Worker:
    """One connection. `connected` says how far it came."""

    def __init__(self, first: ToPlatform, lines: list[tuple[int, str, str]]) -> None:
        self.connected = False
        self._first = first
        self._lines = lines

    def run(self, batches: Iterator[list[AnyMessage]]) -> None:
        """Connect and send until the feed ends. Raises what libav raises."""
        first = self._first
        scheme, host, port = address.parse(first.url)
        feed.report(what="stage", stage="resolving")
        address.resolve(host, port, allow_internal=first.allow_internal)
        feed.report(what="stage", stage="connecting")
        connection = Connection(first.url, scheme, first.picture, first.sound)
        connection.open()
        self.connected = True
        line = tcp.find()
        if line is not None:
            tcp.limit_send_buffer(line, first.send_buffer_bytes)
            # Who kills us takes back what the peer has not got: a DUMP must not be sent after all.
            tcp.forget_when_closed(line, forget=True)
        feed.report(what="connected", written=tcp.written_bytes(line) if line is not None else 0)
        watch = Watch(line, allow_internal=first.allow_internal)
        watch.start()
        try:
            meant = self._send(connection, batches, watch)
        finally:
            watch.stop()
        if not meant:
            # libav would say goodbye in passing.
            os._exit(0)
        if line is not None:
            with contextlib.suppress(OSError):
                tcp.forget_when_closed(line, forget=False)
        connection.close()

    def _send(self, connection: Connection, batches: Iterator[list[AnyMessage]], watch: Watch) -> bool:
        """Send until the feed ends; True when its end was meant."""
        for batch in batches:
            if watch.forbidden:
                raise address.NotAllowed("internal")
            frames = [message for message in batch if isinstance(message, Frame)]
            connection.put(frames)
            watch.sent_ns = frames[-1].time_ns if frames else watch.sent_ns
            if any(message.key for message in frames):
                # What libav printed is for the reason of a failure; the last lines are enough.
                del self._lines[:-_MOST_LINES]
            if any(isinstance(message, End) for message in batch):
                return True
        return False


def main() -> int:
    batches = feed.Inbox().batches()
    begin = next(batches, [])
    if not begin or not isinstance(first := begin[0], ToPlatform):
        return 2
    av.logging.set_level(av.logging.ERROR)
    with av.logging.Capture() as lines:
        worker = Worker(first, lines)
        try:
            worker.run(itertools.chain([begin[1:]], batches))
        except address.NotAllowed as refused:
            feed.report(what="failed", reason=refused.reason, says=refused.says)
            return 1
        except (av.FFmpegError, OSError) as error:
            told = [line for _level, _name, line in lines]
            reason, says = faults.explain(error, told, first.url, connected=worker.connected)
            feed.report(what="failed", reason=reason, says=says)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
