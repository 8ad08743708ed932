"""Instruments that send readings by themselves, and what they sent. Keys rest encrypted."""

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Id, UtcNs


class TestDevice(Base):
    """An instrument; `sealed_key` is what it signs with, encrypted."""

    __tablename__ = "test_devices"
    __test__ = False

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
    registered_by: Mapped[str] = mapped_column(String(80))
    registered_utc_ns: Mapped[UtcNs]
    revoked_utc_ns: Mapped[UtcNs] = mapped_column(default=0)


class DeviceUpload(Base):
    """One message of an instrument: a nonce counts once, a measurement is one. `state` is waiting or taken.

    `body` is encrypted: a reading that waits for its second person is seen by nobody.
    """

    __tablename__ = "device_uploads"
    __table_args__ = (UniqueConstraint("device_id", "nonce"), UniqueConstraint("device_id", "measurement_id"))

    id: Mapped[Id] = mapped_column(primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("test_devices.id"))
    nonce: Mapped[str] = mapped_column(String(64))
    measurement_id: Mapped[str] = mapped_column(String(64))
    body_hash: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sample_no: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(16))
    test_id: Mapped[str] = mapped_column(String(64), default="")
    read_utc_ns: Mapped[UtcNs]
    arrived_utc_ns: Mapped[UtcNs]
