"""Facts of the draw, from the loaded pool to the audit. In: checked values. Out: frozen, tagged structs."""

from typing import TypeAlias

from episodes.draw import AbortReason, PassReason, Purpose, Route
from episodes.events.base import Event, PublicEvent


class DrawPoolLoaded(Event, frozen=True, kw_only=True):
    """A list of candidates was loaded; names are in no event."""

    pool_id: str
    candidates: int
    by: str


class DrawPrepared(Event, frozen=True, kw_only=True):
    """A pool was frozen; `excluded` counts who was left out by reason, `pool` is its hash, `lock` the first share's."""

    draw_id: str
    purpose: Purpose
    route: Route
    attempt: int
    pool: str
    candidates: int
    excluded: dict[str, int]
    lock: str
    by: str


class DrawCommitted(PublicEvent, frozen=True, kw_only=True):
    """Two people hold half a secret each; all is fixed and the public value named. `committed` is the terms' hash."""

    draw_id: str
    purpose: Purpose
    attempt: int
    committed: str
    pool: str
    locks: tuple[str, str]
    source: str
    source_name: str
    round: int
    at_utc_ns: int


class DrawWitnessed(Event, frozen=True, kw_only=True):
    """Somebody typed the public figures; the second one types them unseen."""

    draw_id: str
    agreed: bool
    by: str


class DrawValued(PublicEvent, frozen=True, kw_only=True):
    draw_id: str
    value: str
    signature: str


class DrawShareGiven(Event, frozen=True, kw_only=True):
    """A holder handed in their half; the half itself rests sealed."""

    draw_id: str
    by: str


class DrawHeld(PublicEvent, frozen=True, kw_only=True):
    """The draw was made; who was drawn is sealed."""

    draw_id: str
    places: int


class OfficersDrawn(Event, frozen=True, kw_only=True):
    draw_id: str
    officers: tuple[str, ...]


class DrawGaveWay(Event, frozen=True, kw_only=True):
    """A drawn target that could not be inspected gave way, to the next ticket unless `next_target_id` is empty."""

    draw_id: str
    target_id: str
    reason: PassReason
    next_target_id: str
    by: str


class DrawAborted(PublicEvent, frozen=True, kw_only=True):
    """Given up, and counted; `state` is how far it had come."""

    draw_id: str
    purpose: Purpose
    attempt: int
    state: str
    reason: AbortReason


class DrawDisclosed(PublicEvent, frozen=True, kw_only=True):
    """After the last reveal: both shares, so that anyone can run the draw again."""

    draw_id: str
    shares: tuple[str, str]
    seed: str


class DrawAudited(Event, frozen=True, kw_only=True):
    """Somebody took the auditor's copy, which names the pool."""

    draw_id: str
    by: str


DrawFact: TypeAlias = (
    DrawPoolLoaded
    | DrawPrepared
    | DrawCommitted
    | DrawWitnessed
    | DrawValued
    | DrawShareGiven
    | DrawHeld
    | OfficersDrawn
    | DrawGaveWay
    | DrawAborted
    | DrawDisclosed
    | DrawAudited
)
