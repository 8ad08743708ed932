"""Between the table's rows and the rules' values. In: sessions and rows. Out: items, senders, backlogs, figures."""

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.moderation import Item
from chat.room import REPEAT_WINDOW_NS, Backlog, Sender
from chat.tables import ChatMessage


def item_of(row: ChatMessage) -> Item:
    """The rules' view of a row."""
    values = {name: getattr(row, name) for name in Item.__struct_fields__}
    return msgspec.convert(values, Item)


def put_item(row: ChatMessage, item: Item) -> None:
    """Write a rule's answer back."""
    values = msgspec.structs.asdict(item)
    values["hits"], values["held_by"] = msgspec.to_builtins(item.hits), list(item.held_by)
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


async def sender(session: AsyncSession, room_id: str, viewer_id: str, name: str, now_utc_ns: int) -> Sender:
    """What the room remembers of a viewer."""
    own = (ChatMessage.room_id == room_id, ChatMessage.viewer_id == viewer_id)
    last = await session.scalar(select(func.max(ChatMessage.posted_utc_ns)).where(*own))
    recent = await session.scalars(
        select(ChatMessage.fingerprint).where(*own, ChatMessage.posted_utc_ns > now_utc_ns - REPEAT_WINDOW_NS)
    )
    waiting = await session.scalar(select(func.count()).where(*own, ChatMessage.state == "waiting"))
    return Sender(viewer_id, name, last or 0, tuple(recent), waiting or 0)


async def backlog(session: AsyncSession, room_id: str) -> int:
    """How many wait in the room."""
    return (
        await session.scalar(select(func.count()).where(ChatMessage.room_id == room_id, ChatMessage.state == "waiting"))
    ) or 0


async def backlog_with(session: AsyncSession, room_id: str, fingerprint: str) -> Backlog:
    """The queue's length, and how many in it say the same."""
    same = await session.scalar(
        select(func.count()).where(
            ChatMessage.room_id == room_id, ChatMessage.state == "waiting", ChatMessage.fingerprint == fingerprint
        )
    )
    return Backlog(await backlog(session, room_id), same or 0)


async def median_wait_s(session: AsyncSession, room_id: str) -> tuple[int, float | None]:
    """How many were decided in the room, and the median of how long they had waited."""
    decided = (ChatMessage.room_id == room_id, ChatMessage.decided_by != "")
    count = await session.scalar(select(func.count()).where(*decided)) or 0
    if not count:
        return 0, None
    wait = (ChatMessage.decided_utc_ns - ChatMessage.posted_utc_ns).label("wait")
    middle = await session.scalars(
        select(wait).where(*decided).order_by(wait).offset((count - 1) // 2).limit(2 - count % 2)
    )
    found = list(middle)
    return count, sum(found) / len(found) / 1e9
