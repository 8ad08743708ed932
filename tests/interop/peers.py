"""A WebRTC client that is not ours (aiortc), for the suites. In: how many pictures and sounds. Out: offers, sessions."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator

from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack


async def camera(videos: int = 1, audios: int = 1) -> RTCPeerConnection:
    """A peer that sends, its offer gathered."""
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    for _ in range(audios):
        peer.addTransceiver(AudioStreamTrack(), direction="sendonly")
    for _ in range(videos):
        transceiver = peer.addTransceiver(VideoStreamTrack(), direction="sendonly")
        codecs = RTCRtpSender.getCapabilities("video").codecs
        transceiver.setCodecPreferences([each for each in codecs if each.name in {"H264", "rtx"}])
    await peer.setLocalDescription()
    return peer


async def screen(videos: int = 1, audios: int = 1) -> RTCPeerConnection:
    """A peer that receives."""
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    for kind, count in (("audio", audios), ("video", videos)):
        for _ in range(count):
            peer.addTransceiver(kind, direction="recvonly")
    await peer.setLocalDescription()
    return peer


async def offer_of(making) -> str:
    """Only the text: the peer is closed again."""
    peer = await making
    text = peer.localDescription.sdp
    await peer.close()
    return text


@contextlib.asynccontextmanager
async def connected(peer: RTCPeerConnection, answer: str, within_s: float = 20) -> AsyncIterator[RTCPeerConnection]:
    """The session up, then closed."""
    try:
        await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        async with asyncio.timeout(within_s):
            while peer.connectionState != "connected":
                assert peer.connectionState != "failed"
                await asyncio.sleep(0.05)
        yield peer
    finally:
        await peer.close()


def checks_from_there(peer: RTCPeerConnection) -> list[float]:
    """Times of the server's STUN requests from now on: consent freshness is made of these."""
    connection = peer.getTransceivers()[0].receiver.transport.transport._connection
    heard, before = [], connection.request_received

    def noted(*args: object) -> None:
        heard.append(asyncio.get_running_loop().time())
        before(*args)

    connection.request_received = noted
    return heard


def sections(sdp: str) -> list[str]:
    """The media sections."""
    return re.split(r"(?m)^(?=m=)", sdp)[1:]


def credentials(sdp: str) -> tuple[str, str]:
    """User name and password of the first section."""
    ufrag, pwd = re.search(r"a=ice-ufrag:(\S+)", sdp), re.search(r"a=ice-pwd:(\S+)", sdp)
    assert ufrag
    assert pwd
    return ufrag[1], pwd[1]
