"""Who holds the director's desk."""

import sqlalchemy as sa
from alembic import op

revision = "0013_seat"
down_revision = "0010_entities"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_seat",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("seat", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("since_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("seen_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("offered_to", sa.String(64), nullable=False),
        sa.Column("offered_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_seat"),
    )


def downgrade() -> None:
    op.drop_table("desk_seat")
