"""Draws: the pools they are from, what was fixed when, which tickets came up. Names and shares rest encrypted."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Id, UtcNs


class DrawPool(Base):
    """A loaded list of candidates, for draws to come; `strata` counts candidates by stratum."""

    __tablename__ = "draw_pools"

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    candidates: Mapped[int]
    strata: Mapped[dict[str, int]] = mapped_column(JSON)
    loaded_by: Mapped[str] = mapped_column(String(80))
    loaded_utc_ns: Mapped[UtcNs]


class DrawPart(Base):
    """A piece of a pool or of a draw's auditor's copy: compressed, then encrypted."""

    __tablename__ = "draw_parts"

    owner: Mapped[Id] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Draw(Base):
    """One draw. `terms` is the exact text whose hash was published; the shares are encrypted until the disclosure."""

    __tablename__ = "draws"
    __table_args__ = (UniqueConstraint("episode_id", "purpose", "attempt"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"))
    purpose: Mapped[str] = mapped_column(String(16))
    attempt: Mapped[int]
    route: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16))
    pool_hash: Mapped[str] = mapped_column(String(64))
    audit_hash: Mapped[str] = mapped_column(String(64))
    strata: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    excluded: Mapped[dict[str, int]] = mapped_column(JSON)
    poll: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    evidence: Mapped[bytes] = mapped_column(LargeBinary)
    evidence_hash: Mapped[str] = mapped_column(String(64))
    source: Mapped[dict[str, Any]] = mapped_column(JSON)
    first_by: Mapped[str] = mapped_column(String(80))
    first_lock: Mapped[str] = mapped_column(String(64))
    first_share: Mapped[bytes | None] = mapped_column(LargeBinary)
    second_by: Mapped[str] = mapped_column(String(80), default="")
    second_lock: Mapped[str] = mapped_column(String(64), default="")
    second_share: Mapped[bytes | None] = mapped_column(LargeBinary)
    terms: Mapped[str] = mapped_column(Text, default="")
    committed: Mapped[str] = mapped_column(String(64), default="")
    value: Mapped[str] = mapped_column(String(200), default="")
    signature: Mapped[str] = mapped_column(String(192), default="")
    witness: Mapped[str] = mapped_column(String(80), default="")
    witnessed: Mapped[str] = mapped_column(String(200), default="")
    aborted_in: Mapped[str] = mapped_column(String(16), default="")
    aborted_why: Mapped[str] = mapped_column(String(32), default="")
    prepared_utc_ns: Mapped[UtcNs]
    committed_utc_ns: Mapped[UtcNs] = mapped_column(default=0)
    drawn_utc_ns: Mapped[UtcNs] = mapped_column(default=0)
    ended_utc_ns: Mapped[UtcNs] = mapped_column(default=0)


class DrawPlace(Base):
    """A ticket that came up, by rank within its stratum; `opening` (encrypted) tells whose it is.

    `holder_id` stays empty until the holder was revealed; then it counts for the frequency cap.
    """

    __tablename__ = "draw_places"

    draw_id: Mapped[Id] = mapped_column(ForeignKey("draws.id"), primary_key=True)
    stratum: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ticket: Mapped[str] = mapped_column(String(64))
    leaf: Mapped[str] = mapped_column(String(64))
    opening: Mapped[bytes] = mapped_column(LargeBinary)
    outcome: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(16), default="")
    target_id: Mapped[Id] = mapped_column(default="", index=True)
    holder_id: Mapped[Id] = mapped_column(default="", index=True)
    utc_ns: Mapped[UtcNs]
