"""Opens sealed recordings. In: sealed files and every custodian's key. Out: playable files, and what they lack.

A key file holds an age identity, in clear or as an age file with a passphrase; `age-keygen` makes both kinds' insides.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pyrage

from runtime.custody.envelope import SUFFIX, Opened, WrongKeys

_AGE = b"age-encryption.org/v1"
_IDENTITY = "AGE-SECRET-KEY-"


class File(msgspec.Struct, frozen=True):
    """One file that was opened. `complete` is False when it was cut off: it plays up to there."""

    path: Path
    complete: bool
    records: int


def identity(path: Path, ask: Callable[[str], str]) -> str:
    """The age identity in `path`; `ask` gets the passphrase when there is one. Raises WrongKeys, OSError."""
    held = path.read_bytes()
    if held.startswith(_AGE):
        try:
            held = pyrage.passphrase.decrypt(held, ask(path.name))
        except pyrage.DecryptError as error:
            raise WrongKeys(f"{path.name}: another passphrase") from error
    found = [line.strip() for line in held.decode("utf-8", "replace").splitlines() if line.startswith(_IDENTITY)]
    if len(found) != 1:
        raise WrongKeys(f"{path.name}: no age identity in it")
    return found[0]


def sealed_files(folder: Path) -> tuple[Path, ...]:
    """In the order they were recorded."""
    return tuple(sorted(folder.glob(f"*{SUFFIX}")))


def open_file(path: Path, identities: Sequence[str], into: Path) -> File:
    """Write the playable file into `into`. Raises WrongKeys, Tampered, NotSealed, OSError, and then leaves nothing."""
    out = into / path.name.removesuffix(SUFFIX)
    handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with path.open("rb") as sealed, os.fdopen(handle, "wb") as plain:
            reader = Opened(sealed, identities)
            for chunk in reader:
                plain.write(chunk)
    except BaseException:
        out.unlink(missing_ok=True)
        raise
    return File(out, reader.complete, reader.records)
