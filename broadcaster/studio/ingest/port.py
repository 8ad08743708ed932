"""The studio's UDP port. In: datagrams of all phones and monitors, one socket per address. Out: each to its session.

A connectivity check names its session by the ICE user name, an answer to one of ours by its transaction; everything
else by the address it comes from, which only an authenticated check may claim. Media from an address nobody has
claimed is shown to the session that knows its SSRC: a phone's address may have changed.
"""

import asyncio
import contextlib
import socket
from typing import Any, Protocol

from runtime.log import get

Address = tuple[str, int]
_RECEIVE_BUFFER = 4 << 20
_MOST_BYTES = 2048
_AT_ONCE = 64
_STUN_MOST, _STUN_HEADER = 3, 20
_MEDIA = range(128, 192)
_RTCP = range(192, 224)
_ANSWER_BIT = 0x01
_USERNAME = 0x0006
_log = get("studio.port")


class Lane(Protocol):
    """One session's end on one port."""

    @property
    def silent(self) -> bool:
        """Nothing authenticated has come for it for a while: another session may take its addresses over."""

    def stun(self, data: bytes, addr: Address) -> None:
        """A STUN message that names this session."""

    def payload(self, data: bytes, addr: Address) -> None:
        """DTLS or media from an address of this session."""

    def stray(self, data: bytes, addr: Address) -> None:
        """Media with an SSRC of this session from an address nobody has claimed."""

    def knows(self, ssrc: int) -> bool:
        """Whether the session has heard this SSRC."""


class Port:
    """One bound socket, read on the event loop, shared by all sessions."""

    def __init__(self, bound: socket.socket) -> None:
        self._socket = bound
        self._loop = asyncio.get_running_loop()
        self._by_name: dict[str, Lane] = {}
        self._by_transaction: dict[bytes, Lane] = {}
        self._by_remote: dict[Address, Lane] = {}
        self.refused = 0
        self._loop.add_reader(bound, self._read)

    @property
    def address(self) -> Address:
        """Where it listens."""
        host, port = self._socket.getsockname()[:2]
        return host, port

    def named(self, name: str, lane: Lane) -> None:
        """Checks for the user name `name` are `lane`'s."""
        self._by_name[name] = lane

    def unname(self, name: str) -> None:
        """That user name is over."""
        self._by_name.pop(name, None)

    def asked(self, transaction: bytes, lane: Lane) -> None:
        """The answer to `transaction` is `lane`'s; `answered` ends it."""
        self._by_transaction[transaction] = lane

    def answered(self, transaction: bytes) -> None:
        """Nobody waits for that answer any more."""
        self._by_transaction.pop(transaction, None)

    def claim(self, addr: Address, lane: Lane, *, proven: bool = False) -> None:
        """What comes from `addr` is `lane`'s. `proven`: it has answered us from there, so it takes it from others."""
        holder = self._by_remote.get(addr)
        if holder is None or proven or holder.silent:
            self._by_remote[addr] = lane

    def leave(self, lane: Lane) -> None:
        """The session is over."""
        self._by_name = {key: holder for key, holder in self._by_name.items() if holder is not lane}
        self._by_transaction = {key: holder for key, holder in self._by_transaction.items() if holder is not lane}
        self._by_remote = {key: holder for key, holder in self._by_remote.items() if holder is not lane}

    # What aioice asks of an asyncio transport.

    def sendto(self, data: bytes, addr: Address) -> None:
        """Send; a full kernel buffer or a lost route costs this datagram, as UDP may."""
        try:
            self._socket.sendto(data, addr)
        except OSError:
            self.refused += 1

    def get_extra_info(self, name: str) -> Any:
        """The socket's name, when asked."""
        return self.address if name == "sockname" else None

    def close(self) -> None:
        """Stop listening."""
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            for _ in range(_AT_ONCE):
                try:
                    data, addr = self._socket.recvfrom(_MOST_BYTES)
                except (ConnectionError, InterruptedError):
                    continue
                if data:
                    self._route(data, (addr[0], addr[1]))

    def _route(self, data: bytes, addr: Address) -> None:
        if data[0] <= _STUN_MOST:
            lane = self._of_stun(data)
            if lane is not None:
                lane.stun(data, addr)
            return
        lane = self._by_remote.get(addr)
        if lane is not None:
            lane.payload(data, addr)
        elif data[0] in _MEDIA and len(data) > 12:  # noqa: PLR2004 - RTP's header
            self._stray(data, addr)

    def _of_stun(self, data: bytes) -> Lane | None:
        if len(data) < _STUN_HEADER:
            return None
        if data[0] & _ANSWER_BIT:
            return self._by_transaction.get(data[8:20])
        return self._by_name.get(username(data))

    def _stray(self, data: bytes, addr: Address) -> None:
        at = 4 if data[1] in _RTCP else 8
        ssrc = int.from_bytes(data[at : at + 4], "big")
        for lane in set(self._by_name.values()):
            if lane.knows(ssrc):
                lane.stray(data, addr)
                return


def username(data: bytes) -> str:
    """The receiver's half of a check's user name; nothing when it has none."""
    at = _STUN_HEADER
    while at + 4 <= len(data):
        kind, length = int.from_bytes(data[at : at + 2], "big"), int.from_bytes(data[at + 2 : at + 4], "big")
        if kind == _USERNAME:
            return data[at + 4 : at + 4 + length].partition(b":")[0].decode("ascii", "replace")
        at += 4 + (length + 3 & ~3)
    return ""


class Ports:
    """One port per local address, opened when a session first needs it and kept as long as the studio lives."""

    def __init__(self, allowed: tuple[int, int] | None = None) -> None:
        self._allowed = range(allowed[0], allowed[1] + 1) if allowed else range(1)
        self._open: dict[str, Port] = {}

    def at(self, host: str) -> Port | None:
        """The port on this address, or None when it cannot be bound."""
        if host not in self._open:
            bound = _bind(host, self._allowed)
            if bound is None:
                _log.error("no UDP port is free", host=host, first=self._allowed[0], last=self._allowed[-1])
                return None
            self._open[host] = Port(bound)
        return self._open[host]

    def close(self) -> None:
        """Stop listening everywhere."""
        for port in self._open.values():
            port.close()
        self._open.clear()

    @property
    def refused(self) -> int:
        """Datagrams the kernel did not take."""
        return sum(port.refused for port in self._open.values())


def _bind(host: str, allowed: range) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in allowed:
        made = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            made.bind((host, number))
        except OSError:
            made.close()
            continue
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        return made
    return None
