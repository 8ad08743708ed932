"""HTTPS for phones on the LAN: a CA of our own, leaves that follow the machine's addresses."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509

from api.tls import Tls, make, own_addresses, ready
from runtime.problems import CannotStart
from runtime.settings.model import Server

NOW = datetime(2026, 6, 1, tzinfo=UTC)
NAMES = frozenset({"localhost", "desk.local"})
HERE = frozenset({ip_address("127.0.0.1")})


def leaf_of(tls: Tls) -> x509.Certificate:
    return x509.load_pem_x509_certificate(tls.cert.read_bytes())


async def handshake(tls: Tls, ca: Path, host: str) -> str:
    """A real TLS handshake as a phone that trusts `ca` does it; the version agreed."""
    serve = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serve.load_cert_chain(tls.cert, tls.key)
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0, ssl=serve)
    async with server:
        port = server.sockets[0].getsockname()[1]
        trust = ssl.create_default_context(cafile=str(ca))
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust, server_hostname=host)
        version = writer.get_extra_info("ssl_object").version()
        writer.close()
        return version


async def test_a_phone_that_trusts_the_ca_reaches_the_desk(tmp_path: Path) -> None:
    tls = make(tmp_path, NAMES, HERE, datetime.now(UTC))
    for host in ("127.0.0.1", "localhost", "desk.local"):
        assert await handshake(tls, tls.ca, host) == "TLSv1.3"


async def test_a_stranger_does_not_trust_it(tmp_path: Path) -> None:
    tls = make(tmp_path / "ours", NAMES, HERE, datetime.now(UTC))
    other = make(tmp_path / "other", NAMES, HERE, datetime.now(UTC))
    with pytest.raises(ssl.SSLCertVerificationError):
        await handshake(tls, other.ca, "127.0.0.1")


async def test_the_ca_cannot_vouch_for_the_world(tmp_path: Path) -> None:
    tls = make(tmp_path, frozenset({"bank.example.com"}), HERE, datetime.now(UTC))
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        await handshake(tls, tls.ca, "bank.example.com")


def test_a_second_start_keeps_both_and_new_addresses_renew_the_leaf_only(tmp_path: Path) -> None:
    first = make(tmp_path, NAMES, HERE, NOW)
    ca, leaf = first.ca.read_bytes(), first.cert.read_bytes()
    again = make(tmp_path, NAMES, HERE, NOW + timedelta(days=300))
    assert (again.ca.read_bytes(), again.cert.read_bytes()) == (ca, leaf)
    moved = make(tmp_path, NAMES, HERE | {ip_address("192.168.1.20")}, NOW)
    assert moved.ca.read_bytes() == ca
    assert moved.cert.read_bytes() != leaf
    renewed = make(tmp_path, NAMES, HERE, NOW + timedelta(days=380))
    assert leaf_of(renewed).not_valid_after_utc > NOW + timedelta(days=400)


def test_the_leaf_is_short_enough_for_phones_and_the_keys_are_private(tmp_path: Path) -> None:
    tls = make(tmp_path, NAMES, HERE, NOW)
    leaf = leaf_of(tls)
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=398)
    for name in ("ca.key", "leaf.key"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


def test_own_addresses_are_local_ones() -> None:
    found = own_addresses()
    assert ip_address("127.0.0.1") in found
    assert all(address.is_private or address.is_loopback or address.is_link_local for address in found)


def test_a_configured_certificate_is_used_and_a_half_one_refused(tmp_path: Path) -> None:
    made = make(tmp_path, NAMES, HERE, NOW)
    used = ready(Server(https_cert=made.cert, https_key=made.key), tmp_path)
    assert (used.cert, used.ca) == (made.cert, None)
    with pytest.raises(CannotStart, match="belong together"):
        ready(Server(https_cert=made.cert), tmp_path)
    with pytest.raises(CannotStart, match="cannot be read"):
        ready(Server(https_cert=tmp_path / "gone.pem", https_key=made.key), tmp_path)
