"""Views show the current filing of each project, say which document a row is of, and sum up each form. No table changes: views are made
anew whenever the chain has moved."""

from __future__ import annotations

revision, down_revision = "0006", "0005"


def upgrade() -> None:
    """Nothing to do but to be newer."""
