"""What a DUMP or KILL took from the public's pages."""

import sqlalchemy as sa
from alembic import op

revision = "0008_withheld"
down_revision = "0006_mixing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "withheld",
        sa.Column("seq", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("edit_id", sa.String(80), nullable=False),
        sa.Column("released_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_withheld"),
    )
    op.create_index("ix_withheld_episode_id", "withheld", ["episode_id"])
