"""aiortc's receiver, replaced. In: SRTP datagrams of one phone. Out: `EncodedFrame`s, and RTCP back to the phone.

aiortc routes each packet through two tasks, a jitter buffer that waits for the next frame's first packet, and a
decoder thread with an unbounded queue. Here a datagram becomes a frame in one call and is never decoded. `Inlet`
serves one transport (both streams of a bundled session); `Receiver` is what the peer connection sees of it.
"""

import time
from collections.abc import Callable

import pylibsrtp
from aiortc import RTCRtpTransceiver
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpparameters import RTCRtpReceiveParameters
from aiortc.rtcrtpreceiver import RTCRtpReceiver
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpByePacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSrPacket,
    pack_remb_fci,
)

from broadcaster.studio.ingest import rtp, seams
from broadcaster.studio.ingest.rate import GROWN_NS, RateAdvice
from broadcaster.studio.ingest.repair import Repair
from broadcaster.studio.ingest.stream import AudioStream, VideoStream
from broadcaster.studio.ingest.timing import CameraClock, MinimumFilter

_RTCP = range(192, 224)
_LEVEL_URI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
_ASK_AGAIN_NS = 20_000_000
_KEY_AGAIN_NS, _KEY_AGAIN_MOST_NS = 500_000_000, 2_000_000_000
_REPORT_NS = 1_000_000_000
Stream = VideoStream | AudioStream


class _Report:
    """What a sender last reported, to be echoed in our own report."""

    def __init__(self) -> None:
        self.middle = 0
        self.at_ns = 0


