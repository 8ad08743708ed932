"""Facts after the inspection: orders, rectification, checks, outcomes, notices. In: checked values. Out: structs."""

from typing import Literal, TypeAlias

from episodes.events.base import Event, PublicEvent

OrderKind = Literal["order_to_correct", "on_the_spot"]
PhotoSide = Literal["before", "after"]
Axis = Literal["measure", "case", "penalty", "no_penalty", "delisting", "grade"]
NoticeKind = Literal["referral", "delisting"]


class OrderGiven(PublicEvent, frozen=True, kw_only=True):
    """A finding shall be rectified by `due_utc_ns`."""

    order_id: str
    finding_id: str
    order: OrderKind
    due_utc_ns: int
    basis: str


class RectificationShown(Event, frozen=True, kw_only=True):
    """The operator sent a picture, by the link. Only staff see it before its review."""

    photo_id: str
    finding_id: str
    side: PhotoSide
    sha256: str


class RectificationReviewed(Event, frozen=True, kw_only=True):
    photo_id: str
    finding_id: str
    accepted: bool
    by: str


class GridSet(Event, frozen=True, kw_only=True):
    """Who does the follow-up checks of a grid area."""

    grid: str
    officer: str
    by: str


class FollowUpAssigned(Event, frozen=True, kw_only=True):
    """`grid` is empty when a person chose the officer."""

    check_id: str
    finding_id: str
    officer: str
    grid: str
    due_utc_ns: int
    by: str


class FollowUpDone(Event, frozen=True, kw_only=True):
    """Seen on the spot. `rectified`: FindingVerified follows in the same transaction; else the finding stays open."""

    check_id: str
    finding_id: str
    rectified: bool
    by: str


class OutcomeRecorded(PublicEvent, frozen=True, kw_only=True):
    """One outcome on one axis; axes are independent and are never summed. Names nobody."""

    outcome_id: str
    record_id: str
    axis: Axis
    outcome: str
    detail: str
    by: str


class OutcomeTakenBack(PublicEvent, frozen=True, kw_only=True):
    outcome_id: str
    record_id: str
    by: str


class NoticeSent(Event, frozen=True, kw_only=True):
    """A referral to another authority or a delisting notice to a platform; to whom rests sealed."""

    notice_id: str
    record_id: str
    notice: NoticeKind
    due_utc_ns: int
    by: str


class NoticeAcknowledged(Event, frozen=True, kw_only=True):
    notice_id: str
    record_id: str
    by: str


OrderFact: TypeAlias = (
    OrderGiven
    | RectificationShown
    | RectificationReviewed
    | GridSet
    | FollowUpAssigned
    | FollowUpDone
    | OutcomeRecorded
    | OutcomeTakenBack
    | NoticeSent
    | NoticeAcknowledged
)
