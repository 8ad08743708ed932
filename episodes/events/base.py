"""What every fact of the record log is. In: values already checked by a rule. Out: the frozen bases of all events."""

from typing import ClassVar, Literal

import msgspec

Family = Literal["screening", "measurement"]
Verdict = Literal["negative", "positive", "invalid", "within", "over"]
Comparator = Literal[">=", ">", "<=", "<", "within"]
Graphic = Literal["card", "question", "strap", "law", "tip_line"]
Decision = Literal["approved", "held", "hidden"]
Audience = Literal["public", "staff"]


class Event(msgspec.Struct, frozen=True, tag_field="kind", tag=True, kw_only=True):
    """A fact. `episode_id` is empty for facts that belong to no episode."""

    audience: ClassVar[Audience] = "staff"
    episode_id: str = ""


class PublicEvent(Event, frozen=True, kw_only=True):
    """A fact the public may learn, at its programme time plus the broadcast delay."""

    audience: ClassVar[Audience] = "public"
