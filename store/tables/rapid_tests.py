"""Rapid tests, whole: the state of `episodes.rapid_test.RapidTest` as canonical JSON, plus what queries need."""

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Id, UtcNs


class RapidTestRow(Base):
    """`body` is the encoded RapidTest; `pending_what` and `pending_reason` wait for the second person of a correction.

    `version` makes two people writing at once collide instead of overwriting.
    """

    __tablename__ = "rapid_tests"

    id: Mapped[Id] = mapped_column(primary_key=True)
    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), index=True)
    state: Mapped[str] = mapped_column(String(24))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    pending_what: Mapped[str] = mapped_column(String(200), default="")
    pending_reason: Mapped[str] = mapped_column(String(200), default="")
    started_utc_ns: Mapped[UtcNs]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so
