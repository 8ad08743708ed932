"""Inspection records, what operators do by their link, orders, follow-up checks, outcomes, notices, dated tables."""

import sqlalchemy as sa
from alembic import op

revision = "0035_served"
down_revision = "0026_ladder"
branch_labels = None
depends_on = None


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _when(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _sealed() -> sa.Column[bytes]:
    return sa.Column("sealed", sa.LargeBinary(), nullable=False)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}_{to}")


def upgrade() -> None:
    op.add_column("findings", sa.Column("record_id", sa.String(64), nullable=False, server_default=""))
    op.create_table(
        "inspection_records",
        _text("id", 64),
        _text("episode_id", 64),
        _text("place_code", 64),
        _text("grid", 64),
        _text("state", 16),
        _text("hash", 64),
        _sealed(),
        sa.Column("named", sa.Boolean(), nullable=False),
        _text("made_by", 80),
        *_when("made_utc_ns", "served_utc_ns"),
        sa.Column("version", sa.Integer(), nullable=False),
        _refers("inspection_records", "episode_id", "episodes"),
        sa.PrimaryKeyConstraint("id", name="pk_inspection_records"),
    )
    op.create_index("ix_inspection_records_episode_id", "inspection_records", ["episode_id"])
    op.create_table(
        "record_links",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        _text("record_id", 64),
        *_when("expires_utc_ns", "made_utc_ns"),
        _refers("record_links", "record_id", "inspection_records"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_record_links"),
    )
    op.create_index("ix_record_links_record_id", "record_links", ["record_id"])
    op.create_table(
        "record_requests",
        _text("id", 64),
        _text("record_id", 64),
        _text("asked", 16),
        _sealed(),
        _text("outcome", 16),
        *_when("made_utc_ns", "due_utc_ns"),
        _text("answered_by", 80),
        *_when("answered_utc_ns"),
        sa.Column("version", sa.Integer(), nullable=False),
        _refers("record_requests", "record_id", "inspection_records"),
        sa.PrimaryKeyConstraint("id", name="pk_record_requests"),
    )
    op.create_index("ix_record_requests_record_id", "record_requests", ["record_id"])
    op.create_table(
        "rectification_photos",
        _text("id", 64),
        _text("record_id", 64),
        _text("finding_id", 64),
        _text("side", 8),
        _text("sha256", 64),
        _sealed(),
        _text("state", 16),
        _text("reviewed_by", 80),
        *_when("made_utc_ns"),
        _refers("rectification_photos", "record_id", "inspection_records"),
        _refers("rectification_photos", "finding_id", "findings"),
        sa.PrimaryKeyConstraint("id", name="pk_rectification_photos"),
    )
    op.create_index("ix_rectification_photos_record_id", "rectification_photos", ["record_id"])
    op.create_index("ix_rectification_photos_finding_id", "rectification_photos", ["finding_id"])
    _after()


def _after() -> None:
    op.create_table(
        "orders",
        _text("id", 64),
        _text("record_id", 64),
        _text("finding_id", 64),
        _text("kind", 24),
        _text("basis", 200),
        *_when("given_utc_ns", "due_utc_ns"),
        _refers("orders", "record_id", "inspection_records"),
        _refers("orders", "finding_id", "findings"),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
    )
    op.create_index("ix_orders_record_id", "orders", ["record_id"])
    op.create_index("ix_orders_finding_id", "orders", ["finding_id"])
    op.create_table(
        "grid_officers",
        _text("grid", 64),
        _text("user_id", 64),
        sa.PrimaryKeyConstraint("grid", name="pk_grid_officers"),
    )
    op.create_table(
        "follow_ups",
        _text("id", 64),
        _text("finding_id", 64),
        _text("officer", 64),
        _text("grid", 64),
        _text("state", 16),
        _text("note", 400),
        _text("assigned_by", 80),
        *_when("assigned_utc_ns", "due_utc_ns", "done_utc_ns"),
        _refers("follow_ups", "finding_id", "findings"),
        sa.PrimaryKeyConstraint("id", name="pk_follow_ups"),
    )
    op.create_index("ix_follow_ups_finding_id", "follow_ups", ["finding_id"])
    op.create_index("ix_follow_ups_officer", "follow_ups", ["officer"])
    op.create_table(
        "outcomes",
        _text("id", 64),
        _text("record_id", 64),
        _text("axis", 16),
        _text("outcome", 40),
        _text("detail", 200),
        _text("by", 80),
        *_when("utc_ns"),
        sa.Column("taken_back", sa.Boolean(), nullable=False),
        _refers("outcomes", "record_id", "inspection_records"),
        sa.PrimaryKeyConstraint("id", name="pk_outcomes"),
    )
    op.create_index("ix_outcomes_record_id", "outcomes", ["record_id"])
    op.create_table(
        "notices",
        _text("id", 64),
        _text("record_id", 64),
        _text("kind", 16),
        _sealed(),
        _text("sent_by", 80),
        *_when("sent_utc_ns", "due_utc_ns"),
        _text("reference", 80),
        _text("acknowledged_by", 80),
        *_when("acknowledged_utc_ns"),
        _refers("notices", "record_id", "inspection_records"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
    )
    op.create_index("ix_notices_record_id", "notices", ["record_id"])
    op.create_table(
        "house_tables",
        _text("name", 16),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        _text("by", 80),
        *_when("utc_ns"),
        sa.PrimaryKeyConstraint("name", "version", name="pk_house_tables"),
    )
