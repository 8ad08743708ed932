"""A test's monitor: a real aiortc client that receives."""

import asyncio
import contextlib

from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from episodes.commands import Answered, Done, EndSession, OfferMonitor
from runtime.bus.protocol import Bus, Refused
from tests.broadcaster.studio import counter


class Viewer:
    def __init__(self) -> None:
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.numbers: list[int | None] = []
        self.sounds = 0
        self.session = ""
        self._tasks: list[asyncio.Task[None]] = []

    async def offer(self) -> str:
        for kind in ("video", "audio"):
            transceiver = self.peer.addTransceiver(kind, direction="recvonly")
            if kind == "video":
                codecs = RTCRtpReceiver.getCapabilities("video").codecs
                transceiver.setCodecPreferences([c for c in codecs if c.name != "VP8"])
        self.peer.on("track", lambda track: self._tasks.append(asyncio.ensure_future(self._read(track))))
        await self.peer.setLocalDescription()
        return self.peer.localDescription.sdp

    async def watch(self, bus: Bus, source: str) -> Answered:
        answered = await bus.request("studio.whep", OfferMonitor(source=source, sdp=await self.offer()), Answered)
        self.session = answered.session_id
        await self.peer.setRemoteDescription(RTCSessionDescription(sdp=answered.sdp, type="answer"))
        return answered

    async def _read(self, track) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                if track.kind == "video":
                    self.numbers.append(counter.read(frame.to_ndarray(format="gray")))
                else:
                    self.sounds += 1

    async def leave(self, bus: Bus) -> None:
        # On a machine that stood still for seconds the studio may have let go first.
        with contextlib.suppress(Refused):
            await bus.request("studio.end", EndSession(session_id=self.session), Done)
        await self.close()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.peer.close()
