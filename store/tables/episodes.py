"""Programmes, their episodes and the sealed targets."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Id, UtcNs


class Programme(Base):
    """A programme with its slots (`episodes.slots`); `weekday` 0 is Monday, -1 none, `starts` local `HH:MM`."""

    __tablename__ = "programmes"

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    agency: Mapped[str] = mapped_column(String(200))
    weekday: Mapped[int]
    starts: Mapped[str] = mapped_column(String(5))
    minutes: Mapped[int]
    timezone: Mapped[str] = mapped_column(String(64))
    days: Mapped[list[int]] = mapped_column(JSON, default=list)
    on_holiday: Mapped[str] = mapped_column(String(8), default="keep")


class HolidayRow(Base):
    """A day off, or a working day made up for one; `day` is ISO."""

    __tablename__ = "holidays"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(40))


class Episode(Base):
    """One episode. `state` is planned, approved, live, ended or published; at most one is live.

    `mix` is read and written by `store.mixing`.
    """

    __tablename__ = "episodes"
    __table_args__ = (
        UniqueConstraint("programme_id", "number"),
        Index(
            "uq_episodes_one_live",
            "state",
            unique=True,
            sqlite_where=text("state = 'live'"),
            postgresql_where=text("state = 'live'"),
        ),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    programme_id: Mapped[Id] = mapped_column(ForeignKey("programmes.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    theme: Mapped[str] = mapped_column(String(200))
    starts_utc_ns: Mapped[UtcNs]
    minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    """Its own length; 0 is the programme's."""
    state: Mapped[str] = mapped_column(String(16))
    rehearsal: Mapped[bool] = mapped_column(default=False)
    demo: Mapped[bool] = mapped_column(default=False)
    cameras: Mapped[list[str]] = mapped_column(JSON)
    delay_s: Mapped[float | None]
    source: Mapped[str] = mapped_column(String(64), default="slate")
    mix: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    planned_by: Mapped[str] = mapped_column(String(80), default="")
    approved_by: Mapped[str] = mapped_column(String(80), default="")
    legal_basis: Mapped[str] = mapped_column(String(500), default="")
    live_utc_ns: Mapped[UtcNs] = mapped_column(default=0)
    ended_utc_ns: Mapped[UtcNs] = mapped_column(default=0)


class Target(Base):
    """A sealed target: `sealed` holds salt, name and place, encrypted by a key that is not in the database."""

    __tablename__ = "targets"
    __table_args__ = (UniqueConstraint("episode_id", "ordinal"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"))
    ordinal: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    commitment: Mapped[str] = mapped_column(String(64))
    revealed: Mapped[bool] = mapped_column(default=False)
    passed: Mapped[bool] = mapped_column(default=False)
    """Gave way before its reveal: it will not be inspected this time."""


class Selection(Base):
    """By which route a target was chosen; the evidence is encrypted, for a complaint's would tell the target."""

    __tablename__ = "selections"

    target_id: Mapped[Id] = mapped_column(ForeignKey("targets.id"), primary_key=True)
    route: Mapped[str] = mapped_column(String(32))
    evidence: Mapped[bytes] = mapped_column(LargeBinary)
    evidence_hash: Mapped[str] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(String(80))
    utc_ns: Mapped[UtcNs]
