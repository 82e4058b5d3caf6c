"""A finding names the finding that it only follows from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    op.add_column("audit_findings", sa.Column("cause", sa.Text))
