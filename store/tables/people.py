"""Accounts, sessions, tries at the door. Passwords, PINs and tokens only as hashes, the TOTP key encrypted."""

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Id, UtcNs


class User(Base):
    """An account of the staff. `login` is compared in lower case."""

    __tablename__ = "users"

    id: Mapped[Id] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    roles: Mapped[list[str]] = mapped_column(JSON)
    password_hash: Mapped[str] = mapped_column(String(300))
    pin_hash: Mapped[str] = mapped_column(String(300), default="")
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    lang: Mapped[str] = mapped_column(String(16), default="")
    active: Mapped[bool] = mapped_column(default=True)
    made_utc_ns: Mapped[UtcNs]


class Session(Base):
    """A signed-in browser. `token_hash` is SHA-256 of the cookie's value; `csrf` belongs to it."""

    __tablename__ = "sessions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    second_factor: Mapped[bool] = mapped_column(default=False)
    agent: Mapped[str] = mapped_column(String(300), default="")
    made_utc_ns: Mapped[UtcNs]
    seen_utc_ns: Mapped[UtcNs]
    expires_utc_ns: Mapped[UtcNs]


class LoginTry(Base):
    """A failed try; `key` is a hash of what is limited (an account, an address)."""

    __tablename__ = "login_tries"
    __table_args__ = (Index("ix_login_tries_key_utc_ns", "key", "utc_ns"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(100))
    utc_ns: Mapped[UtcNs]
