"""Cells keep who decided on them and what was read there before; readings that decisions changed keep which one they come from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0009", "0008"


def upgrade() -> None:
    for name in ("decided_by", "reading"):
        op.add_column("read_cells", sa.Column(name, sa.Text()))
    op.execute(
        "ALTER TABLE extractions ADD COLUMN read_id VARCHAR(32) REFERENCES read_documents (extraction_id)"
    )
