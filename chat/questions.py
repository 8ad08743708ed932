"""A question's life: approved → on screen → answered, or cleared. In: a question, a command. Out: events. PURE."""

import re
from typing import Literal

import msgspec

from episodes.events import AnyEvent, QuestionApproved, QuestionCleared, QuestionOnScreen
from runtime.problems import UserProblem

Stage = Literal["queued", "on_screen", "answered", "cleared"]

# What sounds like a result makes the strap carry 初筛，非最终结论. Rather once too often than once too little.
_RESULT = re.compile(
    r"[阴阳]性|超标|超限|不?合格|不符合|检出|测出|查出|验出|初筛|疑似|异常|农残|药残|毒|抑制率|读数|"
    r"(?:检测|快检|检验|抽检|化验)的?(?:结果|数值|数据)|结果(?:是|怎么|为|出)|掺假|假货|短斤|缺斤|"
    r"\d\s*(?:%|％|mg|毫克|‰)|\b(?:positive|negative|results?|fail(?:ed|s)?|pass(?:ed|es)?|residues?)\b",
    re.IGNORECASE,
)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """An approved question as the staff sees it; the public's view comes from the released records."""

    question_id: str
    room_id: str
    text: str
    nickname: str
    stage: Stage = "queued"
    approved_utc_ns: int = 0


def mentions_result(text: str) -> bool:
    """The words speak of a test's result."""
    return _RESULT.search(text) is not None


def approved(question: Question, by: str) -> QuestionApproved:
    """The record of a moderator's yes."""
    return QuestionApproved(
        episode_id=question.room_id,
        question_id=question.question_id,
        text=question.text,
        nickname=question.nickname,
        mentions_result=mentions_result(question.text),
        by=by,
    )


def to_screen(question: Question, now_on: Question | None) -> tuple[AnyEvent, ...]:
    """Put it on the picture; another one there goes back to the queue first."""
    if question.stage == "on_screen":
        raise UserProblem("on_screen", "这个提问已经在画面上。", 409)
    if question.stage != "queued":
        raise UserProblem("question_over", "这个提问已经结束。", 409)
    shown = QuestionOnScreen(episode_id=question.room_id, question_id=question.question_id)
    return (*(clear(now_on, answered=False) if now_on else ()), shown)


def clear(question: Question, *, answered: bool) -> tuple[AnyEvent, ...]:
    """Take it from the picture (or from the queue)."""
    if question.stage in {"answered", "cleared"}:
        raise UserProblem("question_over", "这个提问已经结束。", 409)
    return (QuestionCleared(episode_id=question.room_id, question_id=question.question_id, answered=answered),)


def stage_after(question: Question, event: AnyEvent) -> Stage:
    """The stage `event` brings it to. Taken from the picture unanswered it waits again; from the queue it is gone."""
    if isinstance(event, QuestionOnScreen) and event.question_id == question.question_id:
        return "on_screen"
    if isinstance(event, QuestionCleared) and event.question_id == question.question_id:
        if event.answered:
            return "answered"
        return "queued" if question.stage == "on_screen" else "cleared"
    return question.stage
