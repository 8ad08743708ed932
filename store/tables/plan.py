"""Planning: seasons, extra slots, templates and their versions, what an episode was filled with, its crew, its run."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Id, UtcNs


class SeasonRow(Base):
    """A run of numbered episodes; days are ISO, both within."""

    __tablename__ = "seasons"

    id: Mapped[Id] = mapped_column(primary_key=True)
    programme_id: Mapped[Id] = mapped_column(ForeignKey("programmes.id"))
    name: Mapped[str] = mapped_column(String(40))
    first_day: Mapped[str] = mapped_column(String(10))
    last_day: Mapped[str] = mapped_column(String(10))
    first_number: Mapped[int]


class ExtraSlot(Base):
    """A slot for once; `day` is ISO, `starts` local `HH:MM`."""

    __tablename__ = "extra_slots"

    id: Mapped[Id] = mapped_column(primary_key=True)
    programme_id: Mapped[Id] = mapped_column(ForeignKey("programmes.id"))
    day: Mapped[str] = mapped_column(String(10))
    starts: Mapped[str] = mapped_column(String(5))
    minutes: Mapped[int]
    note: Mapped[str] = mapped_column(String(40), default="")


class TemplateRow(Base):
    """A template as it now stands: its newest version is `version`."""

    __tablename__ = "templates"

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    retired: Mapped[bool] = mapped_column(default=False)


class TemplateVersion(Base):
    """One version, never changed: `content` is `episodes.templates.Content`."""

    __tablename__ = "template_versions"

    template_id: Mapped[Id] = mapped_column(ForeignKey("templates.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(40))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_by: Mapped[str] = mapped_column(String(80))
    made_utc_ns: Mapped[UtcNs]


class EpisodePlan(Base):
    """What an episode was filled with, and its own list of points; the template's version 0 means none was used."""

    __tablename__ = "episode_plans"

    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), primary_key=True)
    template_id: Mapped[str] = mapped_column(String(64), default="")
    template_version: Mapped[int] = mapped_column(default=0)
    template_name: Mapped[str] = mapped_column(String(40), default="")
    checklist: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    checklist_version: Mapped[int] = mapped_column(default=0)
    kit: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    limits: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    outputs: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    posts: Mapped[list[str]] = mapped_column(JSON, default=list)


class EpisodeRun(Base):
    """The run of show and how far it is: `segments` and `progress` as `episodes.run_of_show` has them."""

    __tablename__ = "runs_of_show"

    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), primary_key=True)
    version: Mapped[int]
    segments: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    progress: Mapped[dict[str, Any]] = mapped_column(JSON)
    edited_by: Mapped[str] = mapped_column(String(80), default="")
    edited_utc_ns: Mapped[UtcNs] = mapped_column(default=0)


class CrewPlace(Base):
    """One person in one post of one episode; `camera` is empty but for a camera's holder."""

    __tablename__ = "crew_places"

    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), primary_key=True)
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    post: Mapped[str] = mapped_column(String(16), primary_key=True)
    camera: Mapped[str] = mapped_column(String(64), primary_key=True, default="")


class CalendarLink(Base):
    """A person's calendar by a link; `token_hash` is SHA-256 of what stands in it."""

    __tablename__ = "calendar_links"

    id: Mapped[Id] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id"), index=True)
    made_utc_ns: Mapped[UtcNs]
    read_utc_ns: Mapped[UtcNs] = mapped_column(default=0)
