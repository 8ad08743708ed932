"""DDL that keeps the record log append-only. In: a connection in a migration. Out: triggers, in its own dialect.

They guard against our own mistakes and a careless hand at the SQL prompt; who owns the database can drop them, which
is why checkpoints of the log are signed and given away (evidence/).
"""

from sqlalchemy import Connection

_FROZEN = ("seq", "utc_ns", "actor", "episode_id", "kind", "hash", "chain")

_SQLITE = (
    """CREATE TRIGGER records_gapless BEFORE INSERT ON records
       WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM records)
       BEGIN SELECT raise(ABORT, 'records: seq must follow the last one'); END""",
    f"""CREATE TRIGGER records_frozen BEFORE UPDATE OF {", ".join(_FROZEN)} ON records
       BEGIN SELECT raise(ABORT, 'records: append only'); END""",
    """CREATE TRIGGER records_erase_only BEFORE UPDATE OF payload, salt ON records
       WHEN NEW.payload IS NOT NULL OR NEW.salt IS NOT NULL
       BEGIN SELECT raise(ABORT, 'records: payload and salt can only be erased'); END""",
    """CREATE TRIGGER records_kept BEFORE DELETE ON records
       BEGIN SELECT raise(ABORT, 'records: append only'); END""",
)

_POSTGRESQL = (
    """CREATE FUNCTION records_gapless() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM records) THEN
           RAISE EXCEPTION 'records: seq must follow the last one';
         END IF;
         RETURN NEW;
       END $$""",
    """CREATE FUNCTION records_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'records: append only'; END $$""",
    """CREATE FUNCTION records_erase_only() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF NEW.payload IS NOT NULL OR NEW.salt IS NOT NULL THEN
           RAISE EXCEPTION 'records: payload and salt can only be erased';
         END IF;
         RETURN NEW;
       END $$""",
    "CREATE TRIGGER records_gapless BEFORE INSERT ON records FOR EACH ROW EXECUTE FUNCTION records_gapless()",
    f"""CREATE TRIGGER records_frozen BEFORE UPDATE OF {", ".join(_FROZEN)} ON records
       FOR EACH ROW EXECUTE FUNCTION records_refuse()""",
    """CREATE TRIGGER records_erase_only BEFORE UPDATE OF payload, salt ON records
       FOR EACH ROW EXECUTE FUNCTION records_erase_only()""",
    "CREATE TRIGGER records_kept BEFORE DELETE ON records FOR EACH ROW EXECUTE FUNCTION records_refuse()",
    "CREATE TRIGGER records_whole BEFORE TRUNCATE ON records FOR EACH STATEMENT EXECUTE FUNCTION records_refuse()",
)


def protect_records(connection: Connection) -> None:
    """Create the triggers for this database's dialect."""
    for statement in _POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE:
        connection.exec_driver_sql(statement)
