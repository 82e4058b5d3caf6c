"""What Alembic runs to migrate a ledger; see `selfeval.records.store.migrating`."""

from selfeval.records.store.migrating import run_within

run_within()
