"""A picture's size from H.264's sequence parameter set. In: an access unit (Annex B). Out: width and height (pure)."""

_SPS = 7
_HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128})


class _Bits:
    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise ValueError("the parameter set is cut short")
        return (self._value >> self._left) & ((1 << count) - 1)

    def golomb(self) -> int:
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        code = self.golomb()
        return (code + 1) // 2 if code & 1 else -(code // 2)


def find(unit: bytes) -> bytes:
    """The first sequence parameter set in an access unit, with its header byte, or nothing."""
    at = unit.find(b"\x00\x00\x01")
    while at >= 0:
        start = at + 3
        at = unit.find(b"\x00\x00\x01", start)
        if start < len(unit) and unit[start] & 0x1F == _SPS:
            return unit[start : at if at >= 0 else len(unit)].rstrip(b"\x00")
    return b""


def size(sps: bytes) -> tuple[int, int]:
    """Width and height in pixels after cropping; (0, 0) when the set cannot be read."""
    try:
        return _size(_Bits(sps[1:].replace(b"\x00\x00\x03", b"\x00\x00")))
    except ValueError:
        return 0, 0


def _size(bits: _Bits) -> tuple[int, int]:
    profile = bits.take(8)
    bits.take(16)
    bits.golomb()
    chroma = _skip_high(bits) if profile in _HIGH_PROFILES else 1
    bits.golomb()
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.take(1)
        bits.signed(), bits.signed()
        for _ in range(bits.golomb()):
            bits.signed()
    bits.golomb()
    bits.take(1)
    width = 16 * (bits.golomb() + 1)
    rows = bits.golomb() + 1
    frames_only = bits.take(1)
    if not frames_only:
        bits.take(1)
    bits.take(1)
    height = 16 * rows * (2 - frames_only)
    if bits.take(1):
        across = 1 if chroma in {0, 3} else 2
        down = (2 if chroma == 1 else 1) * (2 - frames_only)
        left, right, top, bottom = (bits.golomb() for _ in range(4))
        width -= across * (left + right)
        height -= down * (top + bottom)
    return width, height


def _skip_high(bits: _Bits) -> int:
    chroma = bits.golomb()
    if chroma == 3:  # noqa: PLR2004 - 4:4:4
        bits.take(1)
    bits.golomb()
    bits.golomb()
    bits.take(1)
    if bits.take(1):
        for index in range(12 if chroma == 3 else 8):  # noqa: PLR2004 - 4:4:4
            if bits.take(1):
                _skip_scaling(bits, 16 if index < 6 else 64)  # noqa: PLR2004 - the 4x4 lists come first
    return chroma


def _skip_scaling(bits: _Bits, count: int) -> None:
    last = following = 8
    for _ in range(count):
        if following:
            following = (last + bits.signed()) & 0xFF
        last = following or last
