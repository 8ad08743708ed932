"""Which device holds which camera, and the one-use codes by which devices join. Tokens and codes only as hashes."""

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Id, UtcNs


class CameraBinding(Base):
    """The device that holds `camera` now. `token_hash` is SHA-256 of the device's token."""

    __tablename__ = "camera_bindings"

    camera: Mapped[str] = mapped_column(String(64), primary_key=True)
    device_id: Mapped[Id]
    device_name: Mapped[str] = mapped_column(String(100), default="")
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    bound_by: Mapped[str] = mapped_column(String(80))
    bound_utc_ns: Mapped[UtcNs]


class JoinCode(Base):
    """A one-use code. `replace` is the director's yes to a new device on a camera that is on air."""

    __tablename__ = "join_codes"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    camera: Mapped[str] = mapped_column(String(64))
    made_by: Mapped[str] = mapped_column(String(80))
    replace: Mapped[bool] = mapped_column(default=False)
    expires_utc_ns: Mapped[UtcNs]
    used_utc_ns: Mapped[UtcNs] = mapped_column(default=0)
