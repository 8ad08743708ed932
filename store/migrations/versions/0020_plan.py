"""Seasons, extra slots, episode templates, crew lists, runs of show, calendar links; an episode's own length."""

import sqlalchemy as sa
from alembic import op

revision = "0020_plan"
down_revision = "0016_slots"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("episodes", sa.Column("minutes", sa.Integer(), nullable=False, server_default="0"))
    _slots()
    _templates()
    _episodes()
    op.create_table(
        "calendar_links",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("made_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("read_utc_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_calendar_links_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_links"),
        sa.UniqueConstraint("token_hash", name="uq_calendar_links_token_hash"),
    )
    op.create_index("ix_calendar_links_user_id", "calendar_links", ["user_id"])


def _slots() -> None:
    op.create_table(
        "seasons",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("programme_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("first_day", sa.String(10), nullable=False),
        sa.Column("last_day", sa.String(10), nullable=False),
        sa.Column("first_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name="fk_seasons_programme_id_programmes"),
        sa.PrimaryKeyConstraint("id", name="pk_seasons"),
    )
    op.create_table(
        "extra_slots",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("programme_id", sa.String(64), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("starts", sa.String(5), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name="fk_extra_slots_programme_id_programmes"),
        sa.PrimaryKeyConstraint("id", name="pk_extra_slots"),
    )


def _templates() -> None:
    op.create_table(
        "templates",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_templates"),
    )
    op.create_table(
        "template_versions",
        sa.Column("template_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("made_utc_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["template_id"], ["templates.id"], name="fk_template_versions_template_id_templates"),
        sa.PrimaryKeyConstraint("template_id", "version", name="pk_template_versions"),
    )


def _episodes() -> None:
    op.create_table(
        "episode_plans",
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("template_id", sa.String(64), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("template_name", sa.String(40), nullable=False),
        sa.Column("checklist", sa.JSON(), nullable=False),
        sa.Column("checklist_version", sa.Integer(), nullable=False),
        sa.Column("kit", sa.JSON(), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("outputs", sa.JSON(), nullable=False),
        sa.Column("posts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_episode_plans_episode_id_episodes"),
        sa.PrimaryKeyConstraint("episode_id", name="pk_episode_plans"),
    )
    op.create_table(
        "runs_of_show",
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("segments", sa.JSON(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("edited_by", sa.String(80), nullable=False),
        sa.Column("edited_utc_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_runs_of_show_episode_id_episodes"),
        sa.PrimaryKeyConstraint("episode_id", name="pk_runs_of_show"),
    )
    op.create_table(
        "crew_places",
        sa.Column("episode_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("post", sa.String(16), nullable=False),
        sa.Column("camera", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name="fk_crew_places_episode_id_episodes"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_crew_places_user_id_users"),
        sa.PrimaryKeyConstraint("episode_id", "user_id", "post", "camera", name="pk_crew_places"),
    )
    op.create_index("ix_crew_places_user_id", "crew_places", ["user_id"])
