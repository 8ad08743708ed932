"""Packets out, to playout. In: the programme's packets, on the event loop. Out: the same on playout's socket.

Reconnects for ever. While playout is away, or fifteen seconds behind, packets are dropped up to the next
key frame and counted; the programme itself never waits.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

from broadcaster import packets
from broadcaster.packets import Packet, StreamStart
from runtime.channel import Channel, ChannelClosed, ChannelFull, Policy
from runtime.log import get
from runtime.unix import connect

# Some fifteen seconds of programme and a rendition, 10 MB: playout may stand still so long, and the master is whole.
_BOUND = 1800
_AGAIN_S = 0.25
_WRITE_MOST = 1 << 20
_log = get("studio.outlet")


class Outlet:
    """The only way to the public."""

    def __init__(self, socket: Path, start: StreamStart, wish_key: Callable[[], None]) -> None:
        self._socket, self._start, self._wish_key = socket, start, wish_key
        self._channel: Channel[Packet] | None = None
        self._flowing: set[str] = set()
        """Renditions that have had a key frame since the last break."""
        self.dropped = 0

    @property
    def connected(self) -> bool:
        """Whether playout takes packets now."""
        return self._channel is not None

    def put(self, packet: Packet) -> None:
        """Hand on one packet, or drop it."""
        if self._channel is None:
            self.dropped += 1
            return
        if packet.rendition not in self._flowing:
            if packet.kind == "audio" or not packet.key:
                self.dropped += 1
                return
            self._flowing.add(packet.rendition)
        try:
            self._channel.put_nowait(packet)
        except (ChannelFull, ChannelClosed):
            self.dropped += 1
            self._flowing.clear()

    async def run(self) -> None:
        """Connect, feed, and again."""
        while True:
            try:
                _, writer = await connect(self._socket)
            except OSError:
                await asyncio.sleep(_AGAIN_S)
                continue
            _log.info("playout connected")
            try:
                await self._feed(writer)
            except (OSError, ChannelClosed) as error:
                _log.warning("playout gone", error=repr(error))
            finally:
                self._channel = None
                writer.close()
            await asyncio.sleep(_AGAIN_S)

    async def _feed(self, writer: asyncio.StreamWriter) -> None:
        writer.transport.set_write_buffer_limits(high=_WRITE_MOST)
        writer.write(packets.encode(self._start))
        channel: Channel[Packet] = Channel(_BOUND, Policy.REFUSE, "packets to playout")
        self._flowing.clear()
        self._channel = channel
        self._wish_key()
        try:
            async for packet in channel:
                writer.write(packets.encode(packet))
                await writer.drain()
        finally:
            channel.close()
