"""Where a viewer's message comes in and a moderator's decision is done. In: posts and acts. Out: rows, records, news.

    api → Chat.post → room (rule) → store → hub → browsers
    api → Chat.decide → moderation (rule) → store (state + record, one transaction) → hub

News go out through `tell(topic, data)` after the commit: `chat` to everybody in the room (what may show, and what no
longer may), `moderate` to the moderators (the queue changed), `me:<viewer>` to one sender (your own message changed).
"""

import secrets
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from chat import moderation, questions, rows
from chat.moderation import Act, Item
from chat.room import Mode, Room, admit
from chat.tables import ChatMessage, ChatRoom
from chat.words import clean_text, fingerprint
from episodes.events import Decision, MessageDecided
from runtime.problems import UserProblem
from runtime.settings.model import Chat as ChatSettings
from store import Store, Work
from store.tables.graphics import Question

RECENT_MOST = 80
MINE_MOST = 20
TIP_ROW_NS = 3_600 * 10**9
"""An offered tip form's empty row is forgotten after this, seen or not."""


class Tell(Protocol):
    """`runtime.hub.Hub.publish`."""

    def __call__(self, topic: str, data: Mapping[str, Any], /) -> object: ...


class OpenRoom(msgspec.Struct, frozen=True):
    """The show the public sees now: its room is open. `revealed`: a target has been named on air."""

    room_id: str
    revealed: bool


class Chat:
    """All rooms of one desk."""

    def __init__(
        self,
        store: Store,
        settings: ChatSettings,
        utc_ns: Callable[[], int],
        open_room: Callable[[], OpenRoom | None],
        tell: Tell,
    ) -> None:
        self._store, self._settings, self._utc_ns = store, settings, utc_ns
        self._open_room, self._tell = open_room, tell

    def room_id(self) -> str:
        """The open room, or empty when there is no show to talk about."""
        found = self._open_room()
        return found.room_id if found else ""

    async def mode(self) -> Mode:
        """The open room's mode."""
        async with self._store.read() as session:
            return (await self._room(session)).mode

    async def _room(self, session: AsyncSession) -> Room:
        found = self._open_room()
        if found is None:
            raise UserProblem("room_closed", "聊天和提问在直播时开放。", 409)
        row = await session.get(ChatRoom, found.room_id)
        return Room(
            room_id=found.room_id,
            mode=msgspec.convert(row.mode, Mode) if row else self._settings.room_mode,
            slow_mode_s=self._settings.slow_mode_s,
            message_chars=self._settings.message_chars,
            queue_most=self._settings.queue_most,
            revealed=found.revealed,
        )

    async def post(self, viewer_id: str, name: str, text: str, *, question: bool) -> Item:
        """One message of a viewer: shown or waiting, as the room's rule says."""
        now = self._utc_ns()
        async with self._store.work(actor="viewer") as work:
            room = await self._room(work.session)
            sender = await rows.sender(work.session, room.room_id, viewer_id, name, now)
            said = fingerprint(clean_text(text, room.message_chars))
            backlog = await rows.backlog_with(work.session, room.room_id, said)
            admitted = admit(room, sender, text, backlog, now, question=question)
            item = Item(
                message_id=secrets.token_urlsafe(16),
                room_id=room.room_id,
                viewer_id=viewer_id,
                name=admitted.name,
                text=admitted.text,
                question=question,
                posted_utc_ns=now,
                state="shown" if admitted.shown else "waiting",
                hits=admitted.hits,
                decided_utc_ns=now if admitted.shown else 0,
            )
            row = ChatMessage(fingerprint=admitted.fingerprint)
            rows.put_item(row, item)
            work.session.add(row)
        self._news(item)
        return item

    async def claim(self, message_id: str, by: str) -> Item:
        """`by` looks at it: others see so."""
        async with self._store.work(actor=f"user:{by}") as work:
            row = await _row(work.session, message_id)
            item = moderation.claim(rows.item_of(row), by, self._utc_ns())
            rows.put_item(row, item)
        self._tell("moderate", {"type": "queue"})
        return item

    async def decide(self, message_id: str, act: Act, by: str) -> Item:
        """A moderator's decision, recorded; an approved question becomes a public record."""
        now = self._utc_ns()
        async with self._store.work(actor=f"user:{by}") as work:
            row = await _row(work.session, message_id)
            before = rows.item_of(row)
            item = moderation.decide(before, act, by, now)
            rows.put_item(row, item)
            if item.state == "tip":
                row.fingerprint = ""
            self._record(work, item, act, by, now)
            await _forget_tips(work.session, now)
        self._news(item)
        return item

    def _record(self, work: Work, item: Item, act: Act, by: str, now: int) -> None:
        """What was decided; a report split off leaves the same record as any message that is not shown."""
        decision: Decision = "hidden"
        if item.state in {"shown", "waiting"}:
            decision = "approved" if item.state == "shown" else "held"
        reason = "first_yes" if act in {"approve", "question"} and item.state == "waiting" else ""
        work.record(
            MessageDecided(episode_id=item.room_id, message_id=item.message_id, decision=decision, by=by, reason=reason)
        )
        if item.state == "shown" and item.question:
            asked = questions.approved(item, by)
            work.session.add(
                Question(
                    id=asked.question_id,
                    episode_id=asked.episode_id,
                    text=asked.text,
                    nickname=asked.nickname,
                    mentions_result=asked.mentions_result,
                    state="approved",
                    made_utc_ns=now,
                )
            )
            work.record(asked)

    async def undo(self, message_id: str, by: str) -> Item:
        """The moderator's own last decision taken back, shown or not."""
        async with self._store.work(actor=f"user:{by}") as work:
            row = await _row(work.session, message_id)
            before = rows.item_of(row)
            item = moderation.undo(before, by, self._utc_ns())
            if before.state == "shown" and before.question:
                question = await work.session.get(Question, message_id)
                work.record(questions.taken_back(before, question.state if question else ""))
                await work.session.delete(question)
            rows.put_item(row, item)
            work.record(
                MessageDecided(episode_id=item.room_id, message_id=message_id, decision="held", by=by, reason="undone")
            )
        if before.state == "shown":
            self._tell("chat", {"type": "gone", "id": message_id})
        self._news(item)
        return item

    async def set_mode(self, mode: Mode, by: str) -> None:
        """What waits in the open room from now on."""
        async with self._store.work(actor=f"user:{by}") as work:
            room = await self._room(work.session)
            row = await work.session.get(ChatRoom, room.room_id)
            if row:
                row.mode = mode
            else:
                work.session.add(ChatRoom(room_id=room.room_id, mode=mode))
        self._tell("moderate", {"type": "queue"})
        self._tell("chat", {"type": "mode", "mode": mode})

    async def forget(self, message_id: str, viewer_id: str) -> None:
        """The sender has seen what became of a message that will not show."""
        async with self._store.work(actor="viewer") as work:
            await work.session.execute(
                delete(ChatMessage).where(
                    ChatMessage.message_id == message_id,
                    ChatMessage.viewer_id == viewer_id,
                    ChatMessage.state == "tip",
                )
            )

    def _news(self, item: Item) -> None:
        if item.state == "shown" and not item.question:
            self._tell("chat", {"type": "message", "id": item.message_id, "name": item.name, "text": item.text})
        self._tell("moderate", {"type": "queue"})
        self._tell(f"me:{item.viewer_id}", {"type": "mine"})


