"""WHIP offers become camera sessions. In: `OfferCamera`. Out: `Answered`, and frames to the camera from then on."""

import asyncio
import time

from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from aiortc.exceptions import InternalError, InvalidAccessError, OperationError
from aiortc.rtcrtpparameters import RTCRtpCodecCapability, RTCRtpReceiveParameters

from broadcaster.studio.frames import Codec
from broadcaster.studio.ingest import receiver, sdp
from broadcaster.studio.ingest.camera import Camera, Cameras, Link
from broadcaster.studio.ingest.rate import RateAdvice
from broadcaster.studio.ingest.rtp import NO_LEVEL
from broadcaster.studio.ingest.stream import AudioStream, VideoStream
from broadcaster.studio.ingest.timing import CameraClock
from broadcaster.studio.peers import Session, Sessions, guarded, new_peer
from episodes.commands import Answered, OfferCamera
from runtime.bus.protocol import Refused
from runtime.log import get

_TICK_S = 0.05
_log = get("studio.whip")


def _preferred(kind: str) -> list[RTCRtpCodecCapability]:
    """H.264 first: decoding it costs half of VP8."""
    codecs = RTCRtpReceiver.getCapabilities(kind)
    assert codecs is not None  # noqa: S101 - both kinds are known
    if kind == "audio":
        return [codec for codec in codecs.codecs if codec.name == "opus"]
    order = {"H264": 0, "VP8": 1, "rtx": 2}
    return sorted(codecs.codecs, key=lambda codec: order[codec.name])


class CameraPeer:
    """One phone's peer connection on its way to becoming a session."""

    def __init__(self, camera: Camera, device_id: str, most_kbps: int) -> None:
        self.peer: RTCPeerConnection = new_peer()
        self.camera = camera
        self._most_kbps = most_kbps
        self._audio: AudioStream | None = None
        self._clock = CameraClock()
        self.inlet = receiver.Inlet(self._clock, RateAdvice(most_kbps * 1000))
        self.link = Link(device_id, self.inlet.ask_key, self._level, lambda: self.inlet.silent_ns)
        self._session = 0

    async def answer(self, offer: sdp.Offer) -> str:
        """Negotiate. Raises Refused."""
        self.link.has_sound = offer.audio
        for kind in ("video", "audio") if offer.audio else ("video",):
            self._clock.expect(kind)
            transceiver = self.peer.addTransceiver(kind, direction="recvonly")
            transceiver.setCodecPreferences(_preferred(kind))
            receiver.put_in_place(transceiver, self._video_for if kind == "video" else self._audio_for, self.inlet)
        try:
            await self.peer.setRemoteDescription(RTCSessionDescription(sdp=offer.text, type="offer"))
        except OperationError as error:
            raise Refused("unsupported", str(error)) from error
        except (InternalError, InvalidAccessError, ValueError, KeyError, AssertionError) as error:
            raise Refused("bad_sdp", str(error)) from error
        await self.peer.setLocalDescription()
        return sdp.with_rate_hints(self.peer.localDescription.sdp, self._most_kbps)

    def begin(self) -> None:
        """From now on this phone is the camera."""
        self._session = self.camera.plug(self.link)

    def _video_for(self, parameters: RTCRtpReceiveParameters) -> VideoStream:
        codec: Codec = "h264" if parameters.codecs[0].name == "H264" else "vp8"
        return VideoStream(codec, self._clock, self.camera.frame, self._session)

    def _audio_for(self, _parameters: RTCRtpReceiveParameters) -> AudioStream:
        self._audio = AudioStream(self._clock, self.camera.frame, self._session)
        return self._audio

    def _level(self) -> int:
        return self._audio.level_dbov if self._audio else NO_LEVEL


class Whip:
    """Answers `studio.whip`."""

    def __init__(self, cameras: Cameras, sessions: Sessions, most_kbps: int) -> None:
        self._cameras, self._sessions, self._most_kbps = cameras, sessions, most_kbps
        self._by_camera: dict[str, tuple[Session, CameraPeer]] = {}
        self._turn = asyncio.Lock()

    async def offer(self, message: OfferCamera) -> Answered:
        """A phone's offer; the desk has already decided that it may be this camera. Raises Refused."""
        offer = sdp.camera_offer(message.sdp)
        async with self._turn:
            if not self._cameras.has_room(message.camera):
                raise Refused("full", "as many cameras as settings.studio.max_cameras")
            camera = self._cameras.named(message.camera)
            made = CameraPeer(camera, message.device_id, self._most_kbps)
            answer = await guarded(made.peer, lambda: made.answer(offer))
            before = self._by_camera.pop(message.camera, None)
            made.begin()
            session = Session(made.peer, offer.ufrag, f"camera {message.camera}", lambda: self._ended(made))
            self._by_camera[message.camera] = (session, made)
            self._sessions.add(session)
        if before is not None:
            await self._sessions.end(before[0])
        _log.info("camera answered", camera=message.camera, device_id=message.device_id)
        return Answered(session_id=session.session_id, sdp=answer, etag=session.etag)

    async def run(self) -> None:
        """Feedback to the phones, some twenty times a second."""
        while True:
            await asyncio.sleep(_TICK_S)
            now_ns = time.monotonic_ns()
            for _, made in tuple(self._by_camera.values()):
                made.inlet.tick(now_ns)
                made.link.kbps, made.link.loss_percent = made.inlet.kbps, made.inlet.loss_percent

    def _ended(self, made: CameraPeer) -> None:
        made.inlet.detach()
        made.camera.unplug(made.link)
        known = self._by_camera.get(made.camera.name)
        if known is not None and known[1] is made:
            del self._by_camera[made.camera.name]
