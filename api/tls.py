"""Certificates for HTTPS. In: settings and var/tls. Out: paths of a certificate, its key and its CA.

A configured certificate is used as it is. Otherwise the desk makes a small CA of its own at first start and a leaf for
this machine's names and addresses, made anew when they change or it runs out: phones trust the CA once. The CA may
sign only for local names and private addresses, so trusting it cannot harm the phone's other traffic.
"""

import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from runtime.problems import CannotStart
from runtime.settings.model import Server

CA_DAYS, LEAF_DAYS = 3650, 397
"""Apple's systems refuse leaves that live longer than 398 days."""
RENEW_DAYS = 30
_LOCAL_NAMES = ("local", "localhost", "lan", "home.arpa", "internal")
_LOCAL_NETWORKS = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
)

Address = IPv4Address | IPv6Address
Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Tls:
    """What uvicorn is given. `ca` is None with a configured certificate."""

    cert: Path
    key: Path
    ca: Path | None
    fingerprint: str = ""


def ready(server: Server, folder: Path) -> Tls:
    """The certificate to serve with, made or renewed when it is ours to make. Raises CannotStart."""
    if server.https_cert or server.https_key:
        if not (server.https_cert and server.https_key):
            raise CannotStart("server.https_cert and server.https_key belong together: set both, or neither.")
        for path in (server.https_cert, server.https_key):
            if not path.is_file():
                raise CannotStart(
                    f"The certificate file {path} cannot be read: check server.https_cert and server.https_key."
                )
        return Tls(server.https_cert, server.https_key, None)
    names, addresses = own_names(), own_addresses()
    return make(folder, names, addresses, datetime.now(UTC))


def make(folder: Path, names: frozenset[str], addresses: frozenset[Address], now: datetime) -> Tls:
    """The CA in `folder` and a leaf for these names and addresses; what still fits is kept."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ca_path, leaf_path = folder / "ca.pem", folder / "leaf.pem"
    ca, ca_key = _ca(ca_path, folder / "ca.key", now)
    if not _still_fits(leaf_path, folder / "leaf.key", ca, names, addresses, now):
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = _leaf(ca, ca_key, key, names, addresses, now)
        _write(folder / "leaf.key", _private(key), 0o600)
        _write(leaf_path, _pem(leaf) + _pem(ca), 0o644)
    print_ = ca.fingerprint(hashes.SHA256()).hex(":").upper()
    return Tls(leaf_path, folder / "leaf.key", ca_path, print_)


def own_names() -> frozenset[str]:
    """This machine's names that a CA for local names may sign."""
    host = socket.gethostname().split(".", 1)[0].lower()
    return frozenset({"localhost", f"{host}.local", f"{host}.lan"})


def own_addresses() -> frozenset[Address]:
    """This machine's private addresses, loopback included. No packet is sent to find them."""
    found: set[Address] = {ip_address("127.0.0.1"), ip_address("::1")}
    for family, elsewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((elsewhere, 9))  # a datagram socket only looks up its route
                found.add(ip_address(probe.getsockname()[0].split("%")[0]))
            except OSError:
                continue
    try:
        infos = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        infos = []
    found |= {ip_address(str(info[4][0]).split("%")[0]) for info in infos}
    return frozenset(address for address in found if _is_local(address))


def _is_local(address: Address) -> bool:
    return any(address in network for network in map(ip_network, _LOCAL_NETWORKS) if network.version == address.version)


def _ca(path: Path, key_path: Path, now: datetime) -> tuple[x509.Certificate, Key]:
    if path.is_file() and key_path.is_file():
        ca = x509.load_pem_x509_certificate(path.read_bytes())
        key = load_pem_private_key(key_path.read_bytes(), None)
        if isinstance(key, ec.EllipticCurvePrivateKey) and ca.not_valid_after_utc > now + timedelta(days=LEAF_DAYS):
            return ca, key
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Daylight"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Daylight on {socket.gethostname()[:40]}"),
        ]
    )
    builder = _builder(name, name, key, now, CA_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(sign_certificates=True), critical=True)
    permitted = [x509.DNSName(each) for each in _LOCAL_NAMES]
    networks: list[IPv4Network | IPv6Network] = [ip_network(each) for each in _LOCAL_NETWORKS]
    builder = builder.add_extension(
        x509.NameConstraints([*permitted, *(x509.IPAddress(each) for each in networks)], None), critical=True
    )
    ca = builder.sign(key, hashes.SHA256())
    _write(key_path, _private(key), 0o600)
    _write(path, _pem(ca), 0o644)
    return ca, key


def _leaf(
    ca: x509.Certificate, ca_key: Key, key: Key, names: frozenset[str], addresses: frozenset[Address], now: datetime
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Daylight desk")])
    builder = _builder(subject, ca.subject, key, now, LEAF_DAYS)
    alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in sorted(names)]
    alternatives += [x509.IPAddress(address) for address in sorted(addresses, key=str)]
    builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(sign_certificates=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    return builder.add_extension(issuer, critical=False).sign(ca_key, hashes.SHA256())


def _builder(subject: x509.Name, issuer: x509.Name, key: Key, now: datetime, days: int) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days - 1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _still_fits(
    path: Path,
    key_path: Path,
    ca: x509.Certificate,
    names: frozenset[str],
    addresses: frozenset[Address],
    now: datetime,
) -> bool:
    if not (path.is_file() and key_path.is_file()):
        return False
    leaf = x509.load_pem_x509_certificate(path.read_bytes())
    said = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    covers = names <= set(said.get_values_for_type(x509.DNSName)) and addresses <= set(
        said.get_values_for_type(x509.IPAddress)
    )
    signed_by_ca = leaf.issuer == ca.subject and _signed(leaf, ca)
    return covers and signed_by_ca and leaf.not_valid_after_utc > now + timedelta(days=RENEW_DAYS)


def _signed(leaf: x509.Certificate, ca: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(ca)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private(key: Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, body: bytes, mode: int) -> None:
    """Whole or not at all, never readable by others for a moment."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=mode)
    fresh.write_bytes(body)
    fresh.replace(path)
