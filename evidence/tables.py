"""Checkpoints of the record log."""

from sqlalchemy import BigInteger, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, UtcNs


class CheckpointRow(Base):
    """`note` is the signed text; `peaks` lets the tree grow on without reading the log again."""

    __tablename__ = "checkpoints"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    utc_ns: Mapped[UtcNs]
    root: Mapped[bytes] = mapped_column(LargeBinary)
    peaks: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(Text)
