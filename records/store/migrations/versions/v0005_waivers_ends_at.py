"""An acceptance ends at a moment: that at which its last day is over where the auditors sit. Before, the day was that of the database's
clock; last days entered before are taken for days in China."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    op.add_column("waiver_entries", sa.Column("ends_at", sa.String(32)))
    op.execute(
        "UPDATE waiver_entries SET ends_at = until || 'T16:00:00.000+00:00' WHERE until IS NOT NULL"
    )
