"""Businesses: what they are, what changed, the files they came from; found by their words while somebody types.

The index of the words is the database's own and no extension's: FTS5 over the column on SQLite (kept by triggers), GIN
over the words as an array on PostgreSQL.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010_entities"
down_revision = "0009_outputs"
branch_labels = None
depends_on = None

_FTS = """
CREATE VIRTUAL TABLE entities_words USING fts5(
    words, content='entities', content_rowid='id', detail='none', columnsize=0, tokenize='ascii');
-- One merge shall never be long: live writes wait for it.
INSERT INTO entities_words(entities_words, rank) VALUES ('automerge', 8);
INSERT INTO entities_words(entities_words, rank) VALUES ('crisismerge', 64);
CREATE TRIGGER entities_words_insert AFTER INSERT ON entities BEGIN
    INSERT INTO entities_words(rowid, words) VALUES (new.id, new.words)~ END;
CREATE TRIGGER entities_words_delete AFTER DELETE ON entities BEGIN
    INSERT INTO entities_words(entities_words, rowid, words) VALUES ('delete', old.id, old.words)~ END;
CREATE TRIGGER entities_words_update AFTER UPDATE OF words ON entities WHEN old.words <> new.words BEGIN
    INSERT INTO entities_words(entities_words, rowid, words) VALUES ('delete', old.id, old.words)~
    INSERT INTO entities_words(rowid, words) VALUES (new.id, new.words)~ END;
"""
"""One statement to a semicolon; `~` is a semicolon within one."""


def upgrade() -> None:
    _entities()
    _imports()
    if op.get_bind().dialect.name == "sqlite":
        for statement in _FTS.strip().rstrip(";").split(";\n"):
            op.execute(statement.replace("~", ";"))
        return
    op.execute("CREATE INDEX ix_entities_words ON entities USING gin (string_to_array(words, ' '))")
    # Whatever the database's own order of letters: the beginning of a licence is a range of this one.
    op.execute("CREATE INDEX ix_entities_licence_begins ON entities (licence varchar_pattern_ops)")


def _entities() -> None:
    op.create_table(
        "entities",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("licence", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("place", sa.String(300), nullable=False),
        sa.Column("grid", sa.String(64), nullable=False),
        sa.Column("category", sa.String(64), nullable=False),
        sa.Column("risk", sa.String(1), nullable=False),
        sa.Column("credit", sa.String(1), nullable=False),
        sa.Column("hygiene", sa.String(1), nullable=False),
        sa.Column("graded_on", sa.String(10), nullable=False),
        sa.Column("spelt", sa.String(420), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entities"),
    )
    op.create_index("uq_entities_licence", "entities", ["licence"], unique=True)
    op.create_index("ix_entities_category", "entities", ["category", "id"])
    op.create_table(
        "entity_changes",
        sa.Column("entity_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("utc_ns", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("field", sa.String(16), nullable=False),
        sa.Column("before", sa.String(300), nullable=False),
        sa.Column("after", sa.String(300), nullable=False),
        sa.Column("since", sa.String(10), nullable=False),
        sa.Column("import_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("entity_id", "utc_ns", "field", name="pk_entity_changes"),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name="fk_entity_changes_entity_id"),
    )


def _imports() -> None:
    op.create_table(
        "entity_imports",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("read_bytes", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("unknown", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("rows_done", "added", "changed", "same", "bad")),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("made_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("done_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entity_imports"),
    )
    op.create_table(
        "entity_import_troubles",
        sa.Column("import_id", sa.String(64), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(16), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("value", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "ordinal", name="pk_entity_import_troubles"),
        sa.ForeignKeyConstraint(["import_id"], ["entity_imports.id"], name="fk_entity_import_troubles_import_id"),
    )
