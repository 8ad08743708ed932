"""What may go on the picture: approved questions, prepared straps and law cards; and the findings."""

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Id, UtcNs


class Question(Base):
    """A viewer's question a moderator approved. `state` is approved, on_screen, cleared or answered."""

    __tablename__ = "questions"

    id: Mapped[Id] = mapped_column(primary_key=True)
    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), index=True)
    text: Mapped[str] = mapped_column(String(400))
    nickname: Mapped[str] = mapped_column(String(100))
    mentions_result: Mapped[bool]
    state: Mapped[str] = mapped_column(String(16))
    made_utc_ns: Mapped[UtcNs]


class PreparedGraphic(Base):
    """A strap or law card written before the show; `fields` are those of StrapShown or LawCardShown."""

    __tablename__ = "prepared_graphics"

    id: Mapped[Id] = mapped_column(primary_key=True)
    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), index=True)
    graphic: Mapped[str] = mapped_column(String(16))
    fields: Mapped[dict[str, str]] = mapped_column(JSON)
    ordinal: Mapped[int]


class Finding(Base):
    """A finding stays open until verified (domain, rule 6)."""

    __tablename__ = "findings"

    id: Mapped[Id] = mapped_column(primary_key=True)
    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), index=True)
    key_item: Mapped[bool]
    place_code: Mapped[str] = mapped_column(String(64))
    sentence: Mapped[str] = mapped_column(String(400))
    measure: Mapped[str] = mapped_column(String(400), default="")
    opened_by: Mapped[str] = mapped_column(String(80))
    verified_by: Mapped[str] = mapped_column(String(80), default="")
    opened_utc_ns: Mapped[UtcNs]
    verified_utc_ns: Mapped[UtcNs] = mapped_column(default=0)
    record_id: Mapped[str] = mapped_column(String(64), default="")
    """The inspection record it stands in; empty before one was drawn up."""
