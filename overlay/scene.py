"""What is on the picture. In: checked values from records. Out: one frozen, hashable `Scene`, safe to keep and compare.

The truth rules are types: a card's words come from `episodes.wording`, which refuses a verdict without a laboratory; a
question comes with the approval's own record; a silent state shows no value. Times are UTC nanoseconds.
"""

from typing import Literal, TypeAlias

import msgspec

from episodes.events import QuestionApproved
from episodes.rapid_test import RapidTest
from episodes.wording import CardWords

PlaceLevel = Literal["none", "district", "site"]
NO_VALUE = "—"
SILENT_TONES = ("running", "invalid", "withdrawn", "voided")


class TruthError(ValueError):
    """Somebody tried to build a graphic that says more than the record (fault)."""


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every value here."""


class ResultCard(Frozen, frozen=True, kw_only=True, tag="card"):
    """A rapid test's card in any state. `ends_utc_ns` runs the countdown of a test under way; `suspected` keeps the
    headline in the positive's colour while the sample is at the laboratory.
    """

    test_id: str
    words: CardWords
    ends_utc_ns: int = 0
    suspected: bool = False

    def __post_init__(self) -> None:
        if self.words.value != NO_VALUE and self.words.tone in SILENT_TONES:
            raise TruthError(f"a card that is {self.words.tone} shows no value")
        if self.words.value != NO_VALUE and not self.words.limit_words:
            raise TruthError("a value is never shown without its limit")


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


Graphic: TypeAlias = ResultCard | QuestionStrap | LowerThird | LawCard | TipLine


class Shown(Frozen, frozen=True, kw_only=True):
    """A graphic and when it is on the picture; `until_ns` 0 means until cleared."""

    graphic: Graphic
    from_ns: int
    until_ns: int = 0

    def at(self, now_ns: int) -> bool:
        """Whether its time includes `now_ns`."""
        return self.from_ns <= now_ns and not self.over(now_ns)

    def over(self, now_ns: int) -> bool:
        """Whether its time has passed."""
        return 0 < self.until_ns <= now_ns


class Header(Frozen, frozen=True, kw_only=True):
    """The plates on top. District and site stay empty until the reveal."""

    episode_id: str
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
    """Everything on the picture under record `seq`.

    `slate` is the line under the slate's headline, empty for none; a hold card has a headline of its own. `tests` and
    `questions` are what must be remembered to show a card or a question again.
    """

    seq: int = 0
    rules: Rules = Rules()
    header: Header | None = None
    correction: Shown | None = None
    withdrawn: Shown | None = None
    card: Shown | None = None
    question: Shown | None = None
    strap: Shown | None = None
    law: Shown | None = None
    tip_line: Shown | None = None
    slate: str = ""
    slate_headline: str = ""
    tests: tuple[RapidTest, ...] = ()
    questions: tuple[QuestionApproved, ...] = ()
