"""Talkback. In: `OfferTalk` (a microphone), `AimTalk`, a phone's `OfferMonitor`. Out: Opus to phones it is aimed at.

A packet comes from the microphone's session and is copied to the earpieces' tracks; it is never decoded, mixed, kept or
counted as a camera's. This room knows neither mixer nor encoder nor recorder, so there is no way from here to the
programme. Heard is only what is aimed: without an aim, or when the microphone's session has gone, nothing passes.
"""

import asyncio
import time
from dataclasses import dataclass

from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCRtpSender, RTCSessionDescription
from aiortc.exceptions import InternalError, InvalidAccessError, OperationError
from aiortc.rtcrtpparameters import RTCRtpCodecCapability, RTCRtpReceiveParameters

from broadcaster.studio.frames import EncodedFrame
from broadcaster.studio.ingest import receiver, sdp
from broadcaster.studio.ingest.rate import RateAdvice
from broadcaster.studio.ingest.stream import AudioStream
from broadcaster.studio.ingest.timing import CameraClock
from broadcaster.studio.monitors.tracks import PacketTrack
from broadcaster.studio.peers import Session, Sessions, guarded, new_peer
from episodes.commands import AimTalk, Answered, Done, OfferMonitor, OfferTalk
from runtime.bus.protocol import Refused

SOURCE = "talkback"
_TICK_S = 0.05
_MOST_BPS = 64_000


@dataclass(eq=False, slots=True)
class Microphone:
    """The director's end: one at a time, the newest."""

    session: Session
    inlet: receiver.Inlet


@dataclass(eq=False, slots=True)
class Earpiece:
    """A phone's end: one per camera, the newest."""

    session: Session
    track: PacketTrack


class Talkback:
    """Answers `studio.talk`, `studio.talk.aim`, and `studio.whep` for the source `talkback`."""

    def __init__(self, sessions: Sessions, most: int) -> None:
        self._sessions, self._most = sessions, most
        self._turn = asyncio.Lock()
        self._microphone: Microphone | None = None
        self._earpieces: dict[str, Earpiece] = {}
        self._aim: str | None = None
        """None: nobody hears; empty: all; else one camera's phone."""
        self.passed = 0
        """Packets that reached somebody."""

    @property
    def listening(self) -> tuple[str, ...]:
        """Cameras whose phones have an earpiece open."""
        return tuple(self._earpieces)

    async def speak(self, message: OfferTalk) -> Answered:
        """A microphone: the one before it ends. Raises Refused."""
        offer = sdp.talk_offer(message.sdp)
        async with self._turn:
            peer = new_peer()
            clock = CameraClock()
            inlet = receiver.Inlet(clock, RateAdvice(_MOST_BPS))
            clock.expect("audio")

            def stream(_: RTCRtpReceiveParameters) -> AudioStream:
                return AudioStream(clock, self._heard, 0)

            async def negotiate() -> str:
                transceiver = peer.addTransceiver("audio", direction="recvonly")
                transceiver.setCodecPreferences(_opus(RTCRtpReceiver))
                receiver.put_in_place(transceiver, stream, inlet)
                return await _answer(peer, offer.text)

            answer = await guarded(peer, negotiate)
            session = Session(peer, offer.ufrag, "talk voice", lambda: self._silent(inlet))
            before, self._microphone, self._aim = self._microphone, Microphone(session, inlet), None
            self._sessions.add(session)
        if before is not None:
            await self._sessions.end(before.session)
        return Answered(session_id=session.session_id, sdp=answer, etag=session.etag)

    async def aim(self, command: AimTalk) -> Done:
        """Who hears it from now on. Raises Refused `expired`, or `gone` for a microphone that is not open."""
        if command.on and command.expires_utc_ns and time.time_ns() > command.expires_utc_ns:
            raise Refused("expired")
        if self._microphone is None or self._microphone.session.session_id != command.session_id:
            raise Refused("gone")
        self._aim = command.camera if command.on else None
        return Done()

    async def listen(self, message: OfferMonitor) -> Answered:
        """A phone's earpiece: the one before it ends. Raises Refused."""
        offer = sdp.monitor_offer(message.sdp)
        if offer.video or not message.listener:
            raise Refused("unsupported", "talkback is sound for a camera's phone")
        async with self._turn:
            if message.listener not in self._earpieces and len(self._earpieces) >= self._most:
                raise Refused("full", "as many earpieces as settings.studio.max_cameras")
            peer, track = new_peer(), PacketTrack("audio", f"talkback {message.listener}")

            async def negotiate() -> str:
                peer.addTransceiver(track, direction="sendonly").setCodecPreferences(_opus(RTCRtpSender))
                return await _answer(peer, offer.text)

            answer = await guarded(peer, negotiate)
            session = Session(peer, offer.ufrag, f"monitor {SOURCE}", lambda: self._left(message.listener, track))
            before = self._earpieces.get(message.listener)
            self._earpieces[message.listener] = Earpiece(session, track)
            self._sessions.add(session)
        if before is not None:
            await self._sessions.end(before.session)
        return Answered(session_id=session.session_id, sdp=answer, etag=session.etag)

    async def run(self) -> None:
        """Reports to the microphone's sender."""
        while True:
            await asyncio.sleep(_TICK_S)
            if self._microphone is not None:
                self._microphone.inlet.tick(time.monotonic_ns())

    def _heard(self, frame: EncodedFrame) -> None:
        aim = self._aim
        if aim is None:
            return
        for camera, earpiece in self._earpieces.items():
            if aim in ("", camera):
                earpiece.track.put(frame.data, frame.mono_ns, key=True)
                self.passed += 1

    def _silent(self, inlet: receiver.Inlet) -> None:
        inlet.detach()
        if self._microphone is not None and self._microphone.inlet is inlet:
            self._microphone = self._aim = None

    def _left(self, camera: str, track: PacketTrack) -> None:
        track.stop()
        known = self._earpieces.get(camera)
        if known is not None and known.track is track:
            del self._earpieces[camera]


async def _answer(peer: RTCPeerConnection, text: str) -> str:
    try:
        await peer.setRemoteDescription(RTCSessionDescription(sdp=text, type="offer"))
    except OperationError as error:
        raise Refused("unsupported", str(error)) from error
    except (InternalError, InvalidAccessError, ValueError, KeyError, AssertionError) as error:
        raise Refused("bad_sdp", str(error)) from error
    await peer.setLocalDescription()
    return peer.localDescription.sdp


def _opus(end: type[RTCRtpReceiver | RTCRtpSender]) -> list[RTCRtpCodecCapability]:
    known = end.getCapabilities("audio")
    assert known is not None  # noqa: S101 - sound is known
    return [codec for codec in known.codecs if codec.name == "opus"]
