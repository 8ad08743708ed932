"""Outputs of an episode: where the programme is pushed to."""

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Id, UtcNs


class Output(Base):
    """`address` is the whole URL, encrypted by a key apart from the database; `masked` is what pages may show."""

    __tablename__ = "outputs"

    id: Mapped[Id] = mapped_column(primary_key=True)
    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    address: Mapped[bytes] = mapped_column(LargeBinary)
    masked: Mapped[str] = mapped_column(String(1100))
    wanted: Mapped[bool] = mapped_column(default=True)
    expires_utc_ns: Mapped[UtcNs] = mapped_column(default=0)
    made_utc_ns: Mapped[UtcNs]
