"""One UDP port for all: who gets which datagram, who may claim an address, and what a restart keeps. Loopback sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator

import aiortc.rtcicetransport
import pytest
from aioice import stun

from broadcaster.studio.ingest import ice
from broadcaster.studio.ingest.ice import Connection, Network
from broadcaster.studio.ingest.port import Port, Ports, username
from broadcaster.studio.ingest.sdp import fragment, restarted
from runtime.bus.protocol import Refused

RTP = bytes((0x80, 96)) + bytes(6)
KEY = "p" * 24


class Ear:
    """A session that notes what it gets."""

    def __init__(self, *ssrcs: int) -> None:
        self.ssrcs, self.heard, self.silent = ssrcs, [], False

    def stun(self, *_: object) -> None:
        self.heard.append("stun")

    def payload(self, *_: object) -> None:
        self.heard.append("payload")

    def stray(self, *_: object) -> None:
        self.heard.append("stray")

    def knows(self, ssrc: int) -> bool:
        return ssrc in self.ssrcs


def check(name: str, key: str = KEY, theirs: str = "theirs") -> stun.Message:
    request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    request.attributes["USERNAME"] = f"{name}:{theirs}"
    request.attributes["PRIORITY"] = 1
    request.attributes["ICE-CONTROLLING"] = 1
    request.add_message_integrity(key.encode())
    return request


@pytest.fixture
async def ports() -> AsyncIterator[Ports]:
    made = Ports()
    yield made
    made.close()


@pytest.fixture
async def port(ports: Ports) -> Port:
    found = ports.at("127.0.0.1")
    assert found is not None
    return found


@pytest.fixture
def phone() -> socket.socket:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        made.settimeout(2)
        yield made


async def test_datagrams_find_their_session(port: Port, phone: socket.socket) -> None:
    one, two = Ear(), Ear(77)
    port.named("one", one)
    port.named("two", two)
    for data in (
        bytes(check("two")),
        RTP + (77).to_bytes(4, "big") + b"x",
        RTP + (5).to_bytes(4, "big") + b"x",
        b"\x16x",
    ):
        phone.sendto(data, port.address)
    await asyncio.sleep(0.1)
    assert (one.heard, two.heard) == ([], ["stun", "stray"]), "an unknown SSRC and DTLS from nowhere are nobody's"
    port.claim(phone.getsockname(), one)
    phone.sendto(RTP + (77).to_bytes(4, "big") + b"x", port.address)
    await asyncio.sleep(0.1)
    assert one.heard == ["payload"]
    port.leave(one)
    phone.sendto(b"\x16x", port.address)
    await asyncio.sleep(0.1)
    assert one.heard == ["payload"]


async def test_an_address_of_a_living_session_is_taken_by_proof_only(port: Port) -> None:
    holder, other, addr = Ear(), Ear(), ("127.0.0.1", 9)
    port.claim(addr, holder)
    port.claim(addr, other)
    assert port._by_remote[addr] is holder
    port.claim(addr, other, proven=True)
    assert port._by_remote[addr] is other
    other.silent = True
    port.claim(addr, holder)
    assert port._by_remote[addr] is holder


async def test_a_range_gives_its_first_free_port(ports: Ports) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        number = taken.getsockname()[1]
        one = Ports((number, number))
        assert one.at("127.0.0.1") is None
        several = Ports((number, number + 20))
        found = several.at("127.0.0.1")
        assert found is not None
        assert number < found.address[1] <= number + 20
        assert several.at("127.0.0.1") is found
        several.close()


def test_a_broken_check_names_nobody() -> None:
    whole = bytes(check("somebody"))
    assert username(whole) == "somebody"
    assert [username(whole[:cut]) for cut in range(20, 24)] == [""] * 4
    assert username(b"\x00\x01" + bytes(18)) == ""


@pytest.fixture
async def connection(ports: Ports, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Connection]:
    # What `install` puts in its place goes again: the viewers of other tests live in this process, too.
    monkeypatch.setattr(aiortc.rtcicetransport, "Connection", aiortc.rtcicetransport.Connection)
    monkeypatch.setattr(ice, "_network", None)
    ice.install(Network(ports))
    made = Connection(ice_controlling=False)
    made.remote_username, made.remote_password = "theirs", "q" * 24
    await made.get_component_candidates(1, ["127.0.0.1"])
    made._local_candidates_end = True
    yield made
    await made.close()


def heard_by(phone: socket.socket) -> stun.Message:
    return stun.parse_message(phone.recv(2048))


async def answered(phone: socket.socket, connection: Connection, message: stun.Message) -> bool:
    """Whether the studio answers this check with a success that the peer can verify."""
    phone.sendto(bytes(message), connection._protocols[0].port.address)
    await asyncio.sleep(0.1)
    phone.settimeout(0.2)
    try:
        while True:
            told = heard_by(phone)
            if told.transaction_id == message.transaction_id:
                return told.message_class == stun.Class.RESPONSE
    except TimeoutError:
        return False


async def test_a_wrong_password_claims_nothing(connection: Connection, phone: socket.socket) -> None:
    port = connection._protocols[0].port
    assert not await answered(phone, connection, check(connection.local_username, "w" * 24))
    assert port._by_remote == {}
    assert not await answered(phone, connection, check("nobody"))
    assert await answered(phone, connection, check(connection.local_username, connection.local_password))


async def test_a_restart_answers_both_generations_until_the_new_one_is_nominated(
    connection: Connection, phone: socket.socket
) -> None:
    connecting = asyncio.ensure_future(connection.connect())
    before = connection._keys
    addr = phone.getsockname()
    phone.setblocking(True)
    assert await answered(phone, connection, check(before.local_name, before.local_password))
    pair = connection._check_list[0]
    if pair.task:
        pair.task.cancel()
    pair.state, pair.nominated = pair.State.SUCCEEDED, True
    connection.check_complete(pair)
    await connecting
    keys = connection.restart("anew", "r" * 24)
    assert keys.local_name != before.local_name
    assert connection.there == addr, "the old path carries on"
    assert await answered(phone, connection, check(before.local_name, before.local_password))
    assert connection.build_request(pair, nominate=False).attributes["USERNAME"] == f"theirs:{before.local_name}"
    assert await answered(phone, connection, check(keys.local_name, keys.local_password, "anew"))
    fresh = connection._check_list[0]
    assert connection.build_request(fresh, nominate=False).attributes["USERNAME"] == f"anew:{keys.local_name}"
    if fresh.task:
        fresh.task.cancel()
    fresh.state, fresh.nominated = fresh.State.SUCCEEDED, True
    connection.check_complete(fresh)
    assert not connection.restarting
    assert not await answered(phone, connection, check(before.local_name, before.local_password))
    again = connection.restart("once more", "s" * 24)
    assert connection.restart("and more", "t" * 24) != again, "a second restart before the first is done"
    assert connection.keys_of(fresh) == keys, "keeps the path that works"


def test_a_fragment_is_a_trickle_or_a_restart() -> None:
    trickled = fragment(
        "a=ice-ufrag:same\r\na=ice-pwd:x\r\na=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n",
        etag='"1"', known_etag='"1"', known_ufrag="same",
    )  # fmt: skip
    assert trickled.restart is None
    assert trickled.candidates[0].ip == "192.0.2.1"
    anew = fragment(f"a=ice-ufrag:anew\r\na=ice-pwd:{KEY}\r\n", etag="*", known_etag='"1"', known_ufrag="same")
    assert anew.restart == ("anew", KEY)
    for wrong in (
        "a=ice-ufrag:anew\r\n",
        f"a=ice-ufrag:a\r\na=ice-pwd:{KEY}\r\n",
        "a=ice-ufrag:anew\r\na=ice-pwd:short\r\n",
    ):
        with pytest.raises(Refused, match="bad_sdp"):
            fragment(wrong, etag="*", known_etag='"1"', known_ufrag="same")
    local = "v=0\r\na=group:BUNDLE 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=candidate:1 1 udp 1 192.0.2.9 9 typ host\r\n"
    text = restarted(local, "ours", "pass")
    assert text.startswith(
        "a=group:BUNDLE 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=ice-ufrag:ours\r\na=ice-pwd:pass\r\n"
    )
    assert text.endswith("typ host\r\na=end-of-candidates\r\n")
