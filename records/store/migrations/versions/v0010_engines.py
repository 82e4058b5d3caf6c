"""Cells keep which engine read them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0010", "0009"


def upgrade() -> None:
    op.add_column("read_cells", sa.Column("engine", sa.Text()))
