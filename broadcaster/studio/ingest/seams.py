"""aiortc's private names, all of them here (aioice's: `ice`). In: its objects. Out: what they do not show."""

# ruff: noqa: SLF001 - what aiortc keeps private is what this house needs

from collections.abc import Callable
from typing import Any

from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCRtpSender, RTCRtpTransceiver
from aiortc.rtcdtlstransport import RTCDtlsTransport
from pylibsrtp import Session as Srtp

from broadcaster.studio.ingest.ice import Connection


def connection(transport: RTCDtlsTransport) -> Connection:
    """The ICE connection under a DTLS transport."""
    found: Any = transport.transport._connection
    assert isinstance(found, Connection)  # noqa: S101 - `ice.install` ran first
    return found


def connection_of(peer: RTCPeerConnection) -> Connection | None:
    """The one a bundled session uses; None before there is a transport."""
    for transceiver in peer.getTransceivers():
        if not transceiver._bundled:
            return connection(transceiver.receiver.transport)
    return None


def incoming(transport: RTCDtlsTransport) -> Srtp | None:
    """What opens the peer's packets; None before the handshake."""
    return transport._rx_srtp


def outgoing(transport: RTCDtlsTransport) -> Srtp | None:
    """What seals ours."""
    return transport._tx_srtp


def own_ssrc(transceiver: RTCRtpTransceiver) -> int:
    """The SSRC our feedback on this section carries."""
    return int(transceiver.sender._ssrc)


def put_in_place(transceiver: RTCRtpTransceiver, receiver: RTCRtpReceiver) -> None:
    """Give `transceiver` another receiver; to be called before the offer is applied."""
    receiver._set_rtcp_ssrc(own_ssrc(transceiver))
    transceiver._RTCRtpTransceiver__receiver = receiver  # type: ignore[attr-defined]


def on_key_wish(sender: RTCRtpSender, deed: Callable[[], None]) -> None:
    """Call `deed` when the viewer asks for a key frame (aiortc would ask an encoder of its own)."""
    sender._send_keyframe = deed  # type: ignore[method-assign]
