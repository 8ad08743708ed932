"""RTP as bytes. In: one unprotected datagram. Out: its header's facts, and what each codec's payload means (pure)."""

import struct
from typing import NamedTuple

_HEADER = struct.Struct("!BBHII")
_EXTENSION = struct.Struct("!HH")
_ONE_BYTE = 0xBEDE
_FU_A, _STAP_A, _LAST_SINGLE = 28, 24, 23
_IDR, _SPS, _SEI, _AUD = 5, 7, 6, 9
_START_CODE = b"\x00\x00\x00\x01"
NO_LEVEL = -128


class Rtp(NamedTuple):
    """One packet; `level_dbov` is its audio level (−127…0) or `NO_LEVEL`."""

    sequence: int
    timestamp: int
    marker: bool
    payload_type: int
    ssrc: int
    payload: bytes
    level_dbov: int = NO_LEVEL


class Part(NamedTuple):
    """A packet's share of a frame. `starts`: a frame begins here for certain; `key`: the frame needs no other."""

    data: bytes
    starts: bool
    key: bool


class BadPayload(ValueError):  # noqa: N818 - the trade's word
    """Not the codec that was agreed on."""


def parse(data: bytes, level_id: int = 0) -> Rtp | None:
    """The packet in `data`, or None when it is not RTP; `level_id` is the agreed id of ssrc-audio-level, 0 for none."""
    if len(data) < _HEADER.size:
        return None
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
    if first >> 6 != 2:  # noqa: PLR2004 - RTP's version
        return None
    start, end = _HEADER.size + 4 * (first & 0x0F), len(data)
    level = NO_LEVEL
    if first & 0x10:
        if end < start + 4:
            return None
        profile, words = _EXTENSION.unpack_from(data, start)
        if level_id and profile == _ONE_BYTE:
            level = _level(data[start + 4 : start + 4 + 4 * words], level_id)
        start += 4 + 4 * words
    if first & 0x20:
        end -= data[-1]
    if start > end:
        return None
    return Rtp(sequence, timestamp, bool(second & 0x80), second & 0x7F, ssrc, data[start:end], level)


def _level(extensions: bytes, wanted: int) -> int:
    at = 0
    while at < len(extensions):
        head = extensions[at]
        if head == 0:
            at += 1
            continue
        length = (head & 0x0F) + 1
        if head >> 4 == wanted and at + 1 < len(extensions):
            return -(extensions[at + 1] & 0x7F)
        at += 1 + length
    return NO_LEVEL


def h264_part(payload: bytes) -> Part:
    """RFC 6184, packetization mode 1: single units, STAP-A and FU-A become Annex B."""
    if len(payload) < 2:  # noqa: PLR2004 - a unit's header and one byte
        raise BadPayload("short")
    kind = payload[0] & 0x1F
    if 1 <= kind <= _LAST_SINGLE:
        return Part(_START_CODE + payload, kind in {_SPS, _SEI, _AUD}, kind == _IDR)
    if kind == _FU_A:
        unit = payload[1] & 0x1F
        if payload[1] & 0x80:
            head = bytes(((payload[0] & 0xE0) | unit,))
            return Part(_START_CODE + head + payload[2:], starts=False, key=unit == _IDR)
        return Part(payload[2:], starts=False, key=unit == _IDR)
    if kind == _STAP_A:
        return _aggregate(payload)
    raise BadPayload(f"unit type {kind}")


def _aggregate(payload: bytes) -> Part:
    at, found, kinds = 1, bytearray(), set()
    while at + 2 < len(payload):
        size = int.from_bytes(payload[at : at + 2], "big")
        at += 2
        if not size or at + size > len(payload):
            raise BadPayload("STAP-A cut short")
        kinds.add(payload[at] & 0x1F)
        found += _START_CODE
        found += payload[at : at + size]
        at += size
    return Part(bytes(found), bool(kinds & {_SPS, _AUD}), _IDR in kinds)


def vp8_part(payload: bytes) -> Part:
    """RFC 7741: the descriptor is cut off; a key frame's first partition has its first bit clear."""
    if not payload:
        raise BadPayload("short")
    first, at = payload[0], 1
    if first & 0x80:
        if len(payload) < 2:  # noqa: PLR2004 - the descriptor's second byte
            raise BadPayload("short")
        extended, at = payload[1], 2
        if extended & 0x80:
            at += 2 if at < len(payload) and payload[at] & 0x80 else 1
        at += bool(extended & 0x40)
        at += bool(extended & 0x30)
    if at >= len(payload):
        raise BadPayload("empty partition")
    starts = bool(first & 0x10) and first & 0x07 == 0
    return Part(payload[at:], starts, starts and not payload[at] & 0x01)


def vp8_size(frame: bytes) -> tuple[int, int]:
    """Width and height told by a VP8 key frame."""
    if len(frame) < 10 or frame[3:6] != b"\x9d\x01\x2a":  # noqa: PLR2004 - the key frame's header
        return 0, 0
    width, height = struct.unpack_from("<HH", frame, 6)
    return width & 0x3FFF, height & 0x3FFF


class Unwrap:
    """Counts past a counter's wrap; the first value stands for itself."""

    def __init__(self, bits: int) -> None:
        self._half, self._mask = 1 << (bits - 1), (1 << bits) - 1
        self._last: int | None = None

    def __call__(self, value: int) -> int:
        if self._last is None:
            self._last = value
            return value
        step = (value - self._last) & self._mask
        full = self._last + (step - self._mask - 1 if step >= self._half else step)
        self._last = max(self._last, full)
        return full
