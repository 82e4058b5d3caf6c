"""What Alembic runs to migrate a store; see `selfeval.records.store.migrating`."""

from selfeval.records.store.migrating import run_within

run_within()
