"""The tips' own tables, in their own database file. Whatever a reporter wrote is sealed before it gets here."""

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Not the store's: no table here can be joined with one there."""


class KeyRow(Base):
    """The desk's key pairs, newest last; `sealed_identity` opens only with the passphrase, in a browser."""

    __tablename__ = "tip_keys"

    key_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    recipient: Mapped[str] = mapped_column(String(80))
    sealed_identity: Mapped[str] = mapped_column(Text)
    created_utc_ns: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(String(64))


class TipRow(Base):
    """One tip: `verifier` proves its holder, `recipient` is what replies are sealed to."""

    __tablename__ = "tips"

    tip_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    verifier: Mapped[str] = mapped_column(String(64))
    recipient: Mapped[str] = mapped_column(String(80))
    key_id: Mapped[int] = mapped_column(ForeignKey("tip_keys.key_id"))
    letter: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(16))
    received_utc_ns: Mapped[int] = mapped_column(BigInteger)
    moved_utc_ns: Mapped[int] = mapped_column(BigInteger)
    accepted_utc_ns: Mapped[int] = mapped_column(BigInteger, default=0)
    due_utc_ns: Mapped[int] = mapped_column(BigInteger)
    reference: Mapped[str] = mapped_column(String(64), default="")
    unread: Mapped[bool] = mapped_column(default=True)


class PictureRow(Base):
    """A sealed picture of a tip."""

    __tablename__ = "tip_pictures"

    tip_id: Mapped[str] = mapped_column(ForeignKey("tips.tip_id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class SaidRow(Base):
    """One message of the dialogue, sealed to the reporter's key and to the desk's."""

    __tablename__ = "tip_said"

    tip_id: Mapped[str] = mapped_column(ForeignKey("tips.tip_id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    by_desk: Mapped[bool]
    answer: Mapped[bool]
    utc_ns: Mapped[int] = mapped_column(BigInteger)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class LinkRow(Base):
    """The chain: `body` is the canonical fact."""

    __tablename__ = "tip_log"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    salt: Mapped[str] = mapped_column(String(32))
    hash: Mapped[str] = mapped_column(String(64))
