"""Instruments that send readings by themselves, and what they sent."""

import sqlalchemy as sa
from alembic import op

revision = "0036_devices"
down_revision = "0035_served"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "test_devices",
        sa.Column("id", sa.String(60), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("registered_by", sa.String(80), nullable=False),
        sa.Column("registered_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("revoked_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_test_devices"),
    )
    op.create_table(
        "device_uploads",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("device_id", sa.String(60), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("measurement_id", sa.String(64), nullable=False),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sample_no", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("test_id", sa.String(64), nullable=False),
        sa.Column("read_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("arrived_utc_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["test_devices.id"], name="fk_device_uploads_device_id_test_devices"),
        sa.PrimaryKeyConstraint("id", name="pk_device_uploads"),
        sa.UniqueConstraint("device_id", "nonce", name="uq_device_uploads_device_id_nonce"),
        sa.UniqueConstraint("device_id", "measurement_id", name="uq_device_uploads_device_id_measurement_id"),
    )
    op.create_index("ix_device_uploads_sample_no", "device_uploads", ["sample_no"])
