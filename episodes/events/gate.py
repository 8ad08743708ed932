"""Facts of what must be so before a show: basis, approval, credentials. In: checked values. Out: frozen structs."""

from typing import TypeAlias

from episodes.events.base import Event


class LegalBasisGiven(Event, frozen=True, kw_only=True):
    """On what an inspection rests, and how far it may reach; another person reviews it."""

    legal_basis: str
    scope: str
    by: str


class LegalBasisReviewed(Event, frozen=True, kw_only=True):
    """Another person than its giver read the basis and found it right."""

    by: str


class ApprovalVoided(Event, frozen=True, kw_only=True):
    """What was approved has changed: `changed` names the fields, the next approval is of what stands then."""

    changed: tuple[str, ...]
    by: str


class CredentialSet(Event, frozen=True, kw_only=True):
    """An officer's credential: its number and the days (ISO, both included) between which it holds."""

    user_id: str
    number: str
    valid_from: str
    valid_until: str
    by: str


class LadderSet(Event, frozen=True, kw_only=True):
    """Who learns the address when: a line a rung (title, minutes before the start, releaser, accounts)."""

    rungs: tuple[str, ...]
    by: str


class AddressReleased(Event, frozen=True, kw_only=True):
    """The named person let a rung know; the address itself is in no event."""

    rung_id: str
    title: str
    by: str


class AddressAcknowledged(Event, frozen=True, kw_only=True):
    """已知悉: somebody who looked knows it, and that it is secret."""

    rung_id: str
    by: str


class GateDecided(Event, frozen=True, kw_only=True):
    """A named person goes on without a blocking point of the gate, and says why."""

    point: str
    why: str
    by: str


class ModerationDuty(Event, frozen=True, kw_only=True):
    """A moderator began or ended their duty for this show."""

    on: bool
    by: str


class KitBatchSet(Event, frozen=True, kw_only=True):
    """A batch of a reagent, or a kit with its calibration: its last good day, or that it is in use no more."""

    batch_id: str
    what: str
    name: str
    batch: str
    expires: str
    retired: bool
    by: str


GateFact: TypeAlias = (
    LegalBasisGiven
    | LegalBasisReviewed
    | ApprovalVoided
    | CredentialSet
    | LadderSet
    | AddressReleased
    | AddressAcknowledged
    | GateDecided
    | ModerationDuty
    | KitBatchSet
)
