"""Businesses, what changed about them, and the files they came from."""

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Id, UtcNs


class EntityRow(Base):
    """A business as it is now. `words` is how it is found (`episodes.spelling`); the migration keeps an index of it."""

    __tablename__ = "entities"
    __table_args__ = (
        Index("uq_entities_licence", "licence", unique=True),
        Index("ix_entities_category", "category", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    licence: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(300))
    grid: Mapped[str] = mapped_column(String(64))
    category: Mapped[str] = mapped_column(String(64))
    risk: Mapped[str] = mapped_column(String(1))
    credit: Mapped[str] = mapped_column(String(1))
    hygiene: Mapped[str] = mapped_column(String(1))
    graded_on: Mapped[str] = mapped_column(String(10))
    spelt: Mapped[str] = mapped_column(String(420))
    words: Mapped[str] = mapped_column(Text)
    made_utc_ns: Mapped[UtcNs]
    changed_utc_ns: Mapped[UtcNs]


class EntityChange(Base):
    """One field of one business became another; `since` is the grades' date where the file said one."""

    __tablename__ = "entity_changes"

    entity_id: Mapped[int] = mapped_column(ForeignKey("entities.id"), primary_key=True, autoincrement=False)
    utc_ns: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    field: Mapped[str] = mapped_column(String(16), primary_key=True)
    before: Mapped[str] = mapped_column(String(300))
    after: Mapped[str] = mapped_column(String(300))
    since: Mapped[str] = mapped_column(String(10))
    import_id: Mapped[Id]


class EntityImport(Base):
    """A file of businesses. `state` is checking, checked, applying, done, failed or stopped (see `api.entities`)."""

    __tablename__ = "entity_imports"

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    read_bytes: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(64))
    unknown: Mapped[list[Any]] = mapped_column(JSON)
    rows_done: Mapped[int]
    added: Mapped[int]
    changed: Mapped[int]
    same: Mapped[int]
    bad: Mapped[int]
    by: Mapped[str] = mapped_column(String(80))
    made_utc_ns: Mapped[UtcNs]
    done_utc_ns: Mapped[UtcNs]


class EntityImportTrouble(Base):
    """Something wrong with a row of a file; kept up to `store.entity_imports.MOST_TROUBLES`, counted beyond."""

    __tablename__ = "entity_import_troubles"

    import_id: Mapped[Id] = mapped_column(ForeignKey("entity_imports.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int]
    field: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(24))
    value: Mapped[str] = mapped_column(String(80))
