"""A test's phone: a real aiortc client in a process of its own, sending a clip in real time.

In: JSON lines on stdin: `{"clip": path, "lose": [..]}` or `{"live": true}` (encodes by itself and sends what it is asked to)
first, then `{"answer": sdp}`, `{"pause": bool}`. End of input ends
it. Out: JSON lines: `{"offer": sdp}`, `{"state": …}`, `{"began": monotonic seconds of frame 0}`, `{"plis": n}`,
`{"asked": bits a second}`.
"""

import asyncio
import itertools
import json
import sys
import time
from fractions import Fraction
from pathlib import Path

import av
import msgspec
import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack, VideoStreamTrack

from tests.broadcaster.studio.clips import Clip


def say(**fields: object) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


class Sent(MediaStreamTrack):
    def __init__(self, kind: str, packets: list[bytes], every: Fraction, rate: int) -> None:
        super().__init__()
        self.kind, self.packets, self.every, self.rate = kind, packets, every, rate
        self.began = 0.0
        self.slow = 1.0
        self.paused = False
        self.number = 0

    async def recv(self) -> av.Packet:
        while True:
            number, self.number = self.number, self.number + 1
            await asyncio.sleep(max(0.0, self.began + float(number * self.every) * self.slow - time.monotonic()))
            if not self.paused:
                break
        packet = av.Packet(self.packets[number % len(self.packets)])
        packet.pts, packet.time_base = int(number * self.every * self.rate), Fraction(1, self.rate)
        return packet


class Live(VideoStreamTrack):
    """A patch of noise, so that the encoder fills whatever rate it is asked for and key frames stay small."""

    def __init__(self) -> None:
        super().__init__()
        chance = np.random.default_rng(1)
        self.frames = [np.full((540, 640), 128, np.uint8) for _ in range(8)]
        for frame in self.frames:
            frame[:90, :160] = chance.integers(0, 255, (90, 160), np.uint8)
        self.number = 0
        self.began = 0.0
        self.paused = False

    async def recv(self) -> av.VideoFrame:
        pts, base = await self.next_timestamp()
        self.number += 1
        frame = av.VideoFrame.from_ndarray(self.frames[self.number % 8], format="yuv420p")
        frame.pts, frame.time_base = pts, base
        return frame


async def tell_rate(sender: RTCRtpSender) -> None:
    before = 0
    while True:
        await asyncio.sleep(0.25)
        asked = getattr(sender._RTCRtpSender__encoder, "target_bitrate", 0)
        if asked != before:
            before = asked
            say(asked=asked)


def lossy(peer: RTCPeerConnection, pattern: list[bool]) -> None:
    """Lose outgoing packets by a repeating list of booleans (True is lost)."""
    for sender in peer.getSenders():
        connection = sender.transport.transport._connection
        if getattr(connection, "lossy", False):
            continue
        connection.lossy = True
        turn, send = itertools.cycle(pattern), sender.transport.transport._send

        async def maybe(data: bytes, *, turn=turn, send=send) -> None:
            if not (127 < data[0] < 192 and next(turn)):
                await send(data)

        sender.transport.transport._send = maybe


def tracks_of(orders: dict) -> tuple[str, list[MediaStreamTrack]]:
    """The picture's codec; picture and perhaps sound."""
    if orders.get("live"):
        return "H264", [Live()]
    clip = msgspec.msgpack.decode(Path(orders["clip"]).read_bytes(), type=Clip)
    made = [Sent("video", clip.video, Fraction(1, clip.fps), 90_000)]
    if orders.get("audio", True):
        made.append(Sent("audio", clip.audio, Fraction(960, 48_000), 48_000))
    for track in made:
        # A clock that runs slow by so many parts per million stamps what takes longer as if it took its time.
        track.slow = 1 + orders.get("ppm", 0) / 1e6
    return "H264" if clip.codec == "h264" else "VP8", made


def offered(peer: RTCPeerConnection, orders: dict) -> tuple[list[MediaStreamTrack], asyncio.Task | None]:
    """Tracks on their way; the task that tells what an encoding camera is asked for."""
    codec, tracks = tracks_of(orders)
    plis, telling = itertools.count(1), None
    for track in tracks:
        transceiver = peer.addTransceiver(track, direction="sendonly")
        if track.kind == "video":
            codecs = RTCRtpSender.getCapabilities("video").codecs
            transceiver.setCodecPreferences([c for c in codecs if c.name in {codec, "rtx"}])
            if orders.get("live"):
                telling = asyncio.ensure_future(tell_rate(transceiver.sender))
            else:
                transceiver.sender._send_keyframe = lambda: say(plis=next(plis))
    return tracks, telling


async def obey(peer: RTCPeerConnection, orders: dict, order: dict, tracks: list[MediaStreamTrack]) -> None:
    if "answer" in order:
        await peer.setRemoteDescription(RTCSessionDescription(sdp=order["answer"], type="answer"))
        if orders.get("lose"):
            lossy(peer, orders["lose"])
    if "pause" in order:
        for track in tracks:
            track.paused = order["pause"]


async def main() -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    orders = json.loads(await reader.readline())
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    tracks, telling = offered(peer, orders)

    @peer.on("connectionstatechange")
    def changed() -> None:
        say(state=peer.connectionState)
        if peer.connectionState == "connected" and not tracks[0].began:
            began = time.monotonic() + 0.05
            for track in tracks:
                track.began = began
            say(began=began)

    await peer.setLocalDescription()
    say(offer=peer.localDescription.sdp)
    while line := await reader.readline():
        await obey(peer, orders, json.loads(line), tracks)
    if telling:
        telling.cancel()
    if orders.get("vanish"):
        return
    await peer.close()


if __name__ == "__main__":
    asyncio.run(main())
