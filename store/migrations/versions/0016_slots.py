"""Slots by month beside those by week, what a holiday does to them, and the table of holidays."""

import sqlalchemy as sa
from alembic import op

revision = "0016_slots"
down_revision = "0015_draws"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("programmes", sa.Column("days", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("programmes", sa.Column("on_holiday", sa.String(8), nullable=False, server_default="keep"))
    op.create_table(
        "holidays",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_holidays"),
    )
