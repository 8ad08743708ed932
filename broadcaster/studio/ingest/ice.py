"""ICE as this house needs it. In: the settings' ports and announced address. Out: connections that keep them.

aioice binds a port per session, knows no announced address, no restart, never offers loopback, queues every datagram
and dies half a minute after a phone's address has changed. `Connection` shares the studio's ports, hands media straight
to `tap`, follows a phone to a new address once it has answered from there, restarts with new credentials while the old
path goes on, and lets go of a peer that has not answered for `patience_s`.
"""

# ruff: noqa: SLF001, ARG002 - the seams of aioice are private, and their signatures not ours; they are kept in this file

import asyncio
import ipaddress
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aioice.ice
import aiortc.rtcicetransport
from aioice import stun
from aioice.candidate import Candidate, candidate_foundation, candidate_priority

from broadcaster.studio.ingest.port import Address, Port, Ports
from broadcaster.studio.ingest.restart import Restarting

VANISHED_NS = 3_000_000_000
PATIENCE_S = 30.0
_SILENT_NS = 1_500_000_000
_PROBE_NS = 200_000_000
_CONSENT_S = 1.0
_MEDIA = range(128, 192)
_MOST_ADDRESSES = 64


@dataclass(frozen=True, slots=True)
class Network:
    """Where sessions listen: `ports` for all of them; `announced` is a 1:1 NAT's public address or empty."""

    ports: Ports
    announced: str = ""


_network: Network | None = None


def install(network: Network) -> None:
    """Every peer connection made from now on keeps `network`."""
    global _network  # noqa: PLW0603 - aiortc makes its connections itself and passes nothing through
    _network = network
    vars(aiortc.rtcicetransport)["Connection"] = Connection


class _Lane(aioice.ice.StunProtocol):  # type: ignore[misc,unused-ignore]
    """One session's end on one shared port, in the place of a socket of its own."""

    receiver: Any
    transport: Any

    def __init__(self, connection: "Connection", port: Port) -> None:
        super().__init__(connection)
        self.port = port
        self.transport = port

    @property
    def silent(self) -> bool:
        return bool(self.receiver.silent_ns > _SILENT_NS)

    def knows(self, ssrc: int) -> bool:
        return bool(self.receiver.knows(ssrc))

    def stun(self, data: bytes, addr: Address) -> None:
        super().datagram_received(data, addr)

    def payload(self, data: bytes, addr: Address) -> None:
        connection: Connection = self.receiver
        if connection.tap is None or data[0] not in _MEDIA:
            connection.data_received(data, 1)
            return
        connection.tap(data)
        if addr != connection.there:
            connection.probe(addr, self)

    def stray(self, data: bytes, addr: Address) -> None:
        connection: Connection = self.receiver
        if connection.tap is not None:
            # Forged media fails its authentication there; true media goes on without a gap.
            connection.tap(data)
        connection.probe(addr, self)

    async def request(
        self, request: Any, addr: Address, integrity_key: bytes | None = None, retransmissions: int | None = None
    ) -> Any:
        self.port.asked(request.transaction_id, self)
        try:
            return await super().request(request, addr, integrity_key, retransmissions)
        finally:
            self.port.answered(request.transaction_id)

    async def close(self) -> None:
        self.port.leave(self)


