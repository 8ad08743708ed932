"""Draws, the routes by which targets are chosen, targets that gave way."""

import sqlalchemy as sa
from alembic import op

revision = "0015_draws"
down_revision = "0014_private"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("targets", sa.Column("passed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "selections",
        sa.Column("target_id", sa.String(64), nullable=False),
        sa.Column("route", sa.String(32), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("evidence_hash", sa.String(64), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("utc_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["target_id"], ["targets.id"], name="fk_selections_target_id_targets"),
        sa.PrimaryKeyConstraint("target_id", name="pk_selections"),
    )
    op.create_table(
        "draw_pools",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("strata", sa.JSON(), nullable=False),
        sa.Column("loaded_by", sa.String(80), nullable=False),
        sa.Column("loaded_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_draw_pools"),
    )
    op.create_table(
        "draw_parts",
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "part", name="pk_draw_parts"),
    )
    _draws()
    op.create_table(
        "draw_places",
        sa.Column("draw_id", sa.String(64), nullable=False),
        sa.Column("stratum", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("rank", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("ticket", sa.String(64), nullable=False),
        sa.Column("leaf", sa.String(64), nullable=False),
        sa.Column("opening", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("target_id", sa.String(64), nullable=False),
        sa.Column("holder_id", sa.String(64), nullable=False),
        sa.Column("utc_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["draws.id"], name="fk_draw_places_draw_id_draws"),
        sa.PrimaryKeyConstraint("draw_id", "stratum", "rank", name="pk_draw_places"),
    )
    op.create_index("ix_draw_places_target_id", "draw_places", ["target_id"])
    op.create_index("ix_draw_places_holder_id", "draw_places", ["holder_id"])


def _draws() -> None:
    op.create_table(
        "draws",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("route", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("pool_hash", sa.String(64), nullable=False),
        sa.Column("audit_hash", sa.String(64), nullable=False),
        sa.Column("strata", sa.JSON(), nullable=False),
        sa.Column("excluded", sa.JSON(), nullable=False),
        sa.Column("poll", sa.JSON(), nullable=True),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("evidence_hash", sa.String(64), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("first_by", sa.String(80), nullable=False),
        sa.Column("first_lock", sa.String(64), nullable=False),
        sa.Column("first_share", sa.LargeBinary(), nullable=True),
        sa.Column("second_by", sa.String(80), nullable=False),
        sa.Column("second_lock", sa.String(64), nullable=False),
        sa.Column("second_share", sa.LargeBinary(), nullable=True),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("committed", sa.String(64), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.Column("signature", sa.String(192), nullable=False),
        sa.Column("witness", sa.String(80), nullable=False),
        sa.Column("witnessed", sa.String(200), nullable=False),
        sa.Column("aborted_in", sa.String(16), nullable=False),
        sa.Column("aborted_why", sa.String(32), nullable=False),
        sa.Column("prepared_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("committed_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("drawn_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("ended_utc_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_draws_episode_id_episodes"),
        sa.PrimaryKeyConstraint("id", name="pk_draws"),
        sa.UniqueConstraint("episode_id", "purpose", "attempt", name="uq_draws_episode_id_purpose_attempt"),
    )
