"""Keys, tips, their pictures, the dialogue and the chain."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "tip_keys",
        sa.Column("key_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("recipient", sa.String(80), nullable=False),
        sa.Column("sealed_identity", sa.Text, nullable=False),
        sa.Column("created_utc_ns", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
    )
    op.create_table(
        "tips",
        sa.Column("tip_id", sa.String(32), primary_key=True),
        sa.Column("public_id", sa.String(16), nullable=False, unique=True),
        sa.Column("verifier", sa.String(64), nullable=False),
        sa.Column("recipient", sa.String(80), nullable=False),
        sa.Column("key_id", sa.Integer, sa.ForeignKey("tip_keys.key_id"), nullable=False),
        sa.Column("letter", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("received_utc_ns", sa.BigInteger, nullable=False),
        sa.Column("moved_utc_ns", sa.BigInteger, nullable=False),
        sa.Column("accepted_utc_ns", sa.BigInteger, nullable=False),
        sa.Column("due_utc_ns", sa.BigInteger, nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("unread", sa.Boolean, nullable=False),
    )
    op.create_table(
        "tip_pictures",
        sa.Column("tip_id", sa.String(32), sa.ForeignKey("tips.tip_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "tip_said",
        sa.Column("tip_id", sa.String(32), sa.ForeignKey("tips.tip_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("by_desk", sa.Boolean, nullable=False),
        sa.Column("answer", sa.Boolean, nullable=False),
        sa.Column("utc_ns", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "tip_log",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )


def downgrade() -> None:
    for table in ("tip_log", "tip_said", "tip_pictures", "tips", "tip_keys"):
        op.drop_table(table)
