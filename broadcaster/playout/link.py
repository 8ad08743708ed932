"""The studio's packets. In: connections on the packets' socket. Out: packets, from one studio at a time.

A new connection replaces the old one: the newest studio is the one that lives.
"""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from broadcaster import packets
from broadcaster.packets import Packet, StreamStart
from runtime.log import get
from runtime.unix import serve

_log = get("link")
_LIMIT = 4 * 1024 * 1024


class StudioLink:
    """`run` listens until cancelled; both callbacks run on the loop and must not wait."""

    def __init__(self, path: Path, started: Callable[[StreamStart], None], packet: Callable[[Packet], None]) -> None:
        self._path = path
        self._started = started
        self._packet = packet
        self._current: asyncio.StreamWriter | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        return self._current is not None

    async def run(self) -> None:
        """Listen until cancelled."""
        server = await serve(self._path, self._serve, limit=_LIMIT)
        try:
            async with server:
                await server.serve_forever()
        finally:
            if self._current:
                self._current.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            start = await packets.read(reader)
            if not isinstance(start, StreamStart):
                raise packets.BrokenStream("no StreamStart")  # noqa: TRY301 - one place says what was wrong
            if self._current:
                _log.info("a new studio replaces the old one", epoch=start.epoch)
                self._current.close()
            self._current = writer
            _log.info("studio connected", epoch=start.epoch, width=start.width, height=start.height)
            self._started(start)
            await self._read(reader, writer)
        except (packets.BrokenStream, OSError) as error:
            _log.warning("the studio's stream ended", why=str(error))
        finally:
            if self._current is writer:
                self._current = None
                _log.info("studio gone")
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while self._current is writer:
            item = await packets.read(reader)
            if item is None:
                return
            if isinstance(item, Packet) and self._current is writer:
                self._packet(item)
