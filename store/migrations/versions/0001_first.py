"""The first tables: the record log with its triggers, episodes, tests, outputs, cameras, people, graphics."""

import sqlalchemy as sa
from alembic import op

from store.migrations.triggers import protect_records

revision = "0001_first"
down_revision = None
branch_labels = None
depends_on = None

_LIVE = sa.text("state = 'live'")


def upgrade() -> None:
    _log()
    _episodes()
    _people()
    _show()
    protect_records(op.get_bind())


def _log() -> None:
    op.create_table(
        "deeds_done",
        sa.Column("command_id", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("deed", sa.String(64), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("command_id", "actor", name="pk_deeds_done"),
    )
    op.create_table(
        "public_place",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_public_place"),
    )
    op.create_table(
        "records",
        sa.Column("seq", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_records"),
    )
    op.create_index("ix_records_episode_id", "records", ["episode_id"])
    op.create_index("ix_records_kind", "records", ["kind"])


def _episodes() -> None:
    op.create_table(
        "programmes",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("agency", sa.String(200), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.String(5), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_programmes"),
    )
    op.create_table(
        "episodes",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("programme_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("theme", sa.String(200), nullable=False),
        sa.Column("starts_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("rehearsal", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("cameras", sa.JSON(), nullable=False),
        sa.Column("delay_s", sa.Double(), nullable=True),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("planned_by", sa.String(80), nullable=False),
        sa.Column("approved_by", sa.String(80), nullable=False),
        sa.Column("legal_basis", sa.String(500), nullable=False),
        sa.Column("live_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("ended_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_episodes"),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name="fk_episodes_programme_id"),
        sa.UniqueConstraint("programme_id", "number", name="uq_episodes_programme_id_number"),
    )
    op.create_index(
        "uq_episodes_one_live", "episodes", ["state"], unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE
    )
    op.create_table(
        "targets",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.String(64), nullable=False),
        sa.Column("revealed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_targets"),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_targets_episode_id"),
        sa.UniqueConstraint("episode_id", "ordinal", name="uq_targets_episode_id_ordinal"),
    )


def _people() -> None:
    op.create_table(
        "camera_bindings",
        sa.Column("camera", sa.String(64), nullable=False),
        sa.Column("device_id", sa.String(64), nullable=False),
        sa.Column("device_name", sa.String(100), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("bound_by", sa.String(80), nullable=False),
        sa.Column("bound_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("camera", name="pk_camera_bindings"),
        sa.UniqueConstraint("token_hash", name="uq_camera_bindings_token_hash"),
    )
    op.create_table(
        "join_codes",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("camera", sa.String(64), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("replace", sa.Boolean(), nullable=False),
        sa.Column("expires_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("used_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name="pk_join_codes"),
    )
    op.create_table(
        "login_tries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_tries"),
    )
    op.create_index("ix_login_tries_key_utc_ns", "login_tries", ["key", "utc_ns"])
    op.create_table(
        "users",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("login", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("password_hash", sa.String(300), nullable=False),
        sa.Column("pin_hash", sa.String(300), nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("lang", sa.String(16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("made_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("login", name="uq_users_login"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("second_factor", sa.Boolean(), nullable=False),
        sa.Column("agent", sa.String(300), nullable=False),
        sa.Column("made_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("seen_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("expires_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])


def _show() -> None:
    op.create_table(
        "findings",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("key_item", sa.Boolean(), nullable=False),
        sa.Column("place_code", sa.String(64), nullable=False),
        sa.Column("sentence", sa.String(400), nullable=False),
        sa.Column("measure", sa.String(400), nullable=False),
        sa.Column("opened_by", sa.String(80), nullable=False),
        sa.Column("verified_by", sa.String(80), nullable=False),
        sa.Column("opened_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("verified_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_findings_episode_id"),
    )
    op.create_index("ix_findings_episode_id", "findings", ["episode_id"])
    op.create_table(
        "outputs",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("masked", sa.String(1100), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("expires_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("made_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outputs"),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_outputs_episode_id"),
    )
    op.create_index("ix_outputs_episode_id", "outputs", ["episode_id"])
    op.create_table(
        "prepared_graphics",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("graphic", sa.String(16), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_prepared_graphics"),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_prepared_graphics_episode_id"),
    )
    op.create_index("ix_prepared_graphics_episode_id", "prepared_graphics", ["episode_id"])
    op.create_table(
        "questions",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("text", sa.String(400), nullable=False),
        sa.Column("nickname", sa.String(100), nullable=False),
        sa.Column("mentions_result", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("made_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_questions"),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_questions_episode_id"),
    )
    op.create_index("ix_questions_episode_id", "questions", ["episode_id"])
    op.create_table(
        "rapid_tests",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("pending_what", sa.String(200), nullable=False),
        sa.Column("pending_reason", sa.String(200), nullable=False),
        sa.Column("started_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rapid_tests"),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_rapid_tests_episode_id"),
    )
    op.create_index("ix_rapid_tests_episode_id", "rapid_tests", ["episode_id"])
