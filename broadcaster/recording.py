"""The feeding side of a recording. In: packets. Out: files written by a recorder process that is watched and replaced.

`Recording.open(folder, name, picture, sound)`, `put(packet)` for each (never waits), `await close()`. The folder gets
`0001.mp4` (H.264) or `0001.mkv` (VP8), sealed ones with `.sealed` behind, and `index.jsonl`. A recorder that dies, or
says nothing for five seconds, is replaced; its successor is fed what was not on the disk yet. One that cannot keep up
with its disk loses frames up to the next keyframe. `on_event` hears what a person must know.
"""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from broadcaster import feed
from broadcaster.backlog import Backlog
from broadcaster.feed import Picture, Sound
from broadcaster.feeding import Fed
from broadcaster.packets import Packet
from runtime.children import python
from runtime.clock import Clock, SystemClock
from runtime.custody.envelope import Custodian
from runtime.log import get
from runtime.supervise import Background, Backoff, supervise

__all__ = ["Picture", "Recording", "RecordingEvent", "Sound"]

_log = get("recording")
_MOST_BYTES = 16 * 1024 * 1024
_MOST_HELD = 12 * 1024 * 1024
_CLOSE_S = 8.0
# About a tenth of a second of picture and sound: nobody waits for a recording.
_BATCH = 8
# Counted in looks, not in seconds: while we stood still ourselves nobody else was to blame.
_LOOK_S = 0.5
_STALLED_LOOKS = 10
# libav takes its time to load on a busy machine.
_START_LOOKS = 60

What = Literal["segment", "closed", "disk_full", "disk_error", "stalled", "lost", "writing"]


class RecordingEvent(msgspec.Struct, frozen=True, kw_only=True):
    """`writing` means that what was wrong is over; `lost` that the recorder process died and is being replaced."""

    name: str
    what: What
    file: str = ""
    says: str = ""


class Recording:
    """One recording. It belongs to the event loop that opened it."""

    def __init__(self, first: feed.ToRecording, name: str, on_event: Callable[[RecordingEvent], None] | None) -> None:
        self.name = name
        self.dropped = 0
        self.writing = False
        self._first = first
        self._on_event = on_event
        self._fed: Fed | None = None
        self._backlog = Backlog(_MOST_HELD)
        self._closing = False
        self._wrong: What | None = None
        self._asked = False
        self._silent = 0
        self._answered = False
        self._tasks = Background()

    @classmethod
    async def open(
        cls,
        folder: Path,
        name: str,
        picture: Picture,
        sound: Sound | None,
        *,
        on_event: Callable[[RecordingEvent], None] | None = None,
        clock: Clock | None = None,
        utc_offset_ns: int | None = None,
        custodians: tuple[Custodian, ...] = (),
    ) -> "Recording":
        """Start recording into `folder`, sealed when there are `custodians`.

        `utc_offset_ns` is UTC minus the packets' clock, measured now by default.
        """
        now = clock or SystemClock()
        offset_ns = now.utc_ns() - now.mono_ns() if utc_offset_ns is None else utc_offset_ns
        first = feed.ToRecording(
            folder=str(folder), picture=picture, sound=sound, utc_offset_ns=offset_ns, custodians=custodians
        )
        made = cls(first, name, on_event)
        made._fed = await made._start()
        made._tasks.start(f"recording {name}", supervise(f"recording {name}", lambda: made._keep(now)))
        made._tasks.start(f"recording {name}: watch", supervise(f"watch {name}", lambda: made._watch(now)))
        return made

    def put(self, packet: Packet) -> None:
        """Record one packet. Before the first keyframe, and while the disk holds everything up, packets are lost."""
        if self._closing:
            self.dropped += 1
            return
        frame = feed.Frame(
            kind=packet.kind,
            time_ns=packet.mono_ns,
            duration_ns=packet.duration_ns,
            key=packet.key,
            data=packet.data,
        )
        framed, video_key = feed.encode(frame), packet.kind == "video" and packet.key
        self._backlog.put(framed, packet.mono_ns, video_key=video_key)
        if self._fed:
            before = self._fed.dropped
            self._fed.put(framed, video_key=video_key)
            self._asked = True
            if self._fed.batch >= _BATCH:
                self._fed.flush()
            self.dropped += self._fed.dropped - before

    async def close(self) -> None:
        """Close the files; a recorder that its disk holds up is ended after some seconds."""
        self._closing = True
        if self._fed:
            await self._fed.finish(meant=True, grace_s=_CLOSE_S)
        await self._tasks.close()
        self.writing = False

    async def _start(self) -> Fed:
        fed = await Fed.start(
            f"recorder {self.name}",
            python("broadcaster.recorder"),
            self._first,
            _MOST_BYTES,
            # When we die it shall close its files, not die too.
            death_signal=signal.SIGTERM,
        )
        for held in self._backlog:
            fed.put(held.framed, video_key=held.video_key)
        fed.flush()
        self._silent, self._answered = 0, False
        return fed

    async def _keep(self, clock: Clock) -> None:
        backoff, failures = Backoff(), 0
        while not self._closing:
            fed = self._fed = self._fed or await self._start()
            began_ns = clock.mono_ns()
            async for told in fed.reports():
                self._hear(told)
            code = await fed.child.wait()
            self._fed = None
            self.writing = False
            if self._closing:
                return
            failures = 1 if clock.mono_ns() - began_ns > backoff.healthy_s * 1e9 else failures + 1
            _log.warning("the recorder ended", recording=self.name, code=code, failures=failures)
            if self._wrong != "stalled":
                self._tell("lost", says=f"exit code {code}")
            await clock.sleep(backoff.wait_s(failures))

    async def _watch(self, clock: Clock) -> None:
        """A recorder that is fed and says nothing is ended: `_keep` begins another one."""
        while True:
            await clock.sleep(_LOOK_S)
            if not self._fed or self._closing:
                continue
            # Only while it is fed: with nothing to write there is nothing to say.
            self._silent += self._asked
            self._asked = False
            if self._silent >= (_STALLED_LOOKS if self._answered else _START_LOOKS):
                self._tell("stalled")
                self._silent = 0
                self._fed.child.signal(signal.SIGKILL)

    def _hear(self, told: dict[str, object]) -> None:
        self._silent, self._answered = 0, True
        what, file = told.get("what"), str(told.get("file", ""))
        if what == "at":
            kept_ns = told.get("kept_ns")
            self._backlog.kept(kept_ns if isinstance(kept_ns, int) else 0)
        elif what == "segment":
            self.writing = True
            self._tell("segment", file=file)
            if self._wrong:
                self._wrong = None
                self._tell("writing", file=file)
        elif what == "closed":
            self._tell("closed", file=file)
        elif what == "error":
            self.writing = False
            self._tell("disk_full" if told.get("code") == "disk_full" else "disk_error", says=str(told.get("says", "")))

    def _tell(self, what: What, *, file: str = "", says: str = "") -> None:
        if what in {"disk_full", "disk_error", "stalled", "lost"}:
            if self._wrong == what:
                return
            self._wrong = what
            _log.warning("recording", recording=self.name, what=what, says=says)
        if self._on_event:
            self._on_event(RecordingEvent(name=self.name, what=what, file=file, says=says))
