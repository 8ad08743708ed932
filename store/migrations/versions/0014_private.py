"""Outputs that rehearsals may push to."""

import sqlalchemy as sa
from alembic import op

revision = "0014_private"
down_revision = "0013_seat"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outputs", sa.Column("private", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("outputs", "private")
