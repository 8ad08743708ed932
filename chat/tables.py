"""Chat's tables in the desk's database. What a moderator splits off to the tip form leaves no text here."""

from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Id, UtcNs


class ChatRoom(Base):
    """One episode's room, as a moderator set it; without a row the settings hold."""

    __tablename__ = "chat_rooms"

    room_id: Mapped[Id] = mapped_column(primary_key=True)
    mode: Mapped[str] = mapped_column(String(8))


class ChatMessage(Base):
    """A message from its posting to its decision. `viewer_id` is a hash of a random cookie, never an address."""

    __tablename__ = "chat_messages"

    message_id: Mapped[Id] = mapped_column(primary_key=True)
    room_id: Mapped[Id]
    viewer_id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    question: Mapped[bool]
    fingerprint: Mapped[str] = mapped_column(String(16))
    posted_utc_ns: Mapped[UtcNs]
    state: Mapped[str] = mapped_column(String(8))
    hits: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    decided_by: Mapped[Id]
    decided_utc_ns: Mapped[UtcNs]
    first_yes: Mapped[Id]
    held_by: Mapped[list[str]] = mapped_column(JSON)
    claimed_by: Mapped[Id]
    claimed_until_utc_ns: Mapped[UtcNs]

    __table_args__ = (
        Index("ix_chat_messages_room_state", "room_id", "state", "posted_utc_ns"),
        Index("ix_chat_messages_viewer", "room_id", "viewer_id", "posted_utc_ns"),
    )
