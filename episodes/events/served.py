"""Facts of the inspection record, from its first draft to a name in public. In: checked values. Out: frozen structs.

No name, no statement and no signature stands in any of these: they rest sealed with the record. The one exception is
`EntityNamed`, which is a legal reviewer's decision to say the name in public.
"""

from typing import Literal, TypeAlias

from episodes.events.base import Event, PublicEvent

Side = Literal["officer", "operator", "witness"]
Asked = Literal["objection", "retest", "masking", "correction"]
Answered = Literal["upheld", "partly", "declined"]
Proof = Literal["witness", "video"]


class RecordDrawnUp(Event, frozen=True, kw_only=True):
    """An officer wrote down what was found at `where` (a code); `hash` is of the text both sides will sign."""

    record_id: str
    where: str
    finding_ids: tuple[str, ...]
    hash: str
    by: str


class RecordSigned(Event, frozen=True, kw_only=True):
    """One side signed; `by` is an account for officers and empty for everybody else."""

    record_id: str
    side: Side
    hash: str
    by: str


class SigningRefused(Event, frozen=True, kw_only=True):
    """The operator would not sign; a witness signed or the refusal is on video. The reason rests sealed."""

    record_id: str
    proof: Proof
    by: str


class RecordServed(PublicEvent, frozen=True, kw_only=True):
    """The operator has the record: both signed, or the refusal is recorded. `hash` is over text and signatures."""

    record_id: str
    where: str
    finding_ids: tuple[str, ...]
    how: Literal["signed", "refused"]
    hash: str


class RecordLinkMade(Event, frozen=True, kw_only=True):
    """The operator was given a link; earlier ones died. Its token is in no record."""

    record_id: str
    expires_utc_ns: int
    by: str


class OperatorAsked(Event, frozen=True, kw_only=True):
    """By the link: an objection, a retest, a mask or a correction was asked for. The words rest sealed."""

    record_id: str
    request_id: str
    asked: Asked
    due_utc_ns: int


class OperatorAnswered(Event, frozen=True, kw_only=True):
    record_id: str
    request_id: str
    outcome: Answered
    by: str


class EntityNamed(PublicEvent, frozen=True, kw_only=True):
    """A legal reviewer decided that pages say `name` in place of the code `where`, with the operator's `reply`."""

    record_id: str
    where: str
    finding_ids: tuple[str, ...]
    name: str
    reply: str
    by: str


class EntityUnnamed(PublicEvent, frozen=True, kw_only=True):
    """The decision was taken back: pages say the code again."""

    record_id: str
    finding_ids: tuple[str, ...]
    by: str


ServedFact: TypeAlias = (
    RecordDrawnUp
    | RecordSigned
    | SigningRefused
    | RecordServed
    | RecordLinkMade
    | OperatorAsked
    | OperatorAnswered
    | EntityNamed
    | EntityUnnamed
)
