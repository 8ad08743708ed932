"""What the crew records on the spot. Words, photos and signatures rest sealed by a key that is not in the database."""

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Id, UtcNs


class SpotTick(Base):
    """Recording announced, credentials shown: ticked once an episode, the first counts."""

    __tablename__ = "spot_ticks"

    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), primary_key=True)
    tick: Mapped[str] = mapped_column(String(16), primary_key=True)
    by: Mapped[str] = mapped_column(String(80))
    at_utc_ns: Mapped[UtcNs]
    received_utc_ns: Mapped[UtcNs]
    paper: Mapped[bool]


class ChecklistAnswer(Base):
    """How one item of one place stands; `asked` is the item as the template said it then."""

    __tablename__ = "checklist_answers"
    __table_args__ = (UniqueConstraint("episode_id", "place", "item_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"))
    place: Mapped[str] = mapped_column(String(64))
    item_id: Mapped[str] = mapped_column(String(64))
    template: Mapped[str] = mapped_column(String(80))
    asked: Mapped[str] = mapped_column(String(200))
    key_item: Mapped[bool]
    answer: Mapped[str] = mapped_column(String(8))
    version: Mapped[int]
    sentence: Mapped[str] = mapped_column(String(400))
    sealed_note: Mapped[bytes] = mapped_column(LargeBinary)
    files: Mapped[list[str]] = mapped_column(JSON)
    finding_id: Mapped[str] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(String(80))
    at_utc_ns: Mapped[UtcNs]
    received_utc_ns: Mapped[UtcNs]
    paper: Mapped[bool]


class SpotNote(Base):
    """A note that belongs to no item."""

    __tablename__ = "spot_notes"

    id: Mapped[Id] = mapped_column(primary_key=True)
    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), index=True)
    place: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    files: Mapped[list[str]] = mapped_column(JSON)
    by: Mapped[str] = mapped_column(String(80))
    at_utc_ns: Mapped[UtcNs]
    received_utc_ns: Mapped[UtcNs]
    paper: Mapped[bool]


class EvidenceFile(Base):
    """A photo or spoken note; its sealed bytes lie in `var/evidence/<episode>/<id>`. `private`: for the legal desk."""

    __tablename__ = "evidence_files"

    id: Mapped[Id] = mapped_column(primary_key=True)
    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), index=True)
    sort: Mapped[str] = mapped_column(String(8))
    media_type: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int]
    camera: Mapped[str] = mapped_column(String(64))
    private: Mapped[bool]
    by: Mapped[str] = mapped_column(String(80))
    at_utc_ns: Mapped[UtcNs]
    received_utc_ns: Mapped[UtcNs]
    paper: Mapped[bool]


class DeskThread(Base):
    """A private question to the legal desk. `state` is open or answered."""

    __tablename__ = "desk_threads"

    id: Mapped[Id] = mapped_column(primary_key=True)
    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), index=True)
    by: Mapped[Id]
    name: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(16))
    made_utc_ns: Mapped[UtcNs]


class DeskMessage(Base):
    """One message of a thread; `sealed` holds its words."""

    __tablename__ = "desk_messages"

    id: Mapped[Id] = mapped_column(primary_key=True)
    thread_id: Mapped[Id] = mapped_column(ForeignKey("desk_threads.id"), index=True)
    by: Mapped[Id]
    name: Mapped[str] = mapped_column(String(100))
    from_desk: Mapped[bool]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    files: Mapped[list[str]] = mapped_column(JSON)
    at_utc_ns: Mapped[UtcNs]
    received_utc_ns: Mapped[UtcNs]


class GuestConsent(Base):
    """A guest's signed consent; `sealed` holds the strokes and is emptied when it is taken back."""

    __tablename__ = "guest_consents"

    id: Mapped[Id] = mapped_column(primary_key=True)
    episode_id: Mapped[Id] = mapped_column(ForeignKey("episodes.id"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(String(16))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(String(80))
    at_utc_ns: Mapped[UtcNs]
    received_utc_ns: Mapped[UtcNs]
    paper: Mapped[bool]
    withdrawn_utc_ns: Mapped[UtcNs] = mapped_column(default=0)
