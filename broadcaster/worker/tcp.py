"""What the kernel knows of our connection. In: this process's descriptors. Out: the output's socket and its figures.

libav hides its socket; it is the only TCP one among the worker's descriptors.
"""

import fcntl
import os
import socket
import struct
import termios
from dataclasses import dataclass
from pathlib import Path

_ACKED_AT, _NOTSENT_AT, _RTT_AT, _UNACKED_AT = 120, 144, 68, 24
_INFO_BYTES = 232


@dataclass(frozen=True, slots=True)
class TcpFigures:
    """`acked_bytes` is what the peer's kernel has confirmed: proof of arrival, whatever the library believes."""

    acked_bytes: int
    waiting_bytes: int
    rtt_ms: float
    peer: str


def find() -> int | None:
    """The descriptor of our connected TCP socket."""
    for entry in Path("/proc/self/fd").iterdir():
        try:
            if not str(entry.readlink()).startswith("socket:"):
                continue
            with _borrowed(int(entry.name)) as tcp:
                if tcp.family in {socket.AF_INET, socket.AF_INET6} and tcp.type == socket.SOCK_STREAM:
                    tcp.getpeername()
                    return int(entry.name)
        except OSError:
            continue
    return None


def limit_send_buffer(descriptor: int, most_bytes: int) -> None:
    """Keep little in the kernel, where no hand reaches it any more. The kernel doubles what it is told."""
    with _borrowed(descriptor) as tcp:
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, most_bytes // 2)


def forget_when_closed(descriptor: int, *, forget: bool) -> None:
    """Whether a close, also by a kill, throws away what the peer has not got yet (a reset) or still sends it."""
    with _borrowed(descriptor) as tcp:
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", forget, 0))


def written_bytes(descriptor: int) -> int:
    """All that was handed to the kernel so far: what it has confirmed, and what it still holds."""
    with _borrowed(descriptor) as tcp:
        (held,) = struct.unpack("i", fcntl.ioctl(tcp, termios.TIOCOUTQ, b"\0\0\0\0"))
    now = figures(descriptor)
    return (now.acked_bytes if now else 0) + int(held)


def figures(descriptor: int) -> TcpFigures | None:
    """The connection's figures now; None when it is gone."""
    try:
        with _borrowed(descriptor) as tcp:
            info = tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
            peer = str(tcp.getpeername()[0])
    except OSError:
        return None
    if len(info) < _NOTSENT_AT + 4:
        return None
    (acked,) = struct.unpack_from("Q", info, _ACKED_AT)
    (notsent,) = struct.unpack_from("I", info, _NOTSENT_AT)
    (rtt_us,) = struct.unpack_from("I", info, _RTT_AT)
    return TcpFigures(acked, notsent, rtt_us / 1000, peer)


def _borrowed(descriptor: int) -> socket.socket:
    # A copy, because closing a socket object closes what it holds.
    return socket.socket(fileno=os.dup(descriptor))
