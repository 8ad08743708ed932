"""Where renditions leave the programme. In: each clean picture on its way to the graphics. Out: a copy to every side.

Stands between the programme and its compositor and encoder, and looks like both: the programme knows nothing of it.
What hides something (masks, a hold card) belongs on the clean picture, left of here, or a rendition would show it.
"""

from collections.abc import Callable, Iterable

from broadcaster.encoders import for_rendition
from broadcaster.packets import Packet
from broadcaster.studio.encode.video import Composed, VideoEncoder
from broadcaster.studio.program.planes import Planes
from broadcaster.studio.renditions.side import Side
from episodes.renditions import BY_NAME
from episodes.status import RenditionStatus
from overlay.compositor import Compositor
from overlay.scene import Scene
from runtime.log import get
from runtime.settings.model import Encode
from runtime.threads import NamedExecutor

_log = get("studio.renditions")


class Split:
    """`draw` and `offer` on the programme's thread, `prepare` on any, the rest on the event loop."""

    def __init__(
        self,
        compositor: Compositor,
        video: VideoEncoder,
        encode: Encode,
        out: Callable[[Packet], None],
        thread: NamedExecutor,
    ) -> None:
        self._compositor, self._video, self._encode, self._out = compositor, video, encode, out
        self._thread = thread
        self._sides: tuple[Side, ...] = ()
        """Replaced whole, so that the programme's thread may read it at any time."""
        self._scene: Scene | None = None

    # -- as a painter

    @property
    def drawn_seq(self) -> int:
        return self._compositor.drawn_seq

    def prepare(self, scene: Scene) -> bool:
        """Have the scene's graphics drawn in every size."""
        self._scene = scene
        done = [self._compositor.prepare(scene)]
        done += [side.prepare(scene) for side in self._sides]
        return all(done)

    def draw(self, planes: Planes, scene: Scene, now_utc_ns: int) -> None:
        """Copies for the sides, then the programme's own graphics."""
        for side in self._sides:
            side.take(planes, scene)
        self._compositor.draw(planes, scene, now_utc_ns)

    # -- as an encoder

    @property
    def refused(self) -> int:
        return self._video.refused

    def offer(self, composed: Composed) -> bool:
        """This tick's picture to the programme's encoder, and to every side if that one keeps up: it comes first."""
        taken = self._video.offer(composed)
        if taken:
            for side in self._sides:
                side.go(composed.tick_ns)
        return taken

    # -- who is wanted

    def status(self, now_ns: int) -> tuple[RenditionStatus, ...]:
        return tuple(side.status(now_ns) for side in self._sides)

    def wish_keys(self) -> None:
        """Everybody begins anew with a keyframe soon."""
        for side in self._sides:
            side.wish_key()

    async def want(self, names: Iterable[str]) -> None:
        """These renditions and no others; nothing is encoded that no output asks for."""
        wanted = {name for name in names if name in BY_NAME}
        have = {side.name for side in self._sides}
        if wanted == have:
            return
        ending = [side for side in self._sides if side.name not in wanted]
        self._sides = tuple(side for side in self._sides if side.name in wanted)
        for side in ending:
            _log.info("rendition ends", rendition=side.name)
            await self._thread.run(side.stop)
        for name in sorted(wanted - have):
            side = await self._thread.run(self._begin, name)
            self._sides = (*self._sides, side)
            _log.info("rendition begins", rendition=name)

    def close(self) -> None:
        """End them all; after the programme's thread has ended."""
        sides, self._sides = self._sides, ()
        for side in sides:
            side.stop()

    def _begin(self, name: str) -> Side:
        rendition = BY_NAME[name]
        size = (self._encode.width, self._encode.height)
        side = Side(rendition.name, for_rendition(self._encode, rendition.name), size, self._out)
        if self._scene is not None:
            side.prepare(self._scene)
        side.start()
        return side
