"""Viewers' questions on their way to the picture. In: a question the chat approved. Out: the record of each step."""

from sqlalchemy import select

from api.deeds.doing import Actor, Ok, on_air, once
from api.desk import Desk
from episodes.events import QuestionCleared, QuestionOnScreen
from runtime.problems import UserProblem
from store import Work
from store.tables.graphics import Question


async def show_question(desk: Desk, actor: Actor, *, command_id: str = "", question_id: str) -> Ok:
    """Send it to the picture. One at a time: the one that stands there is cleared, unanswered."""

    async def body(work: Work) -> Ok:
        row = await _question(work, question_id)
        await on_air(work.session, row.episode_id)
        standing = select(Question).where(
            Question.episode_id == row.episode_id, Question.state == "on_screen", Question.id != row.id
        )
        for other in (await work.session.scalars(standing)).all():
            other.state = "approved"
            work.record(QuestionCleared(episode_id=other.episode_id, question_id=other.id, answered=False))
        row.state = "on_screen"
        work.record(QuestionOnScreen(episode_id=row.episode_id, question_id=row.id))
        return Ok()

    return await once(desk, actor, "show_question", command_id, Ok, body)


async def clear_question(
    desk: Desk, actor: Actor, *, command_id: str = "", question_id: str, answered: bool = False
) -> Ok:
    """Take it off the picture; an answered one is done, any other may come again."""

    async def body(work: Work) -> Ok:
        row = await _question(work, question_id)
        if row.state != "on_screen":
            raise UserProblem("question_not_shown", "这条提问不在画面上。", 409)
        row.state = "answered" if answered else "approved"
        work.record(QuestionCleared(episode_id=row.episode_id, question_id=row.id, answered=answered))
        return Ok()

    return await once(desk, actor, "clear_question", command_id, Ok, body)


async def questions_of(desk: Desk, episode_id: str) -> tuple[Question, ...]:
    """The episode's approved questions, oldest first."""
    query = select(Question).where(Question.episode_id == episode_id).order_by(Question.made_utc_ns, Question.id)
    async with desk.store.read() as session:
        return tuple((await session.scalars(query)).all())


async def _question(work: Work, question_id: str) -> Question:
    row = await work.session.get(Question, question_id, with_for_update=True)
    if row is None:
        raise UserProblem("no_question", "没有这条已通过的提问。", 404)
    return row
