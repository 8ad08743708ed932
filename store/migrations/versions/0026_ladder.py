"""The disclosure ladder: rungs, and who looked and acknowledged."""

import sqlalchemy as sa
from alembic import op

revision = "0026_ladder"
down_revision = "0025_approvals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ladders",
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(80), nullable=False),
        sa.Column("set_utc_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_ladders_episode_id_episodes"),
        sa.PrimaryKeyConstraint("episode_id", name="pk_ladders"),
    )
    op.create_table(
        "ladder_rungs",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(40), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("minutes_before", sa.Integer(), nullable=True),
        sa.Column("releaser", sa.String(80), nullable=False),
        sa.Column("released_by", sa.String(80), nullable=False),
        sa.Column("released_utc_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_ladder_rungs_episode_id_episodes"),
        sa.PrimaryKeyConstraint("id", name="pk_ladder_rungs"),
    )
    op.create_index("ix_ladder_rungs_episode_id", "ladder_rungs", ["episode_id"])
    op.create_table(
        "ladder_known",
        sa.Column("rung_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("seen_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_utc_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rung_id"], ["ladder_rungs.id"], name="fk_ladder_known_rung_id_ladder_rungs", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("rung_id", "user_id", name="pk_ladder_known"),
    )
