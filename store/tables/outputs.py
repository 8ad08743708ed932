"""Outputs of an episode: where the programme is pushed to, and how it comes back."""

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Id, UtcNs


class Output(Base):
    """`address` and `spare` are whole URLs, encrypted by a key apart from the database; pages may show `…masked`.

    `policy` holds what differs from the house's settings (`episodes.outputs.OutputPolicy`); `use` and `turn` are what a
    person last chose; `private` outputs are pushed in rehearsals, too;
    `tried_…` is the last test push of the address now stored (0: none).
    """

    __tablename__ = "outputs"

    id: Mapped[Id] = mapped_column(primary_key=True)
    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    address: Mapped[bytes] = mapped_column(LargeBinary)
    masked: Mapped[str] = mapped_column(String(1100))
    wanted: Mapped[bool] = mapped_column(default=True)
    expires_utc_ns: Mapped[UtcNs] = mapped_column(default=0)
    made_utc_ns: Mapped[UtcNs]
    spare: Mapped[bytes | None] = mapped_column(LargeBinary)
    spare_masked: Mapped[str] = mapped_column(String(1100), default="", server_default="")
    spare_expires_utc_ns: Mapped[UtcNs] = mapped_column(default=0, server_default="0")
    use: Mapped[str] = mapped_column(String(8), default="main", server_default="main")
    turn: Mapped[int] = mapped_column(default=0, server_default="0")
    rendition: Mapped[str] = mapped_column(String(32), default="main", server_default="main")
    policy: Mapped[dict[str, float]] = mapped_column(JSON, default=dict, server_default="{}")
    private: Mapped[bool] = mapped_column(default=False, server_default=false())
    tried_utc_ns: Mapped[UtcNs] = mapped_column(default=0, server_default="0")
    tried_ok: Mapped[bool] = mapped_column(default=False, server_default=false())
    tried_reason: Mapped[str] = mapped_column(String(32), default="", server_default="")
    tried_says: Mapped[str] = mapped_column(String(300), default="", server_default="")
