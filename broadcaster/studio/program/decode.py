"""One camera's decoder, on its own thread. In: its encoded frames, from a key frame on. Out: the newest picture.

Runs only while the camera is on air or cued. Raw pictures keep the latest; encoded ones that pile up are dropped to
the next key frame, which is asked for.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import av
from av.codec.context import Flags

from broadcaster.studio.frames import EncodedFrame
from broadcaster.studio.ingest.camera import Camera
from broadcaster.studio.program.planes import Fitter
from broadcaster.studio.program.switch import FOR_EVER
from broadcaster.studio.threads import Mailbox, Worker

_BOUND = 90


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded frame of the programme's size, owned by whoever took it from the decoder."""

    frame: av.VideoFrame
    number: int
    captured_ns: int
    ready_ns: int


class Decoder:
    """Started when the camera is wanted, stopped when it is not; a `Source` of the programme."""

    live = True

    def __init__(self, camera: Camera, width: int, height: int, stall_ns: int) -> None:
        self.camera = camera
        self.name = camera.name
        self._stall_ns = stall_ns
        self.errors = 0
        self.lag_ns = 0.0
        """How far the programme's tick lies behind capture, smoothed; the programme's thread keeps it."""
        self._fitter = Fitter(width, height)
        self._box: Mailbox[EncodedFrame] = Mailbox(_BOUND, f"decode {camera.name}")
        self._worker = Worker(f"decode-{camera.name}", self._run)
        self._lock = threading.Lock()
        self._latest: Picture | None = None
        self._number = 0
        self._waiting_key = True
        self._end_tap: Callable[[], None] | None = None

    def start(self) -> None:
        """Ask for a key frame and decode from it on."""
        self._worker.start()
        self._end_tap = self.camera.tap(self._feed)
        self.camera.ask_key()

    def stop(self) -> None:
        """No more pictures; `join` later."""
        if self._end_tap:
            self._end_tap()
        self._box.clear()
        self._box.close()

    def join(self) -> None:
        self._worker.join()

    @property
    def ended(self) -> bool:
        return not self._worker.alive

    @property
    def dropped(self) -> int:
        """Encoded frames that were never decoded."""
        return self._box.dropped

    def picture(self, tick_ns: int) -> Picture | None:
        """The newest picture, the same one until a newer is ready; None when it has stood for longer than a stall."""
        with self._lock:
            latest = self._latest
        return latest if latest is not None and tick_ns - latest.ready_ns < self._stall_ns else None

    def begin(self, tick_ns: int) -> None:
        """It is on air: nothing to do for a camera."""

    def left_ns(self, tick_ns: int) -> int:  # noqa: ARG002 - a camera has no end
        """How much of it is left."""
        return FOR_EVER

    def _feed(self, frame: EncodedFrame) -> None:
        if frame.kind != "video":
            return
        if self._waiting_key and not frame.key:
            self.camera.ask_key()
            return
        self._waiting_key = False
        if not self._box.offer(frame):
            self._box.clear()
            self._waiting_key = True

    def _run(self) -> None:
        codec: av.VideoCodecContext | None = None
        using: tuple[str, int] = ("", 0)
        while (frame := self._box.get()) is not None:
            if codec is None or using != (frame.codec, frame.session):
                codec, using = _open(frame.codec), (frame.codec, frame.session)
            self._decode(codec, frame)

    def _decode(self, codec: av.VideoCodecContext, frame: EncodedFrame) -> None:
        packet = av.Packet(frame.data)
        packet.pts = frame.rtp_ts
        try:
            pictures = codec.decode(packet)
        except av.FFmpegError:
            self.errors += 1
            self._waiting_key = True
            return
        for decoded in pictures[-1:]:
            fitted = self._fitter.fit(decoded)
            self._number += 1
            made = Picture(fitted, self._number, frame.mono_ns, time.monotonic_ns())
            with self._lock:
                self._latest = made


def _open(codec: str) -> av.VideoCodecContext:
    context = av.CodecContext.create("h264" if codec == "h264" else "vp8", "r")
    assert isinstance(context, av.VideoCodecContext)  # noqa: S101 - narrows the library's union
    context.thread_count = 1
    context.flags |= Flags.low_delay
    return context
