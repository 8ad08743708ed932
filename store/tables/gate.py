"""What must be so before a show: basis, approvals, credentials, the ladder, kits, decisions of the gate."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Id, UtcNs


class LegalBasis(Base):
    """On what an episode's inspection rests. A change raises `version` and takes the review away."""

    __tablename__ = "legal_bases"

    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), primary_key=True)
    legal_basis: Mapped[str] = mapped_column(String(200))
    scope: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]
    given_by: Mapped[str] = mapped_column(String(80))
    given_utc_ns: Mapped[UtcNs]
    reviewed_by: Mapped[str] = mapped_column(String(80), default="")
    reviewed_utc_ns: Mapped[UtcNs] = mapped_column(default=0)


class Approval(Base):
    """An approval of one version: `content` is what was read, `hash` names it. Void once something covered changed."""

    __tablename__ = "approvals"

    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    document: Mapped[str] = mapped_column(String(60), default="")
    by: Mapped[str] = mapped_column(String(80))
    utc_ns: Mapped[UtcNs]
    void_utc_ns: Mapped[UtcNs] = mapped_column(default=0)
    void_by: Mapped[str] = mapped_column(String(80), default="")
    changed: Mapped[list[str]] = mapped_column(JSON, default=list)


class CredentialRow(Base):
    """An officer's credential; days are ISO. `version` guards against two people editing at once."""

    __tablename__ = "credentials"

    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id"), primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    valid_from: Mapped[str] = mapped_column(String(10))
    valid_until: Mapped[str] = mapped_column(String(10))
    version: Mapped[int]
    set_by: Mapped[str] = mapped_column(String(80))
    set_utc_ns: Mapped[UtcNs]


class Ladder(Base):
    """An episode's disclosure ladder; `version` guards against two people editing at once."""

    __tablename__ = "ladders"

    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), primary_key=True)
    version: Mapped[int]
    set_by: Mapped[str] = mapped_column(String(80))
    set_utc_ns: Mapped[UtcNs]


class LadderRung(Base):
    """Who learns the address together, by time, by a person's release, or by what comes first."""

    __tablename__ = "ladder_rungs"

    id: Mapped[Id] = mapped_column(primary_key=True)
    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), index=True)
    ordinal: Mapped[int]
    title: Mapped[str] = mapped_column(String(40))
    people: Mapped[list[str]] = mapped_column(JSON)
    minutes_before: Mapped[int | None]
    releaser: Mapped[str] = mapped_column(String(80), default="")
    released_by: Mapped[str] = mapped_column(String(80), default="")
    released_utc_ns: Mapped[UtcNs] = mapped_column(default=0)


class LadderKnown(Base):
    """Somebody looked by a rung, and said that they know it is secret."""

    __tablename__ = "ladder_known"

    rung_id: Mapped[Id] = mapped_column(ForeignKey("ladder_rungs.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[Id] = mapped_column(primary_key=True)
    seen_utc_ns: Mapped[UtcNs]
    acknowledged_utc_ns: Mapped[UtcNs] = mapped_column(default=0)


class GateDecision(Base):
    """A named person goes on without a blocking point, saying why; the newest of each point stands."""

    __tablename__ = "gate_decisions"

    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), primary_key=True)
    point: Mapped[str] = mapped_column(String(16), primary_key=True)
    why: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(80))
    utc_ns: Mapped[UtcNs]


class ModerationDutyRow(Base):
    """A moderator on duty for one episode."""

    __tablename__ = "moderation_duties"

    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), primary_key=True)
    user_id: Mapped[Id] = mapped_column(primary_key=True)
    since_utc_ns: Mapped[UtcNs]


class KitBatch(Base):
    """A batch of a reagent, or a kit with its calibration; `expires` is the last good day, ISO."""

    __tablename__ = "kit_batches"
    __table_args__ = (UniqueConstraint("kind", "name", "batch"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(60))
    batch: Mapped[str] = mapped_column(String(40))
    expires: Mapped[str] = mapped_column(String(10))
    retired: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int]
    set_by: Mapped[str] = mapped_column(String(80))
    set_utc_ns: Mapped[UtcNs]