async def recent(session: AsyncSession, room_id: str) -> tuple[Item, ...]:
    """What the room shows, oldest first."""
    query = (
        select(ChatMessage)
        .where(ChatMessage.room_id == room_id, ChatMessage.state == "shown", ChatMessage.question.is_(False))
        .order_by(ChatMessage.decided_utc_ns.desc(), ChatMessage.posted_utc_ns.desc())
        .limit(RECENT_MOST)
    )
    return tuple(reversed([rows.item_of(row) for row in await session.scalars(query)]))


async def mine(session: AsyncSession, room_id: str, viewer_id: str) -> tuple[Item, ...]:
    """A viewer's own messages that the room does not show, and questions, oldest first."""
    query = (
        select(ChatMessage)
        .where(
            ChatMessage.room_id == room_id,
            ChatMessage.viewer_id == viewer_id,
            (ChatMessage.state != "shown") | ChatMessage.question,
        )
        .order_by(ChatMessage.posted_utc_ns.desc())
        .limit(MINE_MOST)
    )
    return tuple(reversed([rows.item_of(row) for row in await session.scalars(query)]))


async def _row(session: AsyncSession, message_id: str) -> ChatMessage:
    # SQLite writes one at a time anyway; PostgreSQL holds the row, so that the first decision wins there too.
    row = await session.get(ChatMessage, message_id, with_for_update=True)
    if row is None:
        raise UserProblem("message_gone", "这条消息已经不在了。", 404)
    return row


async def _forget_tips(session: AsyncSession, now: int) -> None:
    await session.execute(
        delete(ChatMessage).where(ChatMessage.state == "tip", ChatMessage.decided_utc_ns < now - TIP_ROW_NS)
    )
