"""What an episode keeps of its mixing, and its clips."""

import sqlalchemy as sa
from alembic import op

revision = "0006_mixing"
down_revision = "0003_evidence"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("episodes", sa.Column("mix", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "clips",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.String(80), nullable=False),
        sa.Column("added_utc_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_clips_episode_id_episodes"),
        sa.PrimaryKeyConstraint("id", name="pk_clips"),
    )
    op.create_index("ix_clips_episode_id", "clips", ["episode_id"])
