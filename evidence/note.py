"""Signed checkpoints, pure: C2SP's signed note with Ed25519. In: size, root, time, a key. Out: text anyone can check.

daylight/3f9a…            the log's name: it holds the key's fingerprint
128                       how many records
q83v…=                    the tree's root, base64
utc_ns 1795359338648916281

— daylight/3f9a… dHJ1c3Q…
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from evidence.merkle import HASH_BYTES

_ED25519 = b"\x01"
_ID_BYTES = 4
_LINES = 4
_UTC = "utc_ns "


class BadNote(Exception):  # noqa: N818 - says what it is
    """The text is no checkpoint, or nobody who holds the key signed it."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the log's keeper vouches for: `size` records with this `root` at `utc_ns`."""

    log: str
    size: int
    root: bytes
    utc_ns: int

    def body(self) -> str:
        """The signed text."""
        return f"{self.log}\n{self.size}\n{_b64(self.root)}\n{_UTC}{self.utc_ns}\n"


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes that verify."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def log_name(public_key: bytes) -> str:
    """A log's name, bound to its key."""
    return f"daylight/{hashlib.sha256(public_key).hexdigest()[:16]}"


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """The signed note."""
    body = checkpoint.body()
    signature = _key_id(checkpoint.log, public_bytes(key)) + key.sign(body.encode())
    return f"{body}\n— {checkpoint.log} {_b64(signature)}\n"


def verify(note: str, public_key: bytes) -> Checkpoint:
    """The checkpoint in `note`. Raises BadNote."""
    body, separator, signatures = note.partition("\n\n")
    lines = body.split("\n")
    if not separator or len(lines) != _LINES or not lines[3].startswith(_UTC):
        raise BadNote("not a checkpoint")
    try:
        checkpoint = Checkpoint(lines[0], int(lines[1]), _unb64(lines[2]), int(lines[3].removeprefix(_UTC)))
    except (ValueError, binascii.Error):
        raise BadNote("not a checkpoint") from None
    if len(checkpoint.root) != HASH_BYTES or checkpoint.body() != f"{body}\n":
        raise BadNote("not a checkpoint")
    if checkpoint.log != log_name(public_key):
        raise BadNote("signed for another key")
    signed = (_signature(line, checkpoint.log) for line in signatures.splitlines())
    if not any(each and _holds(each, checkpoint, public_key) for each in signed):
        raise BadNote("the signature does not hold")
    return checkpoint


def _signature(line: str, log: str) -> bytes:
    prefix = f"— {log} "
    try:
        return _unb64(line.removeprefix(prefix)) if line.startswith(prefix) else b""
    except (ValueError, binascii.Error):
        return b""


def _holds(signature: bytes, checkpoint: Checkpoint, public_key: bytes) -> bool:
    if signature[:_ID_BYTES] != _key_id(checkpoint.log, public_key):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature[_ID_BYTES:], checkpoint.body().encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _key_id(name: str, public_key: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:_ID_BYTES]


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _unb64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
