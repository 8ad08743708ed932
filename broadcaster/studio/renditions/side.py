"""One further rendition. In: the clean programme picture, a scene. Out: `Packet`s of this size, with its own graphics.

Its own threads scale, draw and encode; the programme's thread only copies, and never waits. The cameras' picture stands
where the layout has it: the whole frame, or a band in portrait.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import av
import msgspec

from broadcaster.packets import Packet
from broadcaster.studio.encode.keyframes import KeyBudget
from broadcaster.studio.encode.video import Composed, VideoEncoder
from broadcaster.studio.program.planes import Planes, blank, copy, views
from broadcaster.studio.threads import Mailbox, Worker
from episodes.renditions import RenditionName
from episodes.status import RenditionStatus
from overlay.compositor import Compositor
from overlay.graphics.sheet import Frame
from overlay.scene import Scene
from overlay.sprite import yuv
from overlay.theme import DAYLIGHT
from runtime.settings.model import Encode

_CLEAN, _POOL = 3, 5
_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Clean:
    """A programme picture without graphics, and what shall stand on it."""

    frame: av.VideoFrame
    scene: Scene
    tick_ns: int


class Side:
    """`take` and `go` on the programme's thread, the rest on its own two."""

    def __init__(
        self, name: RenditionName, encode: Encode, programme: tuple[int, int], out: Callable[[Packet], None]
    ) -> None:
        self.name = name
        self._out = out
        self._size = Frame(encode.width, encode.height)
        self._compositor = Compositor(encode.width, encode.height, DAYLIGHT)
        self._keys = KeyBudget(round(encode.keyframe_s * _S))
        self._video = VideoEncoder(encode, self._keys, self._made, name=f"enc-{name}")
        self._clean = [blank(*programme) for _ in range(_CLEAN)]
        self._pool = [blank(encode.width, encode.height) for _ in range(_POOL)]
        self._turn = self._clean_turn = 0
        self._pending: tuple[av.VideoFrame, Scene] | None = None
        self._box: Mailbox[Clean] = Mailbox(1, f"rendition {name}")
        self._reformatter = av.video.reformatter.VideoReformatter()
        self._worker = Worker(f"pic-{name}", self._run)
        self._recent: list[int] = []

    def start(self) -> None:
        self._video.start()
        self._worker.start()

    def stop(self) -> None:
        """End both threads and wait for them; not on the event loop."""
        self._box.close()
        self._worker.join()
        self._video.stop()
        self._video.join()
        self._compositor.close()

    def status(self, now_ns: int) -> RenditionStatus:
        """How it fares."""
        fps = sum(now_ns - tick <= 2 * _S for tick in tuple(self._recent)) / 2
        return RenditionStatus(name=self.name, fps=round(fps, 1), late_frames=self._box.dropped + self._video.refused)

    def wish_key(self) -> None:
        self._keys.wish()

    def prepare(self, scene: Scene) -> bool:
        """Have the scene's graphics drawn in this size."""
        return self._compositor.prepare(scene)

    def take(self, planes: Planes, scene: Scene) -> None:
        """Copy the clean picture, unless the last one still waits."""
        if len(self._box):
            self._box.dropped += 1
            self._pending = None
            return
        frame = self._clean[self._clean_turn]
        self._clean_turn = (self._clean_turn + 1) % _CLEAN
        copy(planes, views(frame))
        self._pending = (frame, scene)

    def go(self, tick_ns: int) -> None:
        """The picture just taken is that of this tick."""
        if self._pending:
            self._box.offer(Clean(*self._pending, tick_ns))
            self._pending = None

    def _run(self) -> None:
        while (clean := self._box.get()) is not None:
            frame = self._pool[self._turn]
            planes = views(frame)
            self._lay(clean.frame, planes)
            self._compositor.draw(planes, clean.scene, time.time_ns())
            if self._video.offer(Composed(frame, clean.tick_ns, self._compositor.drawn_seq)):
                self._turn = (self._turn + 1) % _POOL

    def _lay(self, clean: av.VideoFrame, planes: Planes) -> None:
        left, top, wide, high = self._size.camera
        scaled = views(
            self._reformatter.reformat(
                clean, width=wide, height=high, format="yuv420p", interpolation="BILINEAR", threads=1
            )
        )
        for index, (inner, outer, ground) in enumerate(zip(scaled, planes, yuv(DAYLIGHT.night), strict=True)):
            x, y = (left, top) if index == 0 else (left // 2, top // 2)
            outer[:y] = ground
            outer[y : y + inner.shape[0], x : x + inner.shape[1]] = inner
            outer[y + inner.shape[0] :] = ground

    def _made(self, packet: Packet) -> None:
        self._recent.append(packet.mono_ns)
        if len(self._recent) > 240:  # noqa: PLR2004 - some seconds of them
            del self._recent[:120]
        self._out(msgspec.structs.replace(packet, rendition=self.name))
