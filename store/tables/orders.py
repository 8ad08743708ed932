"""Orders, follow-up checks, outcomes, notices; who checks which grid area; dated tables of the house."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Id, UtcNs


class OrderRow(Base):
    """A finding shall be rectified by `due_utc_ns`; it is met when the finding is verified."""

    __tablename__ = "orders"

    id: Mapped[Id] = mapped_column(primary_key=True)
    record_id: Mapped[Id] = mapped_column(ForeignKey("inspection_records.id"), index=True)
    finding_id: Mapped[Id] = mapped_column(ForeignKey("findings.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    basis: Mapped[str] = mapped_column(String(200))
    given_utc_ns: Mapped[UtcNs]
    due_utc_ns: Mapped[UtcNs]


class GridOfficer(Base):
    """Who does the follow-up checks of a grid area."""

    __tablename__ = "grid_officers"

    grid: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(64))


class FollowUp(Base):
    """One follow-up check; `state` is open, rectified or not_rectified."""

    __tablename__ = "follow_ups"

    id: Mapped[Id] = mapped_column(primary_key=True)
    finding_id: Mapped[Id] = mapped_column(ForeignKey("findings.id"), index=True)
    officer: Mapped[str] = mapped_column(String(64), index=True)
    grid: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(String(400), default="")
    assigned_by: Mapped[str] = mapped_column(String(80))
    assigned_utc_ns: Mapped[UtcNs]
    due_utc_ns: Mapped[UtcNs]
    done_utc_ns: Mapped[UtcNs] = mapped_column(default=0)


class OutcomeRow(Base):
    """One outcome on one axis, until it is taken back."""

    __tablename__ = "outcomes"

    id: Mapped[Id] = mapped_column(primary_key=True)
    record_id: Mapped[Id] = mapped_column(ForeignKey("inspection_records.id"), index=True)
    axis: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(80))
    utc_ns: Mapped[UtcNs]
    taken_back: Mapped[bool] = mapped_column(default=False)


class Notice(Base):
    """A referral or delisting notice; `sealed` is to whom and its words, for they name the business."""

    __tablename__ = "notices"

    id: Mapped[Id] = mapped_column(primary_key=True)
    record_id: Mapped[Id] = mapped_column(ForeignKey("inspection_records.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sent_by: Mapped[str] = mapped_column(String(80))
    sent_utc_ns: Mapped[UtcNs]
    due_utc_ns: Mapped[UtcNs]
    reference: Mapped[str] = mapped_column(String(80), default="")
    acknowledged_by: Mapped[str] = mapped_column(String(80), default="")
    acknowledged_utc_ns: Mapped[UtcNs] = mapped_column(default=0)


class HouseTable(Base):
    """A whole dated table (`limits`, `methods`, `deadlines`) as it was until its next version; the newest counts."""

    __tablename__ = "house_tables"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    by: Mapped[str] = mapped_column(String(80))
    utc_ns: Mapped[UtcNs]
