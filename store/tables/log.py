"""The record log, the deeds already done, and how far the public has come."""

from sqlalchemy import BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Id, UtcNs


class Record(Base):
    """One fact. Triggers refuse any change but the erasure of `payload` and `salt`, and any gap in `seq`."""

    __tablename__ = "records"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    utc_ns: Mapped[UtcNs]
    actor: Mapped[str] = mapped_column(String(80))
    episode_id: Mapped[Id] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(64), index=True)
    payload: Mapped[bytes | None] = mapped_column(LargeBinary)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    chain: Mapped[bytes] = mapped_column(LargeBinary)


class DeedDone(Base):
    """A command id that was carried out, with the answer it got: the same id gets the same answer again."""

    __tablename__ = "deeds_done"

    command_id: Mapped[Id] = mapped_column(primary_key=True)
    actor: Mapped[str] = mapped_column(String(80), primary_key=True)
    deed: Mapped[str] = mapped_column(String(64))
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    utc_ns: Mapped[UtcNs]


class Withheld(Base):
    """A public record that an edit took from the public with its picture; given back when `released_utc_ns` is set."""

    __tablename__ = "withheld"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    episode_id: Mapped[Id] = mapped_column(index=True)
    edit_id: Mapped[str] = mapped_column(String(80))
    released_utc_ns: Mapped[UtcNs] = mapped_column(default=0)


class PublicPlace(Base):
    """One row: every record up to `seq` is public; it never goes back."""

    __tablename__ = "public_place"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    utc_ns: Mapped[UtcNs]
