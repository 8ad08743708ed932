"""A JPEG without anything but its picture. In: bytes as they came. Out: the same picture, or a UserProblem.

Where and with what a picture was taken stands in its application segments and comments: they are left out, and so is
whatever follows the end of the picture. Nothing is decoded here: the page that sends it has drawn it anew before, and
the browser that shows it decodes it in its own sandbox.
"""

from runtime.problems import UserProblem

MOST_BYTES = 1536 * 1024
MOST_SIDE = 6000
_FF, _START, _END, _SCAN = 0xFF, 0xD8, 0xD9, 0xDA
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_KEPT = frozenset({0xC4, 0xDB, 0xDD, 0xEE, _SCAN}) | _FRAMES
"""Tables, restart interval, Adobe's word on colours, the frame and its scans."""
_INSIDE = frozenset({0x00, 0x01, *range(0xD0, 0xD8)})
"""What may follow 0xFF within a scan: a stuffed byte, a restart."""
_MARKER, _FRAME_LEAST = 2, 10


def stripped(data: bytes) -> bytes:
    """The picture alone. Raises UserProblem when it is none, or too large."""
    if len(data) > MOST_BYTES:
        raise UserProblem("photo_large", "照片太大，请换一张小一些的。", 413)
    if data[:2] != bytes((_FF, _START)):
        raise UserProblem("photo_kind", "请上传照片（JPEG）。", 415)
    kept, at, frames = [data[:2]], _MARKER, 0
    while (marker := _marker(data, at)) != _END:
        end = _end_of(data, at)
        if marker in _FRAMES:
            _check_size(data[at:end])
            frames += 1
        if marker == _SCAN:
            end = _scan_end(data, end)
        if marker in _KEPT:
            kept.append(data[at:end])
        at = end
    if frames != 1 or len(kept) < 3:  # noqa: PLR2004 - beginning, frame and scan at least
        raise _broken()
    return b"".join((*kept, bytes((_FF, _END))))


def _marker(data: bytes, at: int) -> int:
    if at + _MARKER > len(data) or data[at] != _FF or data[at + 1] in _INSIDE:
        raise _broken()
    return data[at + 1]


def _end_of(data: bytes, at: int) -> int:
    """Where a segment ends: its length counts itself but not its marker."""
    end = at + _MARKER + int.from_bytes(data[at + 2 : at + 4], "big")
    if end < at + 2 * _MARKER or end > len(data):
        raise _broken()
    return end


def _scan_end(data: bytes, at: int) -> int:
    """Where the picture's own bytes end: at the next marker that is neither a stuffed byte nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise _broken()
        if data[at + 1] not in _INSIDE:
            return at
        at += _MARKER


def _check_size(segment: bytes) -> None:
    if len(segment) < _FRAME_LEAST:
        raise _broken()
    high, wide = int.from_bytes(segment[5:7], "big"), int.from_bytes(segment[7:9], "big")
    if not (0 < high <= MOST_SIDE and 0 < wide <= MOST_SIDE):
        raise UserProblem("photo_large", "照片太大，请换一张小一些的。", 413)


def _broken() -> UserProblem:
    return UserProblem("photo_broken", "这张照片读不出来，请换一张。", 422)
