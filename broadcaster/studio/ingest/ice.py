"""ICE as this house needs it. In: the settings' port range and announced address. Out: connections that keep them.

aioice binds any port, knows no announced address, never offers loopback and queues every datagram. `Connection` here
does the four, hands media straight to `tap`, and follows a phone whose address changes in mid-session: authenticated
STUN from a new address, while the old one is silent, moves the session there.
"""

# ruff: noqa: SLF001, ARG002 - the seams of aioice are private, and their signatures not ours; they are kept in this file

import asyncio
import ipaddress
import random
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aioice.ice
import aiortc.rtcicetransport
from aioice.candidate import Candidate, candidate_foundation, candidate_priority

_SILENT_NS = 2_000_000_000
_RECEIVE_BUFFER = 1 << 20
_MEDIA = range(128, 192)
_STUN_MOST = 3


@dataclass(frozen=True, slots=True)
class Network:
    """Where sessions listen: any port when `ports` is None; `announced` is a 1:1 NAT's public address or empty."""

    ports: tuple[int, int] | None = None
    announced: str = ""


_network = Network()


def install(network: Network) -> None:
    """Every peer connection made from now on keeps `network` and notices a vanished peer in about three seconds."""
    global _network  # noqa: PLW0603 - aiortc makes its connections itself and passes nothing through
    _network = network
    aioice.ice.CONSENT_FAILURES = 3
    aioice.ice.CONSENT_INTERVAL = 1
    vars(aiortc.rtcicetransport)["Connection"] = Connection


class _Socket(aioice.ice.StunProtocol):  # type: ignore[misc,unused-ignore]
    """Parts media from STUN by its first byte, before anything is parsed."""

    def datagram_received(self, data: bytes | str, addr: tuple[Any, ...]) -> None:
        connection = self.receiver
        assert isinstance(connection, Connection)  # noqa: S101 - only it makes these
        first = data[0] if data else 0
        if isinstance(data, bytes) and isinstance(first, int) and first > _STUN_MOST:
            if connection.tap is not None and first in _MEDIA:
                connection.tap(data)
            else:
                connection.data_received(data, 1)
            return
        super().datagram_received(data, addr)


class Connection(aioice.ice.Connection):  # type: ignore[misc,unused-ignore]
    """One ICE connection of the studio."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tap: Callable[[bytes], None] | None = None
        self.moves = 0
        self._stun_ns: dict[tuple[str, int], int] = {}

    def send_now(self, data: bytes) -> None:
        """Send on the chosen pair without a task; nothing when there is none."""
        pair = self._nominated.get(1)
        if pair is not None:
            pair.protocol.transport.sendto(data, pair.remote_addr)

    async def get_component_candidates(self, component: int, addresses: list[str], timeout: int = 5) -> list[Candidate]:
        """Host candidates on our ports, then the announced address."""
        found: list[Candidate] = []
        for address in self._reachable(addresses):
            protocol = await self._bind(address)
            if protocol is None:
                continue
            host, port = protocol.transport.get_extra_info("sockname")[:2]
            protocol.local_candidate = _candidate(component, "host", host, port)
            self._protocols.append(protocol)
            found.append(protocol.local_candidate)
            if _network.announced and _same_family(host, _network.announced):
                found.append(_candidate(component, "srflx", _network.announced, port, base=(host, port)))
        return found

    def _reachable(self, addresses: list[str]) -> list[str]:
        """Loopback too when there is nothing else, or when the peer itself speaks from there."""
        asked = any(ipaddress.ip_address(c._network_host).is_loopback for c in self._remote_candidates)
        return [*addresses, "127.0.0.1"] if asked or not addresses else addresses

    async def _bind(self, address: str) -> _Socket | None:
        loop = asyncio.get_running_loop()
        for port in _ports():
            try:
                transport, protocol = await loop.create_datagram_endpoint(
                    lambda: _Socket(self), local_addr=(address, port)
                )
            except OSError:
                continue
            found = transport.get_extra_info("socket")
            if found is not None:
                found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            return protocol
        return None

    def check_incoming(self, message: Any, addr: tuple[str, int], protocol: Any) -> None:
        """An authenticated check came from `addr`: perhaps the phone has moved there."""
        super().check_incoming(message, addr, protocol)
        now = time.monotonic_ns()
        self._stun_ns[addr] = now
        current = self._nominated.get(1)
        if not self._check_list_done or current is None or current.remote_addr == addr:
            return
        if now - self._stun_ns.get(current.remote_addr, 0) < _SILENT_NS:
            return
        for pair in self._check_list:
            if pair.protocol is protocol and pair.remote_addr == addr and pair.state is pair.State.SUCCEEDED:
                self._nominated[1] = pair
                self.moves += 1
                return


def _ports() -> list[int]:
    if _network.ports is None:
        return [0]
    low, high = _network.ports
    ports = list(range(low, high + 1))
    random.shuffle(ports)
    return ports


def _same_family(one: str, other: str) -> bool:
    return ipaddress.ip_address(one).version == ipaddress.ip_address(other).version


def _candidate(component: int, kind: str, host: str, port: int, base: tuple[str, int] | None = None) -> Candidate:
    return Candidate(
        foundation=candidate_foundation(kind, "udp", base[0] if base else host),
        component=component,
        transport="udp",
        priority=candidate_priority(component, kind),
        host=host,
        port=port,
        type=kind,
        related_address=base[0] if base else None,
        related_port=base[1] if base else None,
    )
