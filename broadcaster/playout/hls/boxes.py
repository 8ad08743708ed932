"""Cuts a stream of MP4 boxes. In: bytes in any pieces. Out: the init segment and whole fragments. Pure."""

from collections.abc import Iterator
from typing import Literal

_HEADER = 8
_INIT = {b"ftyp", b"moov"}
_FRAGMENT_END = b"mdat"
_IGNORED = {b"mfra", b"free", b"sidx"}


class Boxes:
    """Keeps what is not whole yet."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._part = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[Literal["init", "fragment"], bytes]]:
        """Everything that has become whole with `data`."""
        self._held += data
        while len(self._held) >= _HEADER:
            size = int.from_bytes(self._held[:4], "big")
            kind = bytes(self._held[4:8])
            if size < _HEADER:
                raise ValueError(f"box {kind!r} of {size} bytes")
            if len(self._held) < size:
                return
            box = bytes(self._held[:size])
            del self._held[:size]
            if kind not in _IGNORED:
                yield from self._box(kind, box)

    def _box(self, kind: bytes, box: bytes) -> Iterator[tuple[Literal["init", "fragment"], bytes]]:
        self._part += box
        if kind in {b"moov", _FRAGMENT_END}:
            whole = bytes(self._part)
            self._part.clear()
            yield ("init" if kind in _INIT else "fragment"), whole
