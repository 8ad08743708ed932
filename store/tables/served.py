"""The inspection record and what the operator does by its link. Names, statements and signatures rest encrypted."""

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Id, UtcNs


class InspectionRecord(Base):
    """`sealed` is the encrypted `episodes.paper.Signed`; `hash` is the paper's until it is served, then the whole's.

    `version` makes two people writing at once collide instead of overwriting.
    """

    __tablename__ = "inspection_records"

    id: Mapped[Id] = mapped_column(primary_key=True)
    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), index=True)
    place_code: Mapped[str] = mapped_column(String(64))
    grid: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    hash: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    named: Mapped[bool] = mapped_column(default=False)
    made_by: Mapped[str] = mapped_column(String(80))
    made_utc_ns: Mapped[UtcNs]
    served_utc_ns: Mapped[UtcNs] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so


class RecordLink(Base):
    """The operator's way in: the token's hash only. A record has at most one that lives."""

    __tablename__ = "record_links"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    record_id: Mapped[Id] = mapped_column(ForeignKey("inspection_records.id"), index=True)
    expires_utc_ns: Mapped[UtcNs]
    made_utc_ns: Mapped[UtcNs]


class RecordRequest(Base):
    """What the operator asked for; `sealed` is the encrypted `episodes.asked.Request`."""

    __tablename__ = "record_requests"

    id: Mapped[Id] = mapped_column(primary_key=True)
    record_id: Mapped[Id] = mapped_column(ForeignKey("inspection_records.id"), index=True)
    asked: Mapped[str] = mapped_column(String(16))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    outcome: Mapped[str] = mapped_column(String(16), default="")
    made_utc_ns: Mapped[UtcNs]
    due_utc_ns: Mapped[UtcNs]
    answered_by: Mapped[str] = mapped_column(String(80), default="")
    answered_utc_ns: Mapped[UtcNs] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so


class RectificationPhoto(Base):
    """A picture from the operator, without metadata, encrypted; `state` is waiting, accepted or refused."""

    __tablename__ = "rectification_photos"

    id: Mapped[Id] = mapped_column(primary_key=True)
    record_id: Mapped[Id] = mapped_column(ForeignKey("inspection_records.id"), index=True)
    finding_id: Mapped[Id] = mapped_column(ForeignKey("findings.id"), index=True)
    side: Mapped[str] = mapped_column(String(8))
    sha256: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(16))
    reviewed_by: Mapped[str] = mapped_column(String(80), default="")
    made_utc_ns: Mapped[UtcNs]
