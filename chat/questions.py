"""A viewer's question on its way to the picture. In: an approved item. Out: its record, or why not. PURE.

The way on (`on_screen`, `answered`, `cleared`) belongs to `api.deeds.graphics`; the public's view of it comes from the
released records, at the public clock's time.
"""

from chat.moderation import Item
from episodes.events import QuestionApproved, QuestionCleared
from episodes.questions import mentions_result
from runtime.problems import UserProblem

QUESTION_CHARS = 60
"""What a strap can hold in two lines."""


def check_length(text: str) -> None:
    """A question must fit on the picture."""
    if len(text) > QUESTION_CHARS:
        raise UserProblem("question_long", "提问最多%(most)s个字，才能上屏。", 422, most=QUESTION_CHARS)


def approved(item: Item, by: str) -> QuestionApproved:
    """The record of a moderator's yes; whether it mentions a result is a rule's to say."""
    check_length(item.text)
    return QuestionApproved(
        episode_id=item.room_id,
        question_id=item.message_id,
        text=item.text,
        nickname=item.name,
        mentions_result=mentions_result(item.text),
        by=by,
    )


def taken_back(item: Item, stage: str) -> QuestionCleared:
    """The record of a moderator's second thought, while the question has not been on the picture."""
    if stage != "approved":
        raise UserProblem("on_screen", "这个提问已经上过画面，请先撤下。", 409)
    return QuestionCleared(episode_id=item.room_id, question_id=item.message_id, answered=False, removed=True)