class Inlet:
    """Everything that arrives on one session, and the feedback it calls for. All on the event loop, no task."""

    def __init__(self, clock: CameraClock, advice: RateAdvice) -> None:
        self._clock, self._advice = clock, advice
        self._streams: dict[int, Stream] = {}
        self._again: dict[int, int] = {}
        self._ssrcs: dict[int, Stream] = {}
        self._reports: dict[int, _Report] = {}
        self._transports: list[RTCDtlsTransport] = []
        self._level_id = 0
        self._own_ssrc = 0
        self._asked_ns = self._key_ns = self._report_ns = 0
        self._octets = 0
        self._repair = Repair()
        self._key_wait_ns = _KEY_AGAIN_NS
        self._least = MinimumFilter()
        self._queued_ns: int | None = None
        self.loss_percent = 0.0
        self.kbps = 0.0
        self.broken = 0

    def attach(
        self, stream: Stream, transport: RTCDtlsTransport, parameters: RTCRtpReceiveParameters, ssrc: int
    ) -> None:
        """`stream` is fed from `transport` from now on."""
        self._own_ssrc = self._own_ssrc or ssrc
        for codec in parameters.codecs:
            if codec.payloadType is None:
                continue
            if codec.name.lower() == "rtx":
                self._again[codec.payloadType] = int(codec.parameters["apt"] or 0)
            else:
                self._streams[codec.payloadType] = stream
        for extension in parameters.headerExtensions:
            if extension.uri == _LEVEL_URI:
                self._level_id = extension.id
        if transport not in self._transports:
            self._transports.append(transport)
        connection = seams.connection(transport)
        connection.tap = lambda data: self._datagram(data, transport)
        connection.knows = self._ssrcs.__contains__

    @property
    def silent_ns(self) -> int:
        """How long nothing has come from the phone; 0 before it is connected."""
        return min((seams.connection(each).silent_ns for each in self._transports), default=0)

    def detach(self) -> None:
        """Nothing is heard any more."""
        for transport in self._transports:
            seams.connection(transport).tap = None
        self._transports.clear()

    def ask_key(self, now_ns: int | None = None) -> None:
        """Ask the phone for a key frame, at most twice a second."""
        now = now_ns or time.monotonic_ns()
        if now - self._key_ns < _KEY_AGAIN_NS:
            return
        for ssrc, stream in self._ssrcs.items():
            if isinstance(stream, VideoStream):
                self._key_ns = now
                self._send(RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=self._own_ssrc, media_ssrc=ssrc))

    def tick(self, now_ns: int) -> None:
        """Called some twenty times a second: gaps, key frames and reports that are due."""
        for ssrc, stream in self._ssrcs.items():
            stream.poll(now_ns)
            if isinstance(stream, VideoStream):
                stream.hold(self._repair.hold_ns)
                self._ask_again(stream, ssrc, now_ns)
                self._want_key(stream, now_ns)
        if now_ns - self._report_ns >= _REPORT_NS:
            self._send_reports(now_ns)

    def _want_key(self, stream: VideoStream, now_ns: int) -> None:
        """A link that cannot carry one key frame carries two even less: asked for twice a second, then more rarely."""
        if not stream.wants_key:
            self._key_wait_ns = _KEY_AGAIN_NS
        elif now_ns - self._key_ns >= self._key_wait_ns:
            self.ask_key(now_ns)
            self._key_wait_ns = min(2 * self._key_wait_ns, _KEY_AGAIN_MOST_NS)

    def _datagram(self, data: bytes, transport: RTCDtlsTransport) -> None:
        srtp = seams.incoming(transport)
        if srtp is not None and len(data) > 1:
            now_ns = time.monotonic_ns()
            try:
                if data[1] in _RTCP:
                    self._rtcp(srtp.unprotect_rtcp(data))
                else:
                    self._rtp(srtp.unprotect(data), now_ns)
            except (pylibsrtp.Error, ValueError):
                self.broken += 1
            else:
                seams.connection(transport).heard(now_ns)

    def _rtp(self, data: bytes, now_ns: int) -> None:
        packet = rtp.parse(data, self._level_id)
        if packet is None:
            return
        stream = self._streams.get(packet.payload_type)
        if stream is None:
            self._retransmission(packet, now_ns)
            return
        if packet.ssrc not in self._ssrcs:
            for ssrc in [ssrc for ssrc, known in self._ssrcs.items() if known is stream]:
                del self._ssrcs[ssrc]
            self._ssrcs[packet.ssrc] = stream
        stream.packet(packet, now_ns)
        if isinstance(stream, VideoStream):
            self._repair.came(packet.sequence, now_ns)
            self._queue_grown(packet, now_ns)
            self._ask_again(stream, packet.ssrc, now_ns)

    def _retransmission(self, packet: rtp.Rtp, now_ns: int) -> None:
        original = self._again.get(packet.payload_type)
        stream = self._streams.get(original) if original is not None else None
        if isinstance(stream, VideoStream) and len(packet.payload) > 2:  # noqa: PLR2004 - the original number
            number = int.from_bytes(packet.payload[:2], "big")
            self._repair.came(number, now_ns)
            stream.packet(packet._replace(sequence=number, payload=packet.payload[2:]), now_ns, again=True)

    def _queue_grown(self, packet: rtp.Rtp, now_ns: int) -> None:
        delay = now_ns - packet.timestamp * 1_000_000_000 // 90_000
        waited = delay - self._least.add(delay, now_ns)
        self._queued_ns = waited if self._queued_ns is None else min(self._queued_ns, waited)

    def _rtcp(self, data: bytes) -> None:
        for packet in RtcpPacket.parse(data):
            if isinstance(packet, RtcpSrPacket):
                stream = self._ssrcs.get(packet.ssrc)
                report = self._reports.setdefault(packet.ssrc, _Report())
                report.middle = packet.sender_info.ntp_timestamp >> 16 & 0xFFFFFFFF
                report.at_ns = time.monotonic_ns()
                if stream is not None:
                    info = packet.sender_info
                    self._clock.report(stream.kind, info.ntp_timestamp, info.rtp_timestamp)
            elif isinstance(packet, RtcpByePacket):
                for ssrc in packet.sources:
                    self._ssrcs.pop(ssrc, None)

    def _ask_again(self, stream: VideoStream, ssrc: int, now_ns: int) -> None:
        if now_ns - self._asked_ns < _ASK_AGAIN_NS:
            return
        missing = self._repair.due(stream.missing, now_ns)
        self._asked_ns = now_ns
        if missing:
            packet = RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=self._own_ssrc, media_ssrc=ssrc)
            packet.lost = sorted(missing)
            self._send(packet)

    def _send_reports(self, now_ns: int) -> None:
        seconds = (now_ns - self._report_ns) / 1e9
        first, self._report_ns = not self._report_ns, now_ns
        if not self._ssrcs:
            return
        reports, video_loss = [], 0.0
        for ssrc, stream in self._ssrcs.items():
            lost, expected = stream.counted.lost_since()
            share = lost / expected if expected else 0.0
            if stream.kind == "video":
                video_loss = share
            reports.append(self._report(ssrc, stream, share, now_ns))
        self._send(RtcpRrPacket(ssrc=self._own_ssrc, reports=reports))
        octets = sum(stream.counted.octets for stream in self._ssrcs.values())
        received, self._octets = max(0, octets - self._octets), octets
        if not first:
            self._advise(video_loss, int(8 * received / seconds))

    def _report(self, ssrc: int, stream: Stream, share: float, now_ns: int) -> RtcpReceiverInfo:
        counted, heard = stream.counted, self._reports.get(ssrc)
        since = (now_ns - heard.at_ns) * 65536 // 1_000_000_000 if heard else 0
        return RtcpReceiverInfo(
            ssrc=ssrc,
            fraction_lost=min(255, int(share * 256)),
            packets_lost=max(0, min(counted.expected - counted.received, 0x7FFFFF)),
            highest_sequence=counted.highest & 0xFFFFFFFF,
            jitter=counted.jitter,
            lsr=heard.middle if heard else 0,
            dlsr=min(since, 0xFFFFFFFF),
        )

    def _advise(self, loss: float, received_bps: int) -> None:
        self.loss_percent, self.kbps = 100 * loss, received_bps / 1000
        wanted = self._advice.update(received_bps=received_bps, loss=loss, queued_ns=self._queued_ns or 0)
        self._repair.crowded = (self._queued_ns or 0) > GROWN_NS
        self._queued_ns = None
        ssrcs = [ssrc for ssrc, stream in self._ssrcs.items() if isinstance(stream, VideoStream)]
        if ssrcs:
            fci = pack_remb_fci(wanted, ssrcs)
            self._send(RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=self._own_ssrc, media_ssrc=0, fci=fci))

    def _send(self, packet: AnyRtcpPacket) -> None:
        for transport in self._transports[:1]:
            srtp = seams.outgoing(transport)
            if srtp is not None and transport.state == "connected":
                seams.connection(transport).send_now(srtp.protect_rtcp(bytes(packet)))


class Receiver(RTCRtpReceiver):
    """In aiortc's place: nothing is queued, threaded or decoded."""

    def __init__(
        self,
        kind: str,
        transport: RTCDtlsTransport,
        stream_for: Callable[[RTCRtpReceiveParameters], Stream],
        inlet: Inlet,
        ssrc: int,
    ) -> None:
        super().__init__(kind, transport)
        self._stream_for, self._inlet, self._own_ssrc = stream_for, inlet, ssrc

    async def receive(self, parameters: RTCRtpReceiveParameters) -> None:
        """Called once the transport's keys are known."""
        self._inlet.attach(self._stream_for(parameters), self.transport, parameters, self._own_ssrc)

    async def stop(self) -> None:
        """The session is over."""
        self._inlet.detach()


def put_in_place(
    transceiver: RTCRtpTransceiver, stream_for: Callable[[RTCRtpReceiveParameters], Stream], inlet: Inlet
) -> None:
    """Give `transceiver` our receiver; to be called before the offer is applied."""
    new = Receiver(transceiver.kind, transceiver.receiver.transport, stream_for, inlet, seams.own_ssrc(transceiver))
    seams.put_in_place(transceiver, new)
