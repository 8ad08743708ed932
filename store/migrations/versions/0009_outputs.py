"""How an output comes back: spare address, policy, a person's turns, the last test push."""

import sqlalchemy as sa
from alembic import op

revision = "0009_outputs"
down_revision = "0008_withheld"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("spare", sa.LargeBinary(), nullable=True),
        sa.Column("spare_masked", sa.String(1100), nullable=False, server_default=""),
        sa.Column("spare_expires_utc_ns", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("use", sa.String(8), nullable=False, server_default="main"),
        sa.Column("turn", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("rendition", sa.String(32), nullable=False, server_default="main"),
        sa.Column("policy", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("tried_utc_ns", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("tried_ok", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("tried_reason", sa.String(32), nullable=False, server_default=""),
        sa.Column("tried_says", sa.String(300), nullable=False, server_default=""),
    ):
        op.add_column("outputs", column)
