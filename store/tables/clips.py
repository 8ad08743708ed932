"""Films that may go on air: last week's follow-up, law clips, titles, music."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Id, UtcNs


class Clip(Base):
    """A film of an episode. `state` is making, ready or refused (see `reason`); the files lie in `Places.clips`."""

    __tablename__ = "clips"

    id: Mapped[Id] = mapped_column(primary_key=True)
    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(40), default="")
    duration_ms: Mapped[int] = mapped_column(default=0)
    ordinal: Mapped[int]
    added_by: Mapped[str] = mapped_column(String(80))
    added_utc_ns: Mapped[UtcNs]
