"""Who keeps the keys of sealed recordings. In: files below `var/custody`. Out: custodians, and keys that lie too near.

Only public keys belong here. At a first start two key files are made, so that nothing is ever recorded in clear; they
lie in `take-away` until two people have taken one each, and everybody is told so until then.
"""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pyrage

from runtime.custody.envelope import LEAST_CUSTODIANS, CannotSeal, Custodian

_FIRST = ("custodian-1", "custodian-2")


class Custody:
    """The folder. Blocking, small files."""

    def __init__(self, var: Path) -> None:
        self._folder = var / "custody"
        self._file = self._folder / "custodians.json"

    @property
    def take_away(self) -> Path:
        return self._folder / "take-away"

    def keys_left(self) -> tuple[Path, ...]:
        """Private keys that still lie on this machine beside what they open."""
        return tuple(sorted(self.take_away.glob("*.key"))) if self.take_away.is_dir() else ()

    def custodians(self) -> tuple[Custodian, ...]:
        """Who must come together. Raises CannotSeal when nobody is named, or the file is broken."""
        try:
            found = msgspec.json.decode(self._file.read_bytes(), type=tuple[Custodian, ...])
        except (OSError, msgspec.MsgspecError) as error:
            raise CannotSeal(f"{self._file}: {error}") from error
        check(found)
        return found

    def ready(self) -> tuple[Custodian, ...]:
        """The same; at a first start two are made, with their key files. Raises CannotSeal."""
        if not self._file.exists():
            try:
                self._begin()
            except OSError as error:
                raise CannotSeal(f"{self._folder}: {error.strerror}") from error
        return self.custodians()

    def name(self, custodians: Sequence[Custodian]) -> None:
        """From the next recording on these. Raises CannotSeal."""
        check(custodians)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        _write(part, msgspec.json.format(msgspec.json.encode(tuple(custodians)), indent=1) + b"\n")
        part.replace(self._file)

    def _begin(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.take_away.mkdir(mode=0o700, exist_ok=True)
        made = []
        for name in _FIRST:
            identity = pyrage.x25519.Identity.generate()
            with contextlib.suppress(FileExistsError):
                _write(self.take_away / f"{name}.key", f"{identity}\n".encode())
            # Another process may have been first: its key is the one that counts.
            kept = (self.take_away / f"{name}.key").read_text("ascii").strip()
            made.append(Custodian(name, (str(pyrage.x25519.Identity.from_str(kept).to_public()),)))
        if not self._file.exists():
            self.name(made)


def check(custodians: Sequence[Custodian]) -> None:
    """At least two names, each with a key, no key twice. Raises CannotSeal."""
    keys = [key for each in custodians for key in each.recipients]
    if len({each.name for each in custodians}) != len(custodians) or len(custodians) < LEAST_CUSTODIANS:
        raise CannotSeal("two custodians with different names are the least")
    if len(set(keys)) != len(keys) or not all(each.recipients for each in custodians):
        raise CannotSeal("every custodian needs a key of their own")
    for key in keys:
        try:
            pyrage.x25519.Recipient.from_str(key)
        except pyrage.RecipientError as error:
            raise CannotSeal(f"{key[:16]}… is not an age recipient (age1…)") from error


def _write(path: Path, data: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, data)
        os.fsync(file)
    finally:
        os.close(file)
