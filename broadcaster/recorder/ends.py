"""Where a file that was cut off ends. In: a segment that nobody closed. Out: the moment of its last whole fragment.

Nothing is decoded and little is read: a fragmented MP4 is walked box by box, a sealed file record by record.
"""

import struct
from pathlib import Path
from typing import BinaryIO

from runtime.custody import envelope

_HEAD = struct.Struct("!I4s")
_S = 1_000_000_000
_DURATION, _SIZE, _FLAGS, _OFFSET = 0x100, 0x200, 0x400, 0x800
_DEFAULT_DURATION = {0x01: 8, 0x02: 4}


def end_utc_ns(path: Path, begun_utc_ns: int) -> int | None:
    """The UTC at which `path` ends; None when it holds nothing whole. `begun_utc_ns` is its first frame's."""
    try:
        with path.open("rb") as file:
            if path.name.endswith(envelope.SUFFIX):
                return envelope.end_utc_ns(file)
            return _mp4(file, begun_utc_ns) if path.suffix == ".mp4" else None
    except (OSError, envelope.NotSealed, struct.error):
        return None


def _mp4(file: BinaryIO, begun_utc_ns: int) -> int | None:
    size, at = file.seek(0, 2), 0
    scales: dict[int, int] = {}
    fragment: bytes | None = None
    found: bytes | None = None
    while at + _HEAD.size <= size:
        file.seek(at)
        length, kind = _HEAD.unpack(file.read(_HEAD.size))
        if length < _HEAD.size or at + length > size:
            break
        if kind == b"moov":
            scales = _scales(file.read(length - _HEAD.size))
        elif kind == b"moof":
            fragment = file.read(length - _HEAD.size)
        elif kind == b"mdat" and fragment:
            found, fragment = fragment, None
        at += length
    return begun_utc_ns + _end_ns(found, scales) if found and scales else None


def _boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    """Kind and content of the boxes in `data`."""
    found, at = [], 0
    while at + _HEAD.size <= len(data):
        length, kind = _HEAD.unpack_from(data, at)
        if length < _HEAD.size:
            break
        found.append((kind, data[at + _HEAD.size : at + length]))
        at += length
    return found


def _scales(moov: bytes) -> dict[int, int]:
    """Time units per second, by track."""
    scales = {}
    for kind, trak in _boxes(moov):
        if kind != b"trak":
            continue
        inner = dict(_boxes(trak))
        tkhd, mdhd = inner[b"tkhd"], dict(_boxes(inner[b"mdia"]))[b"mdhd"]
        (track,) = struct.unpack_from("!I", tkhd, 20 if tkhd[0] else 12)
        (scale,) = struct.unpack_from("!I", mdhd, 20 if mdhd[0] else 12)
        scales[track] = scale
    return scales


def _end_ns(moof: bytes, scales: dict[int, int]) -> int:
    """The latest end of any track in this fragment, from the file's beginning."""
    ends = [0]
    for kind, traf in _boxes(moof):
        if kind == b"traf":
            track, units = _track_end(traf)
            ends.append(units * _S // scales[track])
    return max(ends)


def _track_end(traf: bytes) -> tuple[int, int]:
    track = default = end = 0
    for kind, box in _boxes(traf):
        flags = int.from_bytes(box[1:4], "big")
        if kind == b"tfhd":
            (track,) = struct.unpack_from("!I", box, 4)
            at = 8 + sum(length for bit, length in _DEFAULT_DURATION.items() if flags & bit)
            default = struct.unpack_from("!I", box, at)[0] if flags & 0x08 else 0
        elif kind == b"tfdt":
            (end,) = struct.unpack_from("!Q" if box[0] else "!I", box, 4)
        elif kind == b"trun":
            end += _duration(box, flags, default)
    return track, end


def _duration(trun: bytes, flags: int, default: int) -> int:
    (count,) = struct.unpack_from("!I", trun, 4)
    if not flags & _DURATION:
        return int(count) * default
    at = 8 + (4 if flags & 0x01 else 0) + (4 if flags & 0x04 else 0)
    step = 4 * sum(bool(flags & bit) for bit in (_DURATION, _SIZE, _FLAGS, _OFFSET))
    return sum(struct.unpack_from("!I", trun, at + index * step)[0] for index in range(count))
