"""Facts of what was asked and of what stands on the picture. In: checked values. Out: frozen, tagged structs."""

from typing import TypeAlias

from episodes.events.base import Decision, Event, Graphic, PublicEvent


class MessageDecided(Event, frozen=True, kw_only=True):
    """A moderator's decision on a chat message; the text itself stays in the chat's tables."""

    message_id: str
    decision: Decision
    by: str
    reason: str = ""


class QuestionApproved(PublicEvent, frozen=True, kw_only=True):
    """`mentions_result` makes the strap carry 初筛，非最终结论."""

    question_id: str
    text: str
    nickname: str
    mentions_result: bool
    by: str


class QuestionOnScreen(PublicEvent, frozen=True, kw_only=True):
    question_id: str


class QuestionCleared(PublicEvent, frozen=True, kw_only=True):
    """Off the picture; unanswered it queues again, `removed` a moderator took its approval back."""

    question_id: str
    answered: bool
    removed: bool = False


class StrapShown(PublicEvent, frozen=True, kw_only=True):
    """A lower third: an officer with credential number, or a guest (`credential` empty)."""

    name: str
    title: str
    credential: str = ""


class LawCardShown(PublicEvent, frozen=True, kw_only=True):
    statute: str
    article: str
    plain: str


class TipLineShown(PublicEvent, frozen=True, kw_only=True):
    address: str
    phone: str = "12315"


class CardShown(PublicEvent, frozen=True, kw_only=True):
    """Put the current card of `test_id` back on the picture; its words come from the test's state."""

    test_id: str


class GraphicCleared(PublicEvent, frozen=True, kw_only=True):
    graphic: Graphic


PictureFact: TypeAlias = (
    MessageDecided
    | QuestionApproved
    | QuestionOnScreen
    | QuestionCleared
    | StrapShown
    | LawCardShown
    | TipLineShown
    | CardShown
    | GraphicCleared
)
