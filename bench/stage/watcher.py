"""Somebody who watches, in a process of its own. In: `whep` or `rtmp URL`. Out: JSON, when each counted picture came.

`whep` says `{"offer": …}` and reads `{"answer": …}`; at the end of input both say `{"seen": [[mono_s, n], …]}`.
The WHEP side completes a frame at its marker bit, as browsers do; the time is taken before decoding.
"""

import asyncio
import json
import sys
import threading
import time

import av
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription

from broadcaster.studio.frames import EncodedFrame
from broadcaster.studio.ingest import ice, receiver
from broadcaster.studio.ingest.port import Ports
from broadcaster.studio.ingest.rate import RateAdvice
from broadcaster.studio.ingest.stream import VideoStream
from broadcaster.studio.ingest.timing import CameraClock
from tests.broadcaster.studio import counter

Arrived = list[tuple[float, bytes]]
_TRIES = 10


def say(**fields: object) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def numbered(arrived: Arrived) -> list[tuple[float, int]]:
    """Decode afterwards, so that decoding delays nothing."""
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    found = []
    for at, data in arrived:
        try:
            frames = decoder.decode(av.Packet(data))
        except av.FFmpegError:
            continue  # before the first key frame
        for frame in frames:
            number = counter.read(frame.to_ndarray(format="gray"))
            if number is not None:
                found.append((at, number))
    return found


async def whep() -> Arrived:
    ice.install(ice.Network(Ports()))
    arrived: Arrived = []
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    clock = CameraClock()
    clock.expect("video")
    inlet = receiver.Inlet(clock, RateAdvice(10_000_000))

    def frame(made: EncodedFrame) -> None:
        arrived.append((made.arrival_ns / 1e9, made.data))

    transceiver = peer.addTransceiver("video", direction="recvonly")
    codecs = RTCRtpReceiver.getCapabilities("video").codecs
    transceiver.setCodecPreferences([codec for codec in codecs if codec.name in {"H264", "rtx"}])
    receiver.put_in_place(transceiver, lambda _: VideoStream("h264", clock, frame, 1), inlet)
    await peer.setLocalDescription()
    say(offer=peer.localDescription.sdp)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    answer = json.loads(await lines.readline())["answer"]
    await peer.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))
    ending = asyncio.ensure_future(lines.readline())
    while not ending.done():
        inlet.tick(time.monotonic_ns())
        await asyncio.sleep(0.05)
    await peer.close()
    return arrived


def rtmp(url: str) -> Arrived:
    arrived: Arrived = []
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    with _with_video(url) as source:
        annexb = av.BitStreamFilterContext("h264_mp4toannexb", source.streams.video[0])
        say(open=True)
        for packet in source.demux(source.streams.video[0]):
            now = time.monotonic()
            arrived += [(now, bytes(each)) for each in annexb.filter(packet)]
            if ended.is_set():
                break
    return arrived


def _with_video(url: str) -> av.container.InputContainer:
    """Who joins between two keyframes may be told of sound only: then join again."""
    for _ in range(_TRIES):
        source = av.open(url, options={"fflags": "nobuffer", "analyzeduration": "3000000"})
        if source.streams.video:
            return source
        source.close()
        time.sleep(0.5)
    raise EOFError("the server tells of no video")


if __name__ == "__main__":
    say(seen=numbered(asyncio.run(whep()) if sys.argv[1] == "whep" else rtmp(sys.argv[2])))