class Connection(Restarting):
    """One ICE connection of the studio."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tap: Callable[[bytes], None] | None = None
        self.knows: Callable[[int], bool] = lambda _ssrc: False
        self.patience_s = PATIENCE_S
        self.moves = 0
        self._heard_ns = time.monotonic_ns()
        self._probed_ns = 0
        self._stun_ns: dict[Address, int] = {}

    def heard(self, now_ns: int) -> None:
        """Something authenticated has come from the peer."""
        self._heard_ns = now_ns

    @property
    def silent_ns(self) -> int:
        """How long nothing authenticated has come."""
        return time.monotonic_ns() - self._heard_ns

    @property
    def there(self) -> Address | None:
        """The peer's address that we send to."""
        pair = self._nominated.get(1)
        return pair.remote_addr if pair is not None else None

    def send_now(self, data: bytes) -> None:
        """Send on the chosen pair without a task; nothing when there is none."""
        pair = self._nominated.get(1)
        if pair is not None:
            pair.protocol.transport.sendto(data, pair.remote_addr)

    async def get_component_candidates(self, component: int, addresses: list[str], timeout: int = 5) -> list[Candidate]:
        """Host candidates on the studio's ports, then the announced address. Raises ConnectionError without any."""
        assert _network is not None  # noqa: S101 - `install` makes these connections
        found: list[Candidate] = []
        for address in self._reachable(addresses):
            port = _network.ports.at(address)
            if port is None:
                continue
            host, number = port.address
            lane = _Lane(self, port)
            port.named(self._local_username, lane)
            lane.local_candidate = _candidate(component, "host", host, number)
            self._protocols.append(lane)
            found.append(lane.local_candidate)
            if _network.announced and _same_family(host, _network.announced):
                found.append(_candidate(component, "srflx", _network.announced, number, base=(host, number)))
        if not found:
            raise ConnectionError("no UDP port of settings.studio.udp_ports is free")
        return found

    def _reachable(self, addresses: list[str]) -> list[str]:
        """Loopback too when there is nothing else, or when the peer itself speaks from there."""
        asked = any(ipaddress.ip_address(c._network_host).is_loopback for c in self._remote_candidates)
        return [*addresses, "127.0.0.1"] if asked or not addresses else addresses

    def _remote_candidates_expected(self) -> bool:
        """A phone may come from where it did not say: only `close` and the session's limit end the waiting."""
        return not self._closing

    async def add_remote_candidate(self, remote_candidate: Candidate | None) -> None:
        """The end of candidates ends nothing here."""
        if remote_candidate is not None and len(self._remote_candidates) < _MOST_ADDRESSES:
            await super().add_remote_candidate(remote_candidate)

    # -- a phone whose address changes

    def check_incoming(self, message: Any, addr: Address, protocol: Any) -> None:
        """An authenticated check came from `addr`: perhaps the phone has moved there."""
        now = time.monotonic_ns()
        if addr not in self._stun_ns and len(self._stun_ns) >= _MOST_ADDRESSES:
            return
        self._stun_ns[addr] = now
        self.heard(now)
        protocol.port.claim(addr, protocol)
        super().check_incoming(message, addr, protocol)
        self._follow(addr)

    def check_complete(self, pair: Any) -> None:
        """A check of ours has ended: an answer proves that the peer is there."""
        if pair.state is pair.State.SUCCEEDED:
            now = time.monotonic_ns()
            self.heard(now)
            self._stun_ns[pair.remote_addr] = now
            pair.protocol.port.claim(pair.remote_addr, pair.protocol, proven=True)
        super().check_complete(pair)
        self.restarted_on(self._nominated.get(1))
        self._follow(pair.remote_addr)

    def probe(self, addr: Address, protocol: _Lane) -> None:
        """Media of ours came from an address nobody has claimed: ask who is there; the answer moves the session."""
        now = time.monotonic_ns()
        if self._closing or not self._check_list_done or now - self._probed_ns < _PROBE_NS:
            return
        self._probed_ns = now
        known = next((c for c in self._remote_candidates if (c._network_host, c.port) == addr), None)
        if known is None:
            if len(self._remote_candidates) >= _MOST_ADDRESSES:
                return
            known = _candidate(1, "prflx", *addr)
            known._network_host = addr[0]
            self._remote_candidates.append(known)
        pair = self._find_pair(protocol, known)
        if pair is None:
            pair = aioice.ice.CandidatePair(protocol, known)
            self._check_list.append(pair)
            self.sort_check_list()
        self.check_start_task(pair)

    def _follow(self, addr: Address) -> None:
        """Send to `addr` from now on when it has answered and the present address has been silent."""
        current = self._nominated.get(1)
        if not self._check_list_done or current is None or current.remote_addr == addr or self.restarting:
            return
        now = time.monotonic_ns()
        if now - self._stun_ns.get(current.remote_addr, 0) < _SILENT_NS and now - self._probed_ns > _SILENT_NS:
            return
        for pair in self._check_list:
            if pair.remote_addr == addr and pair.state is pair.State.SUCCEEDED:
                self._nominated[1] = pair
                self.moves += 1
                return

    # -- consent

    async def query_consent(self) -> None:
        """Ask once a second whether the peer still wants our packets (RFC 7675); close after `patience_s` without."""
        consented = time.monotonic()
        while time.monotonic() - consented < self.patience_s:
            await asyncio.sleep(_CONSENT_S * random.uniform(0.8, 1.2))  # noqa: S311 - spreads load
            pair = self._nominated.get(1)
            if pair is None:
                continue
            keys = self.keys_of(pair)
            try:
                await pair.protocol.request(
                    self.build_request(pair, nominate=False),
                    pair.remote_addr,
                    integrity_key=keys.remote_password.encode(),
                    retransmissions=2,
                )
            except stun.TransactionError:
                continue
            consented = time.monotonic()
            self.heard(time.monotonic_ns())
            self._stun_ns[pair.remote_addr] = self._heard_ns
        self._query_consent_task = None
        await self.close()


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
