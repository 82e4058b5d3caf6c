"""The ledger that stores had before it was versioned by Alembic. Frozen: it imports nothing that may change."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def _needed(kind: Any, names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names.split()]


def upgrade() -> None:
    op.create_table(
        "submissions", sa.Column("submission_id", sa.String(32), primary_key=True), *_needed(sa.Text(), "document path source"),
        *_needed(sa.String(64), "document_id"), *_needed(sa.BigInteger(), "bytes"), *_needed(sa.String(40), "modified"),
        *_needed(sa.String(16), "state"), *_needed(sa.String(40), "code"), *_needed(sa.Text(), "why hint duplicate_of"),
        *_needed(sa.String(32), "reader received_at updated_at"),
    )  # fmt: skip
    for name in ("path", "document_id", "state"):
        op.create_index(f"ix_submissions_{name}", "submissions", [name])
    op.create_table(
        "submission_history", sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True), *_needed(sa.String(32), "submission_id"),
        *_needed(sa.String(16), "state"), *_needed(sa.String(32), "at"), *_needed(sa.String(40), "run"), *_needed(sa.Text(), "note"),
    )  # fmt: skip
    op.create_index("ix_submission_history_submission_id", "submission_history", ["submission_id"])
    op.create_table(
        "marks", sa.Column("name", sa.String(40), primary_key=True), *_needed(sa.Text(), "value")
    )
