"""A clip as a source. In: a file that was made ready for air. Out: its picture and sound at any tick once it is on air.

Opened at CUE it stands at its first frame; from the tick that puts it on air it runs on the programme's own clock,
so its sound meets its picture by construction. A thread decodes a third of a second ahead and no more. At the end
the last frame stands until something else is on air.
"""

import threading
from collections import deque
from pathlib import Path

import av

from broadcaster.studio.program.decode import Picture
from broadcaster.studio.program.planes import Fitter
from broadcaster.studio.program.ring import RATE, Block, SoundRing
from broadcaster.studio.program.switch import FOR_EVER
from broadcaster.studio.program.voice import stereo
from broadcaster.studio.threads import Worker
from runtime.log import get

_S = 1_000_000_000
_AHEAD = 10
"""Decoded pictures that wait; 14 MB at 720p."""
_log = get("studio.player")


def seconds_of(path: Path) -> float:
    """How long a clip is; 0 when it cannot be read."""
    try:
        with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
            return (container.duration or 0) / av.time_base
    except (av.FFmpegError, OSError):
        return 0.0


class Player:
    """One clip, cued or playing: a `Source` of the programme and a `Voice` of the mixer."""

    live = False

    def __init__(self, name: str, path: Path, size: tuple[int, int], start_s: float = 0.0) -> None:
        self.name = name
        self.lag_ns = 0.0
        self.dropped = self.errors = 0
        self.seconds = 0.0
        self._path, self._start_ns = path, round(start_s * _S)
        self._fitter = Fitter(*size)
        self._room = threading.Condition()
        self._ahead: deque[Picture] = deque()  # bounded by _decode, which waits at _AHEAD
        self._now: Picture | None = None
        self._ring = SoundRing()
        self._began_ns = 0
        self._end_ns = FOR_EVER
        self._number = 0
        self._stopping = False
        self._worker = Worker(f"clip-{name[-8:]}", self._run, on_fault=lambda _: self._broken())

    def start(self) -> None:
        """Decode the first pictures."""
        self._worker.start()

    def stop(self) -> None:
        with self._room:
            self._stopping = True
            self._room.notify_all()

    def join(self) -> None:
        self._worker.join()

    @property
    def ended(self) -> bool:
        """Whether its thread has ended."""
        return not self._worker.alive

    @property
    def ready(self) -> bool:
        """Whether there is a picture to show."""
        return bool(self._ahead) or self._now is not None or self.ended

    @property
    def begun(self) -> bool:
        """Whether it has been on air."""
        return self._began_ns > 0

    def begin(self, tick_ns: int) -> None:
        """It is on air: at the first such tick it begins to run."""
        if not self._began_ns:
            self._began_ns = tick_ns - self._start_ns

    def left_ns(self, tick_ns: int) -> int:
        """How much is left; all of it before it is on air."""
        if not self._began_ns:
            return FOR_EVER
        return max(0, self._end_ns - (tick_ns - self._began_ns))

    def picture(self, tick_ns: int) -> Picture | None:
        """The picture of this tick. Programme's thread."""
        position = tick_ns - self._began_ns if self._began_ns else self._start_ns
        with self._room:
            while self._ahead and (self._now is None or self._ahead[0].captured_ns <= position):
                self._now = self._ahead.popleft()
            self._room.notify_all()
        return self._now

    def pull(self) -> None:
        """Its own thread decodes."""

    def read(self, programme_ns: int, count: int, lag_ns: float) -> Block:  # noqa: ARG002 - a clip has no lag
        """The sound of programme time `programme_ns`."""
        position = programme_ns - self._began_ns if self._began_ns else -_S
        with self._room:
            return self._ring.read(position * RATE / _S, count)

    def _broken(self) -> None:
        self.errors += 1
        self._end_ns = 0

    def _run(self) -> None:
        try:
            with av.open(str(self._path), options={"protocol_whitelist": "file"}) as container:
                self._play(container)
        except (av.FFmpegError, OSError, IndexError) as error:
            # A clip that breaks has ended: what follows it comes on air.
            _log.warning("clip broke", clip=self.name, error=repr(error))
            self._broken()

    def _play(self, container: av.container.InputContainer) -> None:
        video = container.streams.video[0]
        video.thread_count = 1
        streams = [video, *container.streams.audio[:1]]
        self.seconds = (container.duration or 0) / av.time_base
        self._end_ns = round(self.seconds * _S)
        if self._start_ns:
            container.seek(self._start_ns // 1000)
        last_ns, step_ns = 0, round(_S / float(video.average_rate or 30))
        for packet in container.demux(*streams):
            for frame in packet.decode():
                if self._stopping:
                    return
                if isinstance(frame, av.VideoFrame):
                    at_ns = _at_ns(frame)
                    last_ns = max(last_ns, at_ns + step_ns)
                    self._keep(frame, at_ns)
                elif isinstance(frame, av.AudioFrame):
                    with self._room:
                        self._ring.write(round(_at_ns(frame) * RATE / _S), stereo(frame))
        self._end_ns = last_ns

    def _keep(self, frame: av.VideoFrame, at_ns: int) -> None:
        if at_ns < self._start_ns and self._now is None:
            return
        self._number += 1
        made = Picture(self._fitter.fit(frame), self._number, at_ns, 0)
        with self._room:
            while len(self._ahead) >= _AHEAD and not self._stopping:
                self._room.wait()
            self._ahead.append(made)


def _at_ns(frame: av.VideoFrame | av.AudioFrame) -> int:
    return round((frame.time or 0.0) * _S)
