"""Named threads and what flows between them. In: a loop body. Out: a thread that is seen by its name and joined.

`Mailbox` is the thread's counterpart of `runtime.channel`: bounded, closable, counted.
"""

import contextlib
import ctypes
import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from runtime.log import get

T = TypeVar("T")
_PR_SET_NAME = 15
_JOIN_S = 5.0
_log = get("studio.threads")


class Worker:
    """A thread that runs `body` once; `body` itself loops until what it reads is closed."""

    def __init__(
        self, name: str, body: Callable[[], None], on_fault: Callable[[str], None] | None = None, *, nice: int = 0
    ) -> None:
        self.name = name
        self._nice = nice
        self._body = body
        self._on_fault = on_fault
        self._thread = threading.Thread(target=self._run, name=name, daemon=False)

    def start(self) -> None:
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the body has not returned yet."""
        return self._thread.is_alive()

    def join(self) -> None:
        """Wait for its end, at most five seconds."""
        if self._thread.ident is None:
            return
        self._thread.join(_JOIN_S)
        if self._thread.is_alive():
            _log.error("thread does not end", thread=self.name)

    def _run(self) -> None:
        ctypes.CDLL(None).prctl(_PR_SET_NAME, self.name.encode()[:15], 0, 0, 0)
        if self._nice:
            # A thread has a niceness of its own on Linux; only who may raises it.
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), self._nice)
        try:
            self._body()
        except Exception:  # noqa: BLE001 - the last place to say what happened
            _log.exception("thread failed", thread=self.name)
            if self._on_fault:
                self._on_fault(self.name)


class Mailbox(Generic[T]):
    """One reader, any writer. Full: the oldest goes and is counted, unless the writer uses `offer`."""

    def __init__(self, bound: int, name: str) -> None:
        self.name = name
        self.dropped = 0
        self._bound = bound
        self._items: deque[T] = deque()  # bounded by put and offer
        self._ready = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: T) -> None:
        """Put; drops the oldest when full."""
        with self._ready:
            if len(self._items) >= self._bound:
                self._items.popleft()
                self.dropped += 1
            self._items.append(item)
            self._ready.notify()

    def offer(self, item: T) -> bool:
        """Put when there is room; else count and answer False."""
        with self._ready:
            if len(self._items) >= self._bound:
                self.dropped += 1
                return False
            self._items.append(item)
            self._ready.notify()
            return True

    def clear(self) -> None:
        """Forget what waits, counted."""
        with self._ready:
            self.dropped += len(self._items)
            self._items.clear()

    def get(self, timeout_s: float | None = None) -> T | None:
        """The next item; None when closed, or after `timeout_s`."""
        with self._ready:
            if not self._items and not self._closed:
                self._ready.wait(timeout_s)
            return self._items.popleft() if self._items else None

    def take_all(self) -> list[T]:
        """Everything that waits, without waiting."""
        with self._ready:
            items = list(self._items)
            self._items.clear()
            return items

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        """Wake the reader for the last time."""
        with self._ready:
            self._closed = True
            self._ready.notify_all()
