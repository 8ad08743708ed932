"""Facts of the house: what came off the air, businesses, people, tips. In: checked values. Out: frozen structs."""

from typing import TypeAlias

from episodes.events.base import Event


class ProgrammeDumped(Event, frozen=True, kw_only=True):
    """A stretch of programme was taken from the public; what it had shown of the record is withheld."""

    edit_id: str
    seconds: float | None
    from_utc_ns: int
    to_utc_ns: int
    after_seq: int
    made_utc_ns: int
    by: str
    reason: str


class ProgrammeKilled(Event, frozen=True, kw_only=True):
    """Everything public went black, from this programme time on."""

    edit_id: str
    from_utc_ns: int
    after_seq: int
    made_utc_ns: int
    by: str
    reason: str


class ProgrammeRestored(Event, frozen=True, kw_only=True):
    """A KILL was ended: what is made from this programme time on becomes public."""

    edit_id: str
    to_utc_ns: int
    restored_utc_ns: int
    by: str
    reason: str


class WithheldReleased(Event, frozen=True, kw_only=True):
    """Facts that a DUMP or KILL had withheld were given to the public after all."""

    seqs: tuple[int, ...]
    by: str
    reason: str


class EntitiesImported(Event, frozen=True, kw_only=True):
    """A file of businesses was brought in: what it was and what became of its rows, no name of any."""

    import_id: str
    sha256: str
    rows: int
    added: int
    changed: int
    same: int
    bad: int
    by: str


class UserAdded(Event, frozen=True, kw_only=True):
    user_id: str
    name: str
    roles: tuple[str, ...]


class RolesSet(Event, frozen=True, kw_only=True):
    user_id: str
    roles: tuple[str, ...]
    by: str


class TipsCheckpointed(Event, frozen=True, kw_only=True):
    """A signed checkpoint of the tips' own log: its size and head, nothing of its contents."""

    size: int
    head: str
    signature: str


HouseFact: TypeAlias = (
    ProgrammeDumped
    | ProgrammeKilled
    | ProgrammeRestored
    | WithheldReleased
    | EntitiesImported
    | UserAdded
    | RolesSet
    | TipsCheckpointed
)
