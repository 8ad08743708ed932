"""A sealed file that grows. In: chunks of plain bytes and custodians. Out: records that only all custodians can open.

```
magic │ u32 length │ header (JSON) │ record │ record │ … │ last record
record = u32 length of what follows the head │ u64 utc_ns of its end │ ChaCha20-Poly1305(chunk)
```
A file key of 32 random bytes is split by XOR into one share for each custodian; each share is an age file for that
custodian's recipients. The cipher's key is HKDF-SHA256 of the file key and the header's salt. A record's nonce is its
number and a last byte that is 1 for the file's last record only; header and record head are authenticated with it. So
records cannot be changed, exchanged, left out or put in between, and a file that was cut off says so. docs/adr/0013.
"""

import hashlib
import secrets
import struct
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import msgspec
import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"daylight-sealed-1\n"
SUFFIX = ".sealed"
LEAST_CUSTODIANS = 2
_LENGTH = struct.Struct("!I")
_HEAD = struct.Struct("!IQ")
_KEY_BYTES = 32
_TAG_BYTES = 16
_MOST_HEADER = 64 * 1024
_MOST_RECORD = 64 * 1024 * 1024


class Custodian(msgspec.Struct, frozen=True):
    """One of those who must come together; any one of its age recipients opens its share (the others are spares)."""

    name: str
    recipients: tuple[str, ...]


class Share(msgspec.Struct, frozen=True):
    """One custodian's part of a file's key, as an age file."""

    custodian: str
    sealed: bytes


class Header(msgspec.Struct, frozen=True):
    """What anybody may read of a sealed file."""

    shares: tuple[Share, ...]
    salt: bytes


class NotSealed(Exception):  # noqa: N818 - says what it is
    """It is no sealed file, or its header is broken."""


class WrongKeys(Exception):  # noqa: N818 - says what it is
    """These keys do not open it; the argument names the custodian whose key is missing."""


class Tampered(Exception):  # noqa: N818 - says what it is
    """A record was changed, moved or left out; the argument is its number."""


class CannotSeal(Exception):  # noqa: N818 - says what it is
    """Fewer than two custodians, or a recipient that is none."""


class Sealer:
    """Seals one file. No number is used twice, whatever becomes of its record: after a failure begin a new file."""

    def __init__(self, custodians: Sequence[Custodian]) -> None:
        if len({each.name for each in custodians}) < max(LEAST_CUSTODIANS, len(custodians)):
            raise CannotSeal(f"{len(custodians)} custodians")
        key = secrets.token_bytes(_KEY_BYTES)
        header = Header(shares=tuple(_shares(key, custodians)), salt=secrets.token_bytes(_KEY_BYTES))
        body = msgspec.json.encode(header)
        self.header = MAGIC + _LENGTH.pack(len(body)) + body
        """The file begins with these bytes."""
        self._cipher = _Cipher(key, header.salt, self.header)

    def seal(self, chunk: bytes, end_utc_ns: int, *, last: bool = False) -> bytes:
        """The next record, whole."""
        head = _HEAD.pack(len(chunk) + _TAG_BYTES, end_utc_ns)
        return head + self._cipher.seal(chunk, head, last=last)


class Opened:
    """A sealed file's chunks in order. `complete` is True once the last record came; cut-off files never have it."""

    def __init__(self, file: BinaryIO, identities: Sequence[str]) -> None:
        header, raw = read_header(file)
        self._file = file
        self._cipher = _Cipher(_key(header, identities), header.salt, raw)
        self.complete = False
        self.records = 0

    def __iter__(self) -> Iterator[bytes]:
        """Plain chunks. Raises Tampered."""
        for head, sealed in _records(self._file):
            if self.complete:
                raise Tampered(self.records)
            chunk = self._cipher.open(sealed, head)
            if chunk is None:
                chunk = self._cipher.open(sealed, head, last=True)
                self.complete = True
            if chunk is None:
                raise Tampered(self.records)
            self._cipher.step()
            self.records += 1
            yield chunk


class _Cipher:
    """One file's cipher and where it stands."""

    def __init__(self, key: bytes, salt: bytes, header: bytes) -> None:
        derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=salt, info=MAGIC).derive(key)
        self._cipher = ChaCha20Poly1305(derived)
        self._about = hashlib.sha256(header).digest()
        self._number = 0

    def step(self) -> None:
        self._number += 1

    def seal(self, chunk: bytes, head: bytes, *, last: bool) -> bytes:
        nonce = self._nonce(last=last)
        self.step()
        return self._cipher.encrypt(nonce, chunk, self._about + head)

    def open(self, sealed: bytes, head: bytes, *, last: bool = False) -> bytes | None:
        try:
            return self._cipher.decrypt(self._nonce(last=last), sealed, self._about + head)
        except InvalidTag:
            return None

    def _nonce(self, *, last: bool) -> bytes:
        return self._number.to_bytes(11, "big") + bytes([last])


def read_header(file: BinaryIO) -> tuple[Header, bytes]:
    """The header and its bytes; the file then stands at its first record. Raises NotSealed."""
    lead = file.read(len(MAGIC) + _LENGTH.size)
    if len(lead) < len(MAGIC) + _LENGTH.size or not lead.startswith(MAGIC):
        raise NotSealed("no sealed file")
    (length,) = _LENGTH.unpack(lead[len(MAGIC) :])
    if length > _MOST_HEADER:
        raise NotSealed("header too long")
    body = file.read(length)
    try:
        return msgspec.json.decode(body, type=Header), lead + body
    except msgspec.MsgspecError as error:
        raise NotSealed("broken header") from error


def end_utc_ns(file: BinaryIO) -> int | None:
    """When the last whole record ends, told without any key; None when there is none. Raises NotSealed."""
    read_header(file)
    size = file.seek(0, 2)
    file.seek(0)
    read_header(file)
    end: int | None = None
    while True:
        lead = file.read(_HEAD.size)
        if len(lead) < _HEAD.size:
            return end
        length, utc_ns = _HEAD.unpack(lead)
        if file.tell() + length > size:
            return end
        file.seek(length, 1)
        end = utc_ns


def _records(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Whole records; what was cut off at the end is left out."""
    while True:
        head = file.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return
        length, _ = _HEAD.unpack(head)
        sealed = file.read(min(length, _MOST_RECORD))
        if len(sealed) < length:
            return
        yield head, sealed


def _shares(key: bytes, custodians: Sequence[Custodian]) -> Iterator[Share]:
    """Random shares whose XOR is the key: all but one of them tell nothing."""
    rest = key
    for index, custodian in enumerate(custodians):
        last = index == len(custodians) - 1
        part = rest if last else secrets.token_bytes(_KEY_BYTES)
        rest = _xor(rest, part)
        try:
            recipients = [pyrage.x25519.Recipient.from_str(each) for each in custodian.recipients]
            yield Share(custodian.name, pyrage.encrypt(part, recipients))
        except (pyrage.RecipientError, pyrage.EncryptError) as error:
            raise CannotSeal(f"{custodian.name}: not an age recipient") from error


def _key(header: Header, identities: Sequence[str]) -> bytes:
    """The file's key. Raises WrongKeys."""
    try:
        keys = [pyrage.x25519.Identity.from_str(each) for each in identities]
    except pyrage.IdentityError as error:
        raise WrongKeys("not an age identity") from error
    key = bytes(_KEY_BYTES)
    for share in header.shares:
        try:
            key = _xor(key, pyrage.decrypt(share.sealed, keys))
        except pyrage.DecryptError as error:
            raise WrongKeys(share.custodian) from error
    return key


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
