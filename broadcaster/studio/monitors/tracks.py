"""Packets for one viewer. In: a source's packets, on the event loop. Out: an aiortc track that hands them on.

A slow viewer loses its own frames up to the next key frame, counted, and harms nobody.
"""

from fractions import Fraction
from typing import Any, Literal

import av
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from runtime.channel import Channel, ChannelClosed, ChannelFull, Policy

_VIDEO_BOUND, _AUDIO_BOUND = 90, 50
_TICKS = {"video": 90_000, "audio": 48_000}


class PacketTrack(MediaStreamTrack):
    """What `RTCRtpSender` reads; `Packet`s are only packetised, never encoded."""

    def __init__(self, kind: Literal["video", "audio"], name: str) -> None:
        super().__init__()
        self.kind = kind
        bound, policy = (_VIDEO_BOUND, Policy.REFUSE) if kind == "video" else (_AUDIO_BOUND, Policy.DROP_OLDEST)
        self._channel: Channel[av.Packet[Any]] = Channel(bound, policy, f"monitor {name} {kind}")
        self._base = Fraction(1, _TICKS[kind])
        self._first_ns = 0
        self._last = -1
        self._wants_key = kind == "video"

    def put(self, data: bytes, mono_ns: int, *, key: bool) -> None:
        """One access unit or one Opus packet, shared with other viewers."""
        if self._channel.closed or (self._wants_key and not key):
            return
        self._first_ns = self._first_ns or mono_ns
        packet = av.Packet(data)
        packet.time_base = self._base
        # RTP time must grow, even when a phone's clock is corrected under us.
        packet.pts = self._last = max(self._last + 1, (mono_ns - self._first_ns) * _TICKS[self.kind] // 1_000_000_000)
        try:
            self._channel.put_nowait(packet)
            self._wants_key = False
        except ChannelFull:
            self._wants_key = self.kind == "video"

    @property
    def wants_key(self) -> bool:
        """Nothing is sent before the next key frame."""
        return self._wants_key

    async def recv(self) -> "av.Packet[Any]":
        try:
            return await self._channel.get()
        except ChannelClosed:
            raise MediaStreamError from None

    def stop(self) -> None:
        self._channel.close()
        super().stop()
