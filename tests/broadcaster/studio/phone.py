"""A test's phone: a real aiortc client in a process of its own, sending a clip in real time.

In: JSON lines on stdin: `{"clip": path, "lose": [..]}` first, then `{"answer": sdp}`, `{"pause": bool}`. End of input ends
it. Out: JSON lines: `{"offer": sdp}`, `{"state": …}`, `{"began": monotonic seconds of frame 0}`, `{"plis": n}`.
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
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack

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


async def main() -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    orders = json.loads(await reader.readline())
    clip = msgspec.msgpack.decode(Path(orders["clip"]).read_bytes(), type=Clip)
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    video = Sent("video", clip.video, Fraction(1, clip.fps), 90_000)
    audio = Sent("audio", clip.audio, Fraction(960, 48_000), 48_000)
    plis = itertools.count(1)
    # A clock that runs slow by so many parts per million stamps what takes longer as if it took its time.
    video.slow = audio.slow = 1 + orders.get("ppm", 0) / 1e6
    tracks = [video, audio] if orders.get("audio", True) else [video]
    for track in tracks:
        transceiver = peer.addTransceiver(track, direction="sendonly")
        if track is video:
            name = "H264" if clip.codec == "h264" else "VP8"
            codecs = RTCRtpSender.getCapabilities("video").codecs
            transceiver.setCodecPreferences([c for c in codecs if c.name in {name, "rtx"}])
            transceiver.sender._send_keyframe = lambda: say(plis=next(plis))

    @peer.on("connectionstatechange")
    def changed() -> None:
        say(state=peer.connectionState)
        if peer.connectionState == "connected" and not video.began:
            began = time.monotonic() + 0.05
            video.began = audio.began = began
            say(began=began)

    await peer.setLocalDescription()
    say(offer=peer.localDescription.sdp)
    while line := await reader.readline():
        order = json.loads(line)
        if "answer" in order:
            await peer.setRemoteDescription(RTCSessionDescription(sdp=order["answer"], type="answer"))
            if orders.get("lose"):
                lossy(peer, orders["lose"])
        if "pause" in order:
            video.paused = audio.paused = order["pause"]
    if orders.get("vanish"):
        return
    await peer.close()


if __name__ == "__main__":
    asyncio.run(main())
