"""A drawn signature as strokes. In: compact JSON from a phone's pad. Out: a checked value, its hash, a path to draw.

`{"v":1,"w":1000,"h":400,"s":[[x,y,dx,dy,…],…]}`: whole numbers in a box of `w` by `h`; each stroke begins at x, y and
goes on by steps. It is made by `web/assets/crew/signature.ts`; nothing of time or pressure is kept.
"""

import hashlib
from itertools import accumulate

import msgspec

from runtime.problems import UserProblem

_MOST_STROKES, _MOST_NUMBERS = 64, 4000
_MOST_SIDE = 4000
_LEAST_LENGTH = 60
"""In the box's units: a tap or a tick by accident is no signature."""


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Strokes as they were drawn."""

    v: int
    w: int
    h: int
    s: tuple[tuple[int, ...], ...]

    def points(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """Each stroke's points, in the box's units."""
        return tuple(tuple(zip(accumulate(each[::2]), accumulate(each[1::2]), strict=True)) for each in self.s)


def signature(text: str) -> Signature:
    """The checked signature. Raises UserProblem `signature` in words the signer can act on."""
    try:
        drawn = msgspec.json.decode(text, type=Signature)
    except msgspec.MsgspecError:
        raise UserProblem("signature", "签名没有收全，请重签一次。", 422) from None
    numbers = sum(map(len, drawn.s))
    shaped = drawn.v == 1 and 0 < drawn.w <= _MOST_SIDE and 0 < drawn.h <= _MOST_SIDE
    if not shaped or any(len(each) < 2 or len(each) % 2 for each in drawn.s):  # noqa: PLR2004 - a pair
        raise UserProblem("signature", "签名没有收全，请重签一次。", 422)
    if len(drawn.s) > _MOST_STROKES or numbers > _MOST_NUMBERS:
        raise UserProblem("signature_long", "签名笔画太多，请重签得简单些。", 422)
    if any(not (0 <= x <= drawn.w and 0 <= y <= drawn.h) for stroke in drawn.points() for x, y in stroke):
        raise UserProblem("signature", "签名没有收全，请重签一次。", 422)
    if sum(abs(step) for stroke in drawn.s for step in stroke[2:]) < _LEAST_LENGTH:
        raise UserProblem("signature_short", "请在线上签名，不要只点一下。", 422)
    return drawn


def canonical(drawn: Signature) -> bytes:
    """The bytes that are stored and hashed."""
    return msgspec.json.encode(drawn)


def digest(drawn: Signature) -> str:
    """Hex SHA-256 of the canonical bytes."""
    return hashlib.sha256(canonical(drawn)).hexdigest()


def path(drawn: Signature) -> str:
    """The `d` of an SVG path in a viewBox of `0 0 w h`; draw it with round caps and no fill."""
    parts = []
    for stroke in drawn.s:
        x, y, *steps = stroke
        # A single point is a dot: a line of no length, which round caps make visible.
        line = "".join(f"l{dx} {dy}" for dx, dy in _pairs(steps)) or "l0 0"
        parts.append(f"M{x} {y}{line}")
    return "".join(parts)


def _pairs(numbers: list[int]) -> list[tuple[int, int]]:
    return list(zip(numbers[::2], numbers[1::2], strict=True))
