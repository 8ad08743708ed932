"""WHEP offers become monitors. In: `OfferMonitor`. Out: `Answered`, and the source's own packets to the viewer.

`program` is the encoder's packets with Opus; a camera's name is that camera's packets as the phone sent them, in its
codec. Refused: `not_live` when the camera sends nothing, `full`, and what the offer itself earns.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.exceptions import InternalError, InvalidAccessError, OperationError
from aiortc.rtcrtpparameters import RTCRtpCodecCapability

from broadcaster.packets import Packet
from broadcaster.studio.frames import EncodedFrame
from broadcaster.studio.ingest import sdp, seams
from broadcaster.studio.ingest.camera import Camera, Cameras
from broadcaster.studio.monitors.tracks import PacketTrack
from broadcaster.studio.peers import Session, Sessions, guarded, new_peer
from episodes.commands import Answered, OfferMonitor
from runtime.bus.protocol import Refused

PROGRAM = "program"
_PATIENCE_S = 8.0
"""A page that has gone costs bandwidth; it comes back by itself."""


@dataclass(eq=False, slots=True)
class Viewer:
    """One monitor's tracks; a source without sound leaves `audio` silent."""

    source: str
    video: PacketTrack | None
    audio: PacketTrack | None
    leave: Callable[[], None] = field(default=lambda: None)


class Monitors:
    """Answers `studio.whep` and fans packets out."""

    def __init__(
        self,
        cameras: Cameras,
        sessions: Sessions,
        most: int,
        wish_key: Callable[[], None],
        listen: Callable[[bool], None],
    ) -> None:
        self._cameras, self._sessions, self._most = cameras, sessions, most
        self._wish_key, self._listen = wish_key, listen
        self._programme: list[Viewer] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    async def offer(self, message: OfferMonitor) -> Answered:
        """A staff page wants to see `source`. Raises Refused."""
        offer = sdp.monitor_offer(message.sdp)
        camera = None if message.source == PROGRAM else self._live_camera(message.source)
        if self._count >= self._most:
            raise Refused("full", "as many monitors as settings.studio.max_monitors")
        peer = new_peer()
        viewer = Viewer(
            message.source,
            PacketTrack("video", message.source) if offer.video else None,
            PacketTrack("audio", message.source) if offer.audio else None,
        )
        self._count += 1
        try:
            answer = await guarded(peer, lambda: self._negotiate(peer, viewer, offer, camera))
        except BaseException:
            self._count -= 1
            raise
        self._join(viewer, camera)
        session = Session(
            peer, offer.ufrag, f"monitor {message.source}", lambda: self._ended(viewer), patience_s=_PATIENCE_S
        )
        self._sessions.add(session)
        return Answered(session_id=session.session_id, sdp=answer, etag=session.etag)

    def video(self, packet: Packet) -> None:
        """A programme video packet."""
        for viewer in self._programme:
            if viewer.video is not None:
                viewer.video.put(packet.data, packet.mono_ns, key=packet.key)
                if viewer.video.wants_key:
                    self._wish_key()

    def opus(self, data: bytes, mono_ns: int) -> None:
        """20 ms of the programme's sound."""
        for viewer in self._programme:
            if viewer.audio is not None:
                viewer.audio.put(data, mono_ns, key=True)

    def _live_camera(self, name: str) -> Camera:
        camera = self._cameras.get(name)
        if camera is None or not camera.connected or not camera.codec:
            raise Refused("not_live", name)
        return camera

    async def _negotiate(self, peer: RTCPeerConnection, viewer: Viewer, offer: sdp.Offer, camera: Camera | None) -> str:
        for track in filter(None, (viewer.video, viewer.audio)):
            transceiver = peer.addTransceiver(track, direction="sendonly")
            transceiver.setCodecPreferences(_codecs(track.kind, camera.codec if camera else "h264"))
            if track is viewer.video:
                seams.on_key_wish(transceiver.sender, camera.ask_key if camera else self._wish_key)
        try:
            await peer.setRemoteDescription(RTCSessionDescription(sdp=offer.text, type="offer"))
        except OperationError as error:
            raise Refused("unsupported", str(error)) from error
        except (InternalError, InvalidAccessError, ValueError, KeyError, AssertionError) as error:
            raise Refused("bad_sdp", str(error)) from error
        await peer.setLocalDescription()
        return peer.localDescription.sdp

    def _join(self, viewer: Viewer, camera: Camera | None) -> None:
        if camera is None:
            self._programme.append(viewer)
            self._listen(True)
            self._wish_key()
        else:
            viewer.leave = camera.tap(lambda frame: _pass_on(viewer, frame))
            camera.ask_key()

    def _ended(self, viewer: Viewer) -> None:
        self._count -= 1
        viewer.leave()
        for track in filter(None, (viewer.video, viewer.audio)):
            track.stop()
        if viewer in self._programme:
            self._programme.remove(viewer)
            self._listen(bool(self._programme))


def _pass_on(viewer: Viewer, frame: EncodedFrame) -> None:
    track = viewer.video if frame.kind == "video" else viewer.audio
    if track is not None:
        track.put(frame.data, frame.mono_ns, key=frame.key)


def _codecs(kind: str, codec: str) -> list[RTCRtpCodecCapability]:
    known = RTCRtpSender.getCapabilities(kind)
    assert known is not None  # noqa: S101 - both kinds are known
    wanted = {"opus"} if kind == "audio" else {"H264" if codec == "h264" else "VP8", "rtx"}
    return [capability for capability in known.codecs if capability.name in wanted]
