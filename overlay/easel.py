"""The worker that draws sprites. In: contents, from the frame thread, which never waits. Out: sprites in a cache.

One named thread; at most `MOST_WAITING` jobs wait, further ones are refused and counted (they are asked for again with
the next frame). The cache forgets the least recently used beyond `MOST_BYTES`.
"""

import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from overlay.graphics.paint import paint
from overlay.graphics.sheet import Frame
from overlay.layout import Content
from overlay.sprite import Sprite, sprite
from overlay.theme import Theme
from runtime.log import get

MOST_WAITING = 32
MOST_BYTES = 64 << 20
_log = get("overlay")


@dataclass
class Counts:
    """What happened since the start."""

    painted: int = 0
    refused: int = 0
    unpaintable: int = 0
    failed_frames: int = 0


class Easel:
    """Sprites by content, drawn off the frame thread."""

    def __init__(self, frame: Frame, theme: Theme, counts: Counts) -> None:
        self._frame, self._theme, self._counts = frame, theme, counts
        self._ready: OrderedDict[Content, Sprite | None] = OrderedDict()
        self._bytes = 0
        self._waiting: dict[Content, Future[None]] = {}
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="overlay-prepare")
        self._closed = False

    def has(self, content: Content) -> bool:
        """Whether it has been drawn (or found impossible to draw)."""
        with self._lock:
            return content in self._ready

    def take(self, content: Content) -> Sprite | None:
        """The sprite if it is ready, else None and it is asked for."""
        with self._lock:
            if content in self._ready:
                self._ready.move_to_end(content)
                return self._ready[content]
        self.ask(content)
        return None

    def ask(self, content: Content) -> Future[None] | None:
        """Has it drawn soon. None when it is ready, or when too many wait."""
        with self._lock:
            if content in self._ready or self._closed:
                return None
            if content in self._waiting:
                return self._waiting[content]
            if len(self._waiting) >= MOST_WAITING:
                self._counts.refused += 1
                return None
            job = self._worker.submit(self._draw, content)
            self._waiting[content] = job
            return job

    def close(self) -> None:
        """Ends the worker."""
        with self._lock:
            self._closed = True
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _draw(self, content: Content) -> None:
        made: Sprite | None = None
        try:
            made = sprite(paint(content, self._frame, self._theme), self._frame.width, self._frame.height)
            self._counts.painted += 1
        except Exception:  # noqa: BLE001 - a graphic that cannot be drawn is missing, counted and logged once
            self._counts.unpaintable += 1
            _log.exception("graphic_not_drawn", graphic=type(content).__name__)
        with self._lock:
            self._waiting.pop(content, None)
            self._ready[content] = made
            self._bytes += made.size_bytes if made else 0
            while self._bytes > MOST_BYTES and len(self._ready) > 1:
                _, old = self._ready.popitem(last=False)
                self._bytes -= old.size_bytes if old else 0
