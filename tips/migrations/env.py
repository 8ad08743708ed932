"""Alembic's entry for the tips' own database; `tips.engine` hands it the open connection."""

from alembic import context
from sqlalchemy import Connection

from tips.tables import Base

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, version_table="tips_version", render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
