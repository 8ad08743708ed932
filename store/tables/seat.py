"""Who holds the director's desk: one row, or none."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Id, UtcNs


class DeskSeat(Base):
    """`seat` is a hash of the holder's session; `offered_to` an account id or empty."""

    __tablename__ = "desk_seat"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seat: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(100))
    since_utc_ns: Mapped[UtcNs]
    seen_utc_ns: Mapped[UtcNs]
    offered_to: Mapped[str] = mapped_column(String(64), default="")
    offered_utc_ns: Mapped[UtcNs] = mapped_column(default=0)
