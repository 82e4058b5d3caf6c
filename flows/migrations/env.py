"""What Alembic runs to migrate a ledger; see `records.migrating`."""
from records.migrating import run_within

run_within()
