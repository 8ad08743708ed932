"""Who holds the director's desk. In: the seat as kept, who asks, the time. Out: the seat after, or UserProblem.

One holds the desk, the others watch. A seat is a signed-in browser, not a person: the same browser keeps it over a
reload. It passes on by an offer that the other accepts, or is taken once its holder has been silent for `SILENT_S`.
DUMP and KILL are no part of it: they are every director's, always.
"""

from typing import Literal

import msgspec

from runtime.problems import UserProblem

SILENT_S = 15.0
"""A holder not heard for so long may be replaced; a page says it is there every five seconds."""
OFFER_S = 60.0
"""An offer nobody took lapses."""
_NS = 1_000_000_000
How = Literal["free", "accepted", "silent", "again"]


class Sitter(msgspec.Struct, frozen=True):
    """A director's signed-in browser: `seat` is opaque and stays over a reload."""

    seat: str
    user_id: str
    name: str


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """The desk held; `offered_to` is an account id, empty when it is offered to nobody."""

    holder: Sitter
    since_utc_ns: int
    seen_utc_ns: int
    offered_to: str = ""
    offered_utc_ns: int = 0

    def is_silent(self, now_utc_ns: int) -> bool:
        """Whether the holder may be replaced."""
        return now_utc_ns - self.seen_utc_ns >= SILENT_S * _NS

    def offers(self, user_id: str, now_utc_ns: int) -> bool:
        """Whether the desk is offered to this person now."""
        return self.offered_to == user_id and now_utc_ns - self.offered_utc_ns < OFFER_S * _NS


def may_take(held: Seat | None, who: Sitter, now_utc_ns: int) -> How:
    """By what right `who` takes the desk. Raises UserProblem `desk_held`."""
    if held is None:
        return "free"
    if held.holder.seat == who.seat:
        return "again"
    if held.offers(who.user_id, now_utc_ns):
        return "accepted"
    if held.is_silent(now_utc_ns):
        return "silent"
    raise refused(held, now_utc_ns)


def may_act(held: Seat | None, who: Sitter, now_utc_ns: int) -> bool:
    """Whether `who` directs: True holds already, False takes a free desk by acting. Raises UserProblem `desk_held`.

    A desk left by the same person's other browser is theirs again; another's, silent or not, is taken by a press of
    its own and never by accident.
    """
    if held is None:
        return False
    if held.holder.seat == who.seat:
        return True
    if held.holder.user_id == who.user_id and held.is_silent(now_utc_ns):
        return False
    raise refused(held, now_utc_ns)


def taken(who: Sitter, now_utc_ns: int) -> Seat:
    """The seat once `who` has it."""
    return Seat(holder=who, since_utc_ns=now_utc_ns, seen_utc_ns=now_utc_ns)


def offered(held: Seat | None, who: Sitter, to: str, now_utc_ns: int) -> Seat:
    """The seat offered to the account `to`; an empty one takes the offer back. Raises UserProblem."""
    if held is None or held.holder.seat != who.seat:
        raise UserProblem("desk_not_yours", "导播台不在你手里，没有什么可移交。", 409)
    if to == who.user_id:
        raise UserProblem("desk_to_self", "请选另一位导播。", 422)
    return msgspec.structs.replace(held, offered_to=to, offered_utc_ns=now_utc_ns if to else 0)


def refused(held: Seat, now_utc_ns: int) -> UserProblem:
    """Why somebody else's press does nothing."""
    name = held.holder.name
    if held.is_silent(now_utc_ns):
        return UserProblem(
            "desk_held",
            "%(name)s掌控导播台，但已没有反应。要接手请按“接管导播台”。切除和断流随时可用。",
            409,
            name=name,
        )
    return UserProblem(
        "desk_held", "%(name)s正掌控导播台，你这里只能看。需要时请对方移交。切除和断流随时可用。", 409, name=name
    )


def seen(held: Seat, now_utc_ns: int) -> Seat:
    """The holder was heard."""
    return msgspec.structs.replace(held, seen_utc_ns=now_utc_ns)
