"""A frame counter in the picture. In: a luma plane. Out: the number painted into it, or None when it cannot be read."""

import numpy as np

BITS = 12
MOST = 2000
_LEFT, _STEP, _TOP, _SIZE = 0.15, 0.052, 0.5, 0.03


def _box(index: int, width: int, height: int) -> tuple[slice, slice]:
    x, y, size = int((_LEFT + _STEP * index) * width), int(_TOP * height), int(_SIZE * width)
    return slice(y, y + size), slice(x, x + size)


def _bits(number: int) -> list[int]:
    bits = [number >> i & 1 for i in range(BITS)]
    return [*bits, sum(bits) & 1, 1]


def paint(luma: np.ndarray, number: int) -> None:
    height, width = luma.shape
    for index, bit in enumerate(_bits(number)):
        luma[_box(index, width, height)] = 220 if bit else 40


def read(luma: np.ndarray) -> int | None:
    height, width = luma.shape
    found = []
    for index in range(BITS + 2):
        rows, columns = _box(index, width, height)
        size = rows.stop - rows.start
        core = luma[
            rows.start + size // 4 : rows.stop - size // 4, columns.start + size // 4 : columns.stop - size // 4
        ]
        level = float(core.mean())
        if 90 < level < 170:
            return None
        found.append(int(level > 130))
    number = sum(bit << i for i, bit in enumerate(found[:BITS]))
    whole = found[BITS:] == [sum(found[:BITS]) & 1, 1]
    return number if whole and number < MOST else None
