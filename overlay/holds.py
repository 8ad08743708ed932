"""PURE. How long each graphic stays, in one table. In: a kind and its record's time. Out: a `Shown`."""

import msgspec

from overlay.scene import Graphic, Shown

_S = 1_000_000_000


class Hold(msgspec.Struct, frozen=True):
    """`stays_s` on the picture unless cleared (0: until cleared); `least_s` no clearing can shorten."""

    stays_s: float
    least_s: float = 0.0


HOLDS: dict[str, Hold] = {
    "running": Hold(15.0),
    "card": Hold(20.0),
    "withdrawn": Hold(20.0, least_s=10.0),
    # A correction is as loud as the claim: at least as long as the longest card, and nobody can cut it short.
    "correction": Hold(25.0, least_s=25.0),
    "question": Hold(0.0),
    "strap": Hold(8.0),
    "law": Hold(45.0),
    "tip_line": Hold(20.0),
}


def shown(kind: str, graphic: Graphic, from_ns: int) -> Shown:
    """`graphic` on the picture from `from_ns` for its time."""
    stays_ns = int(HOLDS[kind].stays_s * _S)
    return Shown(graphic=graphic, from_ns=from_ns, until_ns=from_ns + stays_ns if stays_ns else 0)


def least_until_ns(kind: str, each: Shown) -> int:
    """Before this moment no clearing takes `each` off."""
    return each.from_ns + int(HOLDS[kind].least_s * _S)
