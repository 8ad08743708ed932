"""What the crew records on the spot: ticks, answers, notes, photos, questions to the legal desk, consents."""

import sqlalchemy as sa
from alembic import op

revision = "0030_inspection"
down_revision = "0036_devices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spot_ticks",
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("tick", sa.String(16), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("received_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("paper", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_spot_ticks_episode_id_episodes"),
        sa.PrimaryKeyConstraint("episode_id", "tick", name="pk_spot_ticks"),
    )
    op.create_table(
        "checklist_answers",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("item_id", sa.String(64), nullable=False),
        sa.Column("template", sa.String(80), nullable=False),
        sa.Column("asked", sa.String(200), nullable=False),
        sa.Column("key_item", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.String(8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.String(400), nullable=False),
        sa.Column("sealed_note", sa.LargeBinary(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("finding_id", sa.String(64), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("received_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("paper", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_checklist_answers_episode_id_episodes"),
        sa.PrimaryKeyConstraint("id", name="pk_checklist_answers"),
        sa.UniqueConstraint("episode_id", "place", "item_id", name="uq_checklist_answers_episode_id_place_item_id"),
    )
    op.create_table(
        "spot_notes",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("received_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("paper", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_spot_notes_episode_id_episodes"),
        sa.PrimaryKeyConstraint("id", name="pk_spot_notes"),
    )
    op.create_index("ix_spot_notes_episode_id", "spot_notes", ["episode_id"])
    op.create_table(
        "evidence_files",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("sort", sa.String(8), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("camera", sa.String(64), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("received_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("paper", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_evidence_files_episode_id_episodes"),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_files"),
    )
    op.create_index("ix_evidence_files_episode_id", "evidence_files", ["episode_id"])
    op.create_table(
        "desk_threads",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("made_utc_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_desk_threads_episode_id_episodes"),
        sa.PrimaryKeyConstraint("id", name="pk_desk_threads"),
    )
    op.create_index("ix_desk_threads_episode_id", "desk_threads", ["episode_id"])
    op.create_table(
        "desk_messages",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("thread_id", sa.String(64), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("from_desk", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("at_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("received_utc_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["thread_id"], ["desk_threads.id"], name="fk_desk_messages_thread_id_desk_threads"),
        sa.PrimaryKeyConstraint("id", name="pk_desk_messages"),
    )
    op.create_index("ix_desk_messages_thread_id", "desk_messages", ["thread_id"])
    op.create_table(
        "guest_consents",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("text", sa.String(16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("received_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("paper", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_utc_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_guest_consents_episode_id_episodes"),
        sa.PrimaryKeyConstraint("id", name="pk_guest_consents"),
    )
    op.create_index("ix_guest_consents_episode_id", "guest_consents", ["episode_id"])
