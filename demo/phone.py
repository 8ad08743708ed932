"""A phone of the demo crew: a real WebRTC client in a process of its own.

In: one JSON line on standard input, `{"base_url", "camera", "token", "scene", "clips"}` (the token never stands in
argv). Out: camera and microphone by WHIP until the end of standard input; it publishes anew whenever the session ends.
Run as `python -m demo.phone`.
"""

import asyncio
import contextlib
import os
import sys
import time
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote

import av
import httpx
import msgspec
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from av.stream import Stream

from demo.clips import AUDIO_FRAME, FPS, Clip, clip
from demo.sounds import RATE

_RETRY_S = 0.5
_SAY_S, _THINK_S = 5.0, 1.5
_VIDEO_RATE = 90_000


class Errand(msgspec.Struct, frozen=True):
    """What this phone is for."""

    base_url: str
    camera: str
    token: str
    scene: str
    clips: str


class LoopTrack(MediaStreamTrack):
    """Encoded packets in a loop, in real time from `began` (monotonic seconds, common to picture and sound)."""

    def __init__(self, kind: str, packets: list[bytes], every: Fraction, rate: int, began: float) -> None:
        super().__init__()
        self.kind = kind
        self._packets = packets
        self._every = every
        self._time_base = Fraction(1, rate)
        self._ticks = int(every * rate)
        self._began = began
        self._number = 0

    async def recv(self) -> "av.Packet[Stream]":
        number, self._number = self._number, self._number + 1
        await asyncio.sleep(max(0.0, self._began + float(number * self._every) - time.monotonic()))
        data = self._packets[number % len(self._packets)]
        packet: av.Packet[Stream] = av.Packet(len(data))
        packet.update(data)
        packet.pts = packet.dts = number * self._ticks
        packet.time_base = self._time_base
        return packet


def _tracks(made: Clip) -> tuple[LoopTrack, LoopTrack]:
    began = time.monotonic()
    seconds = len(made.video) // FPS
    audio = made.audio[: seconds * RATE // AUDIO_FRAME]
    return (
        LoopTrack("video", made.video, Fraction(1, FPS), _VIDEO_RATE, began),
        LoopTrack("audio", audio, Fraction(AUDIO_FRAME, RATE), RATE, began),
    )


async def publish(errand: Errand, made: Clip, http: httpx.AsyncClient) -> None:
    """One WHIP session, until it ends. Raises httpx.HTTPError when the desk refuses or is away."""
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    ended = asyncio.Event()

    @peer.on("connectionstatechange")
    def _on_change() -> None:
        if peer.connectionState in ("failed", "closed"):
            ended.set()

    try:
        for track in _tracks(made):
            transceiver = peer.addTransceiver(track, direction="sendonly")
            if track.kind == "video":
                codecs = RTCRtpSender.getCapabilities("video").codecs
                transceiver.setCodecPreferences([c for c in codecs if c.mimeType == "video/H264"])
        await peer.setLocalDescription(await peer.createOffer())
        answer = await http.post(
            f"{errand.base_url}/whip/{quote(errand.camera)}",
            content=peer.localDescription.sdp,
            headers={"Content-Type": "application/sdp", "Authorization": f"Bearer {errand.token}"},
        )
        answer.raise_for_status()
        await peer.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        await ended.wait()
    finally:
        await peer.close()


async def stand(errand: Errand, http: httpx.AsyncClient) -> None:
    """Say how the phone is and tap the director's words away, as the crew's page does."""
    began, place = time.monotonic(), f"{errand.base_url}/api/v1/camera"
    http.headers["Authorization"] = f"Bearer {errand.token}"
    while True:
        with contextlib.suppress(httpx.HTTPError):
            left = max(31, round(96 - (time.monotonic() - began) / 30))
            word = {"battery_percent": left, "network": "wifi", "rtt_ms": 24, "kbps": 1200}
            await http.post(f"{place}/state", json=word)
            prompt = (await http.get(place)).json().get("prompt")
            if prompt:
                await asyncio.sleep(_THINK_S)
                await http.post(f"{place}/heard", json={"prompt_id": prompt["prompt_id"]})
        await asyncio.sleep(_SAY_S)


async def run(errand: Errand) -> None:
    """Publish for ever; every end is followed by another try."""
    made = clip(errand.scene, Path(errand.clips))
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                await publish(errand, made, http)
            await asyncio.sleep(_RETRY_S)


async def _standing(errand: Errand) -> None:
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
        await stand(errand, http)


async def _until_told(errand: Errand) -> None:
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    # The parent holds the other end of standard input; its end is ours.
    loop.add_reader(sys.stdin.fileno(), lambda: None if os.read(sys.stdin.fileno(), 64) else over.set_result(None))
    async with asyncio.TaskGroup() as tasks:
        show = tasks.create_task(run(errand), name=f"phone {errand.camera}")
        standing = tasks.create_task(_standing(errand), name=f"phone {errand.camera}'s standing")
        await over
        loop.remove_reader(sys.stdin.fileno())
        show.cancel()
        standing.cancel()


def main() -> None:
    """Read the errand, publish."""
    import aioice.ice  # noqa: PLC0415 - only to notice a vanished desk in seconds, not half a minute

    aioice.ice.CONSENT_FAILURES, aioice.ice.CONSENT_INTERVAL = 2, 1
    errand = msgspec.json.decode(sys.stdin.buffer.readline(), type=Errand)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_until_told(errand))


if __name__ == "__main__":
    main()
