"""Where the crew stands, as a plan without a map. In: positions phones said. Out: metres from their middle, distances.

Pure. What leaves here are distances between phones, never a place on the earth.
"""

from collections.abc import Mapping
from itertools import combinations
from math import cos, hypot, radians

import msgspec

_METRES_PER_DEGREE = 111_320.0
"""Of latitude; of longitude it is this times the cosine, near enough over a market or a street."""


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """What a phone knows of where it is; `utc_ns` by the desk's clock."""

    latitude: float
    longitude: float
    accuracy_m: float
    utc_ns: int


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """One phone on the plan: metres east and north of the middle, the circle it is in, how old the word is."""

    camera: str
    east_m: float
    north_m: float
    accuracy_m: float
    age_s: int


class Apart(msgspec.Struct, frozen=True, kw_only=True):
    """How far two phones are from each other."""

    one: str
    other: str
    metres: int


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    spots: tuple[Spot, ...] = ()
    apart: tuple[Apart, ...] = ()


def plan(positions: Mapping[str, Position], now_utc_ns: int) -> Plan:
    """The relative plan, north up."""
    if not positions:
        return Plan()
    count = len(positions)
    middle = sum(each.latitude for each in positions.values()) / count
    meridian = sum(each.longitude for each in positions.values()) / count
    squeeze = cos(radians(middle))
    spots = tuple(
        Spot(
            camera=camera,
            east_m=round((each.longitude - meridian) * _METRES_PER_DEGREE * squeeze, 1),
            north_m=round((each.latitude - middle) * _METRES_PER_DEGREE, 1),
            accuracy_m=round(each.accuracy_m, 1),
            age_s=max(0, (now_utc_ns - each.utc_ns) // 1_000_000_000),
        )
        for camera, each in sorted(positions.items())
    )
    return Plan(spots=spots, apart=tuple(_apart(one, other) for one, other in combinations(spots, 2)))


def _apart(one: Spot, other: Spot) -> Apart:
    metres = hypot(one.east_m - other.east_m, one.north_m - other.north_m)
    return Apart(one=one.camera, other=other.camera, metres=round(metres))
