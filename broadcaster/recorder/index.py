"""The recording's index. In: facts about its segments. Out: lines of `index.jsonl`, each a JSON object.

`{"what": "segment", "file", "utc_ns", …}`, `{"what": "closed", "file", "utc_ns", "bytes", …}` and
`{"what": "gap", "from_utc_ns", "to_utc_ns", "why"}`. It holds no secret. Lines that a full disk refuses wait for room.
"""

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import msgspec

_MOST_WAITING = 1000


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line as it is read; what does not belong to its `what` is empty."""

    what: str
    file: str = ""
    utc_ns: int = 0
    from_utc_ns: int = 0
    to_utc_ns: int = 0
    why: str = ""


def lines(path: Path) -> Iterator[Line]:
    """The index as far as it can be read; a line that a crash cut in two is left out."""
    try:
        told = path.read_bytes()
    except OSError:
        return
    for raw in told.splitlines():
        try:
            yield msgspec.json.decode(raw, type=Line)
        except msgspec.MsgspecError:
            continue


class Index:
    """Appends lines; never raises for the disk's sake."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: deque[bytes] = deque(maxlen=_MOST_WAITING)
        # A line that a crash cut in two is ended, so that ours is whole.
        self._cut = _is_cut(path)

    def add(self, what: str, **fields: object) -> None:
        """Append one line, after those that still wait."""
        self._waiting.append(msgspec.json.encode({"what": what, **fields}) + b"\n")
        self.flush()

    def flush(self) -> None:
        """Try to write what waits."""
        if not self._waiting:
            return
        told = (b"\n" if self._cut else b"") + b"".join(self._waiting)
        try:
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError:
            return
        try:
            self._append(file, told)
        finally:
            os.close(file)

    def _append(self, file: int, told: bytes) -> None:
        before = os.fstat(file).st_size
        try:
            if os.write(file, told) == len(told):
                self._waiting.clear()
                self._cut = False
                os.fdatasync(file)
            else:
                os.ftruncate(file, before)
        except OSError:
            os.ftruncate(file, before)


def _is_cut(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            if not file.seek(0, 2):
                return False
            file.seek(-1, 2)
            return file.read(1) != b"\n"
    except OSError:
        return False
