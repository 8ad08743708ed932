"""Bytes of coded pictures. In: one access unit. Out: what a muxer must know of it. Pure."""

_SPS, _PPS = 7, 8
_VP8_START = b"\x9d\x01\x2a"
_VP8_HEADER_BYTES = 10


def units(data: bytes) -> list[bytes]:
    """The NAL units of an Annex B access unit, without their start codes."""
    starts: list[int] = []
    at = data.find(b"\x00\x00\x01")
    while at >= 0:
        starts.append(at + 3)
        at = data.find(b"\x00\x00\x01", at + 3)
    ends = [start - 3 for start in starts[1:]] + [len(data)]
    # A four-byte start code leaves its first zero at the end of the unit before; no unit ends in a zero.
    return [data[start:end].rstrip(b"\x00") for start, end in zip(starts, ends, strict=True)]


def parameter_sets(data: bytes) -> tuple[bytes, ...]:
    """SPS and PPS in an Annex B access unit, in their order; empty when it has none."""
    return tuple(unit for unit in units(data) if unit and unit[0] & 0x1F in {_SPS, _PPS})


def vp8_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in a VP8 keyframe, None in any other frame."""
    if len(data) < _VP8_HEADER_BYTES or data[0] & 1 or data[3:6] != _VP8_START:
        return None
    return int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF
