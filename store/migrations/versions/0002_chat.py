"""The chat's rooms and messages."""

import sqlalchemy as sa
from alembic import op

revision = "0002_chat"
down_revision = "0001_first"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chat_rooms",
        sa.Column("room_id", sa.String(64), nullable=False),
        sa.Column("mode", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("room_id", name="pk_chat_rooms"),
    )
    op.create_table(
        "chat_messages",
        sa.Column("message_id", sa.String(64), nullable=False),
        sa.Column("room_id", sa.String(64), nullable=False),
        sa.Column("viewer_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("question", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.String(16), nullable=False),
        sa.Column("posted_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("hits", sa.JSON(), nullable=False),
        sa.Column("decided_by", sa.String(64), nullable=False),
        sa.Column("decided_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("first_yes", sa.String(64), nullable=False),
        sa.Column("held_by", sa.JSON(), nullable=False),
        sa.Column("claimed_by", sa.String(64), nullable=False),
        sa.Column("claimed_until_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_chat_messages"),
    )
    op.create_index("ix_chat_messages_room_state", "chat_messages", ["room_id", "state", "posted_utc_ns"])
    op.create_index("ix_chat_messages_viewer", "chat_messages", ["room_id", "viewer_id", "posted_utc_ns"])


def downgrade() -> None:
    op.drop_table("chat_messages")
    op.drop_table("chat_rooms")
