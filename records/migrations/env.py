"""What Alembic runs to migrate a store; see `records.migrating`."""
from records.migrating import run_within

run_within()
