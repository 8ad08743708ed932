"""The recording's index. In: facts about its segments. Out: lines of `index.jsonl`, each a JSON object.

`{"what": "segment", "file", "utc_ns", …}`, `{"what": "closed", "file", "utc_ns", "bytes"}` and
`{"what": "gap", "from_utc_ns", "to_utc_ns", "why"}`. Lines that a full disk refuses wait for room.
"""

import os
from collections import deque
from pathlib import Path

import msgspec

_MOST_WAITING = 1000


class Index:
    """Appends lines; never raises for the disk's sake."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: deque[bytes] = deque(maxlen=_MOST_WAITING)

    def add(self, what: str, **fields: object) -> None:
        """Append one line, after those that still wait."""
        self._waiting.append(msgspec.json.encode({"what": what, **fields}) + b"\n")
        self.flush()

    def flush(self) -> None:
        """Try to write what waits."""
        if not self._waiting:
            return
        lines = b"".join(self._waiting)
        try:
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        except OSError:
            return
        before = os.fstat(file).st_size
        try:
            if os.write(file, lines) == len(lines):
                self._waiting.clear()
                os.fdatasync(file)
            else:
                os.ftruncate(file, before)
        except OSError:
            os.ftruncate(file, before)
        finally:
            os.close(file)
