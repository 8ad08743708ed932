"""The moderators' page as values. In: a session, a room, who looks. Out: the queue, its context and figures."""

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chat import rows
from chat.moderation import UNDO_NS, Item, claimed_by_other, queue_for
from chat.tables import ChatMessage
from store.tables.graphics import Question

SHOWN_MOST = 60
AROUND = 3


class Past(msgspec.Struct, frozen=True):
    """What became of a viewer's earlier messages in this room."""

    passed: int = 0
    refused: int = 0
    posted: int = 0


class QueueView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the page shows. `undo` is the message `by` may still take back."""

    items: tuple[Item, ...]
    selected: Item | None
    waiting: int
    oldest_utc_ns: int
    decided: int
    median_s: float | None
    pasts: dict[str, Past]
    around: tuple[Item, ...]
    questions: tuple[Question, ...]
    undo: str


async def look(session: AsyncSession, room_id: str, by: str, selected: str, now_utc_ns: int) -> QueueView:
    """The queue for `by`, with `selected` (or the first nobody looks at) opened."""
    items = await _waiting(session, room_id, by)
    chosen = next((item for item in items if item.message_id == selected), None)
    if chosen is None:
        free = (item for item in items if not claimed_by_other(item, by, now_utc_ns))
        chosen = next(free, items[0] if items else None)
    decided, median_s = await rows.median_wait_s(session, room_id)
    return QueueView(
        items=items,
        selected=chosen,
        waiting=await rows.backlog(session, room_id),
        oldest_utc_ns=min((item.posted_utc_ns for item in items), default=0),
        decided=decided,
        median_s=median_s,
        pasts=await _pasts(session, room_id, {item.viewer_id for item in items}),
        around=await _around(session, chosen) if chosen else (),
        questions=await _questions(session, room_id),
        undo=await _last_of(session, room_id, by, now_utc_ns),
    )


async def _waiting(session: AsyncSession, room_id: str, by: str) -> tuple[Item, ...]:
    query = (
        select(ChatMessage)
        .where(ChatMessage.room_id == room_id, ChatMessage.state == "waiting")
        .order_by(ChatMessage.posted_utc_ns)
        .limit(SHOWN_MOST)
    )
    return queue_for(tuple(rows.item_of(row) for row in await session.scalars(query)), by)


async def _pasts(session: AsyncSession, room_id: str, viewers: set[str]) -> dict[str, Past]:
    query = (
        select(ChatMessage.viewer_id, ChatMessage.state, func.count())
        .where(ChatMessage.room_id == room_id, ChatMessage.viewer_id.in_(viewers))
        .group_by(ChatMessage.viewer_id, ChatMessage.state)
    )
    found: dict[str, Past] = {viewer: Past() for viewer in viewers}
    for viewer, state, count in (await session.execute(query)).all():
        past = found[viewer]
        found[viewer] = Past(
            past.passed + (count if state == "shown" else 0),
            past.refused + (count if state == "hidden" else 0),
            past.posted + count,
        )
    return found


async def _around(session: AsyncSession, item: Item) -> tuple[Item, ...]:
    """What was said just before and after, without what was split off as a report."""
    said = (ChatMessage.room_id == item.room_id, ChatMessage.state != "tip")
    before = await session.scalars(
        select(ChatMessage)
        .where(*said, ChatMessage.posted_utc_ns <= item.posted_utc_ns)
        .order_by(ChatMessage.posted_utc_ns.desc())
        .limit(AROUND + 1)
    )
    after = await session.scalars(
        select(ChatMessage)
        .where(*said, ChatMessage.posted_utc_ns > item.posted_utc_ns)
        .order_by(ChatMessage.posted_utc_ns)
        .limit(AROUND)
    )
    return tuple(rows.item_of(row) for row in (*reversed(list(before)), *after))


async def _questions(session: AsyncSession, room_id: str) -> tuple[Question, ...]:
    query = (
        select(Question)
        .where(Question.episode_id == room_id, Question.state.in_(("approved", "on_screen")))
        .order_by(Question.state.desc(), Question.made_utc_ns)
    )
    return tuple(await session.scalars(query))


async def _last_of(session: AsyncSession, room_id: str, by: str, now_utc_ns: int) -> str:
    query = (
        select(ChatMessage.message_id)
        .where(
            ChatMessage.room_id == room_id,
            ChatMessage.decided_by == by,
            ChatMessage.state.in_(("shown", "hidden")),
            ChatMessage.decided_utc_ns > now_utc_ns - UNDO_NS,
        )
        .order_by(ChatMessage.decided_utc_ns.desc())
        .limit(1)
    )
    return await session.scalar(query) or ""
