"""x264 on its own thread. In: composed frames with their tick. Out: `Packet`s, to a callback on this thread.

The box between programme and encoder holds two frames; when both wait the newer is refused and counted as late.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import av

from broadcaster.encoders import open_video
from broadcaster.packets import Packet
from broadcaster.studio.encode.keyframes import KeyBudget
from broadcaster.studio.threads import Mailbox, Worker
from runtime.settings.model import Encode

_BOUND = 2
_INTRA = 1
_UNSAID = 0


@dataclass(frozen=True, slots=True)
class Composed:
    """One programme frame, ready to be encoded; `frame` is the encoder's until it comes back into the pool's turn."""

    frame: av.VideoFrame
    tick_ns: int
    scene_seq: int


class VideoEncoder:
    """Opened at once, so that its parameter sets are known before the first frame."""

    def __init__(
        self, encode: Encode, keys: KeyBudget, out: Callable[[Packet], None], *, name: str = "encode-video"
    ) -> None:
        self._context = open_video(encode)
        self._keys, self._out = keys, out
        self._period_ns = 1_000_000_000 // encode.fps
        self._box: Mailbox[Composed] = Mailbox(_BOUND, name)
        self._worker = Worker(name, self._run)
        self._count = 0
        self.extradata = bytes(self._context.extradata or b"")
        self.slowest_ms = 0.0

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        """Finish what waits, then end."""
        self._box.close()

    def join(self) -> None:
        self._worker.join()

    def offer(self, composed: Composed) -> bool:
        """False when the encoder has fallen two frames behind."""
        return self._box.offer(composed)

    @property
    def refused(self) -> int:
        """Frames that were never encoded."""
        return self._box.dropped

    def _run(self) -> None:
        while (composed := self._box.get()) is not None:
            began = time.perf_counter()
            self._encode(composed)
            self.slowest_ms = max(self.slowest_ms * 0.99, 1000 * (time.perf_counter() - began))

    def _encode(self, composed: Composed) -> None:
        frame = composed.frame
        frame.pts = self._count
        # A decoded frame's own type would be taken as an order, and force a key frame each.
        frame.pict_type = _INTRA if self._keys.due(composed.tick_ns) else _UNSAID
        self._count += 1
        for packet in self._context.encode(frame):
            if packet.is_keyframe:
                self._keys.came(composed.tick_ns)
            self._out(
                Packet(
                    kind="video",
                    mono_ns=composed.tick_ns,
                    duration_ns=self._period_ns,
                    key=packet.is_keyframe,
                    scene_seq=composed.scene_seq,
                    data=bytes(packet),
                )
            )
