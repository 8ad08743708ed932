"""The desk's database: `Store` (unit of work, record log), tables, people, secrets box, migrations."""

from store.errors import DatabaseNewer, LogBroken, StoreBusy, StoreError
from store.secrets_box import CannotUnseal, SecretsBox
from store.store import Store, Work

__all__ = ["CannotUnseal", "DatabaseNewer", "LogBroken", "SecretsBox", "Store", "StoreBusy", "StoreError", "Work"]
