"""The gate: decisions to go on without a point, moderators on duty, kit and reagent batches."""

import sqlalchemy as sa
from alembic import op

revision = "0027_gate"
down_revision = "0030_inspection"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gate_decisions",
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("point", sa.String(16), nullable=False),
        sa.Column("why", sa.String(200), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("utc_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_gate_decisions_episode_id_episodes"),
        sa.PrimaryKeyConstraint("episode_id", "point", name="pk_gate_decisions"),
    )
    op.create_table(
        "moderation_duties",
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("since_utc_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_moderation_duties_episode_id_episodes"),
        sa.PrimaryKeyConstraint("episode_id", "user_id", name="pk_moderation_duties"),
    )
    op.create_table(
        "kit_batches",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("batch", sa.String(40), nullable=False),
        sa.Column("expires", sa.String(10), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(80), nullable=False),
        sa.Column("set_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kit_batches"),
        sa.UniqueConstraint("kind", "name", "batch", name="uq_kit_batches_kind_name_batch"),
    )
