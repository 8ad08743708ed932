"""Legal bases, approvals of a version, officers' credentials."""

import sqlalchemy as sa
from alembic import op

revision = "0025_approvals"
down_revision = "0020_plan"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "legal_bases",
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("legal_basis", sa.String(200), nullable=False),
        sa.Column("scope", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("given_by", sa.String(80), nullable=False),
        sa.Column("given_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("reviewed_by", sa.String(80), nullable=False),
        sa.Column("reviewed_utc_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_legal_bases_episode_id_episodes"),
        sa.PrimaryKeyConstraint("episode_id", name="pk_legal_bases"),
    )
    op.create_table(
        "approvals",
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("document", sa.String(60), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("void_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("void_by", sa.String(80), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_approvals_episode_id_episodes"),
        sa.PrimaryKeyConstraint("episode_id", "number", name="pk_approvals"),
    )
    op.create_table(
        "credentials",
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("valid_from", sa.String(10), nullable=False),
        sa.Column("valid_until", sa.String(10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(80), nullable=False),
        sa.Column("set_utc_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_credentials_user_id_users"),
        sa.PrimaryKeyConstraint("user_id", name="pk_credentials"),
        sa.UniqueConstraint("number", name="uq_credentials_number"),
    )
    # An approval from before was of nothing that could be named: such an episode is approved once more.
    op.execute("UPDATE episodes SET state = 'planned', approved_by = '' WHERE state = 'approved'")
