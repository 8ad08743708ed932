"""What is on the picture. In: checked values from records. Out: one frozen, hashable `Scene`, safe to keep and compare.

The truth rules are types: a question comes with the approval's own record, and a value never without its limit. Times
are UTC nanoseconds.
"""

from typing import Literal, TypeAlias

import msgspec

from episodes.events import QuestionApproved

PlaceLevel = Literal["none", "district", "site"]


class TruthError(ValueError):
    """Somebody tried to build a graphic that says more than the record (fault)."""


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every value here."""


class QuestionStrap(Frozen, frozen=True, kw_only=True, tag="question"):
    """A viewer's question; only an approval's record makes one.

    When it mentions a result it carries 初筛，非最终结论.
    """

    approved: QuestionApproved


class LowerThird(Frozen, frozen=True, kw_only=True, tag="strap"):
    """A person's name. With `credential` an officer, else a guest."""

    name: str
    title: str
    credential: str = ""


class LawCard(Frozen, frozen=True, kw_only=True, tag="law"):
    """以案说法: plain words and where they stand written."""

    statute: str
    article: str
    plain: str


class TipLine(Frozen, frozen=True, kw_only=True, tag="tip_line"):
    """Where to send a tip: QR code, short address and telephone."""

    address: str
    phone: str


Graphic: TypeAlias = QuestionStrap | LowerThird | LawCard | TipLine


class Shown(Frozen, frozen=True, kw_only=True):
    """A graphic and when it is on the picture; `until_ns` 0 means until cleared."""

    graphic: Graphic
    from_ns: int
    until_ns: int = 0

    def at(self, now_ns: int) -> bool:
        """Whether its time includes `now_ns`."""
        return self.from_ns <= now_ns and (not self.until_ns or now_ns < self.until_ns)


class Header(Frozen, frozen=True, kw_only=True):
    """The plates on top. District and site stay empty until the reveal."""

    programme: str
    number: int
    theme: str
    agency: str = ""
    district: str = ""
    site: str = ""
    rehearsal: bool = False
    demo: bool = False


class Rules(Frozen, frozen=True, kw_only=True):
    """What a scene is told from outside the records: settings, and the delay playout reports in its status."""

    delay_s: float = 0.0
    place_level: PlaceLevel = "site"
    timezone: str = "Asia/Shanghai"


class Scene(Frozen, frozen=True, kw_only=True):
    """Everything on the picture under record `seq`. `slate` is the line under the slate's headline, empty for none."""

    seq: int = 0
    rules: Rules = Rules()
    header: Header | None = None
    question: Shown | None = None
    strap: Shown | None = None
    law: Shown | None = None
    tip_line: Shown | None = None
    slate: str = ""
    questions: tuple[QuestionApproved, ...] = ()
