"""The feeder's side of a fed child. In: framed messages. Out: the same on the child's stdin, never waiting for it.

A child that reads too slowly loses its own frames: what waits for it is bounded in bytes, and once the bound is
passed everything is dropped up to the next keyframe. The loss is counted and nobody else notices.
"""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Sequence

import msgspec

from broadcaster import feed
from runtime.children import Child
from runtime.log import get

_log = get("feeding")
_STDERR_LINES = 20


class Fed:
    """One running child and what waits for it."""

    def __init__(self, child: Child, most_bytes: int) -> None:
        self.child = child
        self.dropped = 0
        self._most_bytes = most_bytes
        self._wants_key = True
        self._batch: list[bytes] = []
        self._batch_bytes = 0

    @classmethod
    async def start(
        cls,
        name: str,
        argv: Sequence[str],
        first: feed.AnyMessage,
        most_bytes: int,
        *,
        death_signal: int = signal.SIGKILL,
    ) -> "Fed":
        """Start `argv` and tell it what it is for. The child outlives a dead feeder only by `death_signal`'s leave."""
        child = await Child.start(name, argv, stdin="pipe", stdout="pipe", stderr="inherit", death_signal=death_signal)
        fed = cls(child, most_bytes)
        fed._write(feed.encode(first))
        return fed

    @property
    def waiting_bytes(self) -> int:
        """What the child has not yet taken from us; its pipe holds some more."""
        return self.child.stdin.transport.get_write_buffer_size() + self._batch_bytes

    def put(self, framed: bytes, *, video_key: bool) -> bool:
        """Hand over one framed `Frame` with the next `flush`; False when it was dropped."""
        if self.child.returncode is not None:
            return False
        if self._wants_key and not video_key:
            self.dropped += 1
            return False
        if self.waiting_bytes > self._most_bytes:
            self._wants_key = True
            self.dropped += 1
            return False
        self._wants_key = False
        self._batch.append(framed)
        self._batch_bytes += len(framed)
        return True

    @property
    def batch(self) -> int:
        """Frames that wait for `flush`."""
        return len(self._batch)

    def flush(self) -> None:
        """Write what was put, at once: the kernel is asked once for many frames."""
        if self._batch:
            data = b"".join(self._batch)
            self._batch.clear()
            self._batch_bytes = 0
            self._write(data)

    def tell(self, message: feed.AnyMessage) -> None:
        """Something that is no frame and is never dropped, after what was put."""
        self.flush()
        self._write(feed.encode(message))

    async def reports(self) -> AsyncIterator[dict[str, object]]:
        """The child's JSON lines, until it ends."""
        while True:
            try:
                line = await self.child.stdout.readline()
            except ValueError:  # longer than the reader's limit
                continue
            if not line:
                return
            with contextlib.suppress(msgspec.MsgspecError):
                told = msgspec.json.decode(line)
                if isinstance(told, dict):
                    yield told

    async def finish(self, *, meant: bool, grace_s: float) -> None:
        """Let the child finish: end its input, wait, and end it when it takes longer than `grace_s`."""
        if self.child.returncode is None:
            self.flush()
            if meant:
                self.tell(feed.End())
            with contextlib.suppress(OSError):
                self.child.stdin.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(grace_s):
                    await self.child.wait()
        await self.kill()

    async def kill(self) -> None:
        """End the child now."""
        if self.child.returncode is None:
            self.child.signal(signal.SIGKILL)
        await self.child.wait()
        with contextlib.suppress(OSError):
            self.child.stdin.close()

    def _write(self, data: bytes) -> None:
        if not self.child.stdin.is_closing():
            self.child.stdin.write(data)
