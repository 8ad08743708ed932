"""Sealing to age X25519 keys. In: a letter or a picture and recipients. Out: bytes only a key's holder can open.

The browser seals (web/assets/tips/seal.ts); these functions serve pages without scripts, the desk's set-up and tests.
A letter is padded, so that its sealed size tells little of what was written.
"""

import re
from collections.abc import Sequence

import msgspec
import pyrage
from pyrage import passphrase as by_passphrase
from pyrage import x25519

from runtime.problems import ProtocolProblem

PAD = 4096
OVERHEAD = 64 * 1024  # of an age file: header, and 16 bytes for each 64 KiB, generously
_HEADER_MOST = 4096
_FIRST_LINE = b"age-encryption.org/v1\n"
_STANZAS = re.compile(
    rb"(?:-> [!-~]+(?: [!-~]+)*\n(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{0,63}\n)+--- [A-Za-z0-9+/]{43}\n"
)
_RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}")


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What a reporter writes. Exists in the clear only in a browser, or for a moment in memory."""

    where: str = ""
    what: str = ""
    contact: str = ""
    raw_pictures: bool = False

    def __repr__(self) -> str:
        return "Letter(…)"


class DeskKey(msgspec.Struct, frozen=True):
    """The desk's key pair: `sealed_identity` opens only with the passphrase, which nobody stores."""

    recipient: str
    sealed_identity: str


def padded(plain: bytes) -> bytes:
    """JSON with spaces behind it, to the next multiple of 4 KiB."""
    return plain + b" " * (-len(plain) % PAD)


def seal(plain: bytes, recipients: Sequence[str]) -> bytes:
    """An age file for every one of `recipients`."""
    return bytes(pyrage.encrypt(plain, [x25519.Recipient.from_str(one) for one in recipients]))


def seal_letter(letter: Letter, recipients: Sequence[str]) -> bytes:
    return seal(padded(msgspec.json.encode(letter)), recipients)


def seal_text(text: str, recipients: Sequence[str]) -> bytes:
    """One message of the dialogue."""
    return seal(padded(msgspec.json.encode({"text": text})), recipients)


def unseal(sealed: bytes, identity: str) -> bytes:
    """Raises pyrage.DecryptError when `identity` is not among the recipients."""
    return bytes(pyrage.decrypt(sealed, [x25519.Identity.from_str(identity)]))


def unseal_text(sealed: bytes, identity: str) -> str:
    """The text of one message of the dialogue."""
    return str(msgspec.json.decode(unseal(sealed, identity), type=dict[str, str]).get("text", ""))


def make_desk_key(passphrase: str) -> DeskKey:
    """A fresh pair; its private half sealed with the passphrase (age scrypt)."""
    identity = x25519.Identity.generate()
    sealed = by_passphrase.encrypt(str(identity).encode(), passphrase, armored=True)
    return DeskKey(str(identity.to_public()), bytes(sealed).decode())


def open_desk_key(key: DeskKey, passphrase: str) -> str:
    """The private half. Raises pyrage.DecryptError on a wrong passphrase."""
    return bytes(by_passphrase.decrypt(key.sealed_identity.encode(), passphrase)).decode().strip()


def check_recipient(text: str) -> str:
    """A well-formed X25519 recipient, or a protocol problem."""
    if not _RECIPIENT.fullmatch(text):
        raise ProtocolProblem("tip_recipient", "not an age X25519 recipient", 422)
    try:
        x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise ProtocolProblem("tip_recipient", "not an age X25519 recipient", 422) from error
    return text


def check_sealed(blob: bytes, most_bytes: int) -> bytes:
    """Bytes that are an age file for X25519 keys and no longer than allowed: plaintext by mistake is refused."""
    if len(blob) > most_bytes + OVERHEAD:
        raise ProtocolProblem("tip_size", "sealed part too large", 413)
    head = blob[:_HEADER_MOST]
    match = _STANZAS.match(head, len(_FIRST_LINE)) if head.startswith(_FIRST_LINE) else None
    if match is None or b"\n-> X25519 " not in head[: match.end()] or b"-> scrypt " in head[: match.end()]:
        raise ProtocolProblem("tip_not_sealed", "not an age file sealed to X25519 keys", 422)
    if len(blob) < match.end() + 32:
        raise ProtocolProblem("tip_not_sealed", "age file cut short", 422)
    return blob
