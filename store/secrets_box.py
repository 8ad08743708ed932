"""Seals small secrets that rest in the database. In: plain bytes and what they are about. Out: sealed bytes.

The key is a file under `var/secrets`, apart from the database and its backup. AES-256-GCM; `about` (table, column, row)
is authenticated, so a sealed value moved to another row does not open.
"""

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_BYTES = 32
_NONCE_BYTES = 12


class CannotUnseal(Exception):  # noqa: N818 - says what it is
    """The key file is another one than sealed this, or the value was changed."""


class SecretsBox:
    """Holds the key in memory only."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    @classmethod
    def open(cls, folder: Path) -> "SecretsBox":
        """The box whose key lies in `folder`, made at first use."""
        return cls(key_from(folder / "database.key"))

    def seal(self, plain: bytes, about: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, about.encode())

    def unseal(self, sealed: bytes, about: str) -> bytes:
        """Raises CannotUnseal."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about.encode())
        except InvalidTag:
            raise CannotUnseal(about) from None


def key_from(path: Path) -> bytes:
    """The 32 bytes in `path`, made with mode 0600 when it is not there. Two processes at once get the same key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    if not path.exists():
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, secrets.token_bytes(_KEY_BYTES))
            os.fsync(handle)
        finally:
            os.close(handle)
        try:
            os.link(fresh, path)  # never replaces a key that another process made meanwhile
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes()
