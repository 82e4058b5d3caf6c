"""Fields that forms print beside the first ones, tasks, cells without a field, and tables that are something else."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"

_EXACT = sa.Text().with_variant(sa.Numeric(), "postgresql")


def _texts(names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text()) for name in names.split()]


def _number(name: str) -> list[sa.Column[Any]]:
    return [
        sa.Column(name, sa.Text()),
        sa.Column(f"{name}_value", _EXACT),
        sa.Column(f"{name}_half", _EXACT),
    ]


def _count(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer())


def _part() -> list[sa.Column[Any]]:
    reading = sa.ForeignKey("read_documents.extraction_id")
    return [
        sa.Column("extraction_id", sa.String(32), reading, primary_key=True),
        sa.Column("ordinal", sa.Integer(), primary_key=True, autoincrement=False),
    ]


def _row() -> list[sa.Column[Any]]:
    return [*_texts("record_id form_id document subject"), _count("form"), _count("position")]


def upgrade() -> None:
    for column in _texts("filing_date goal_adjusted grade conclusion problems measures"):
        op.add_column("read_forms", column)
    for name in ("arrived", "carried_over", "balance"):
        for column in _number(name):
            op.add_column("read_funds", column)
    for column in _number("reviewed_score"):
        op.add_column("read_indicators", column)
    amounts = [*_number("budget"), *_number("executed")]
    op.create_table("read_tasks", *_part(), *_row(), *_texts("name content actual"), *amounts)
    box: list[sa.Column[Any]] = [
        sa.Column(name, sa.Double()) for name in ("x0", "top", "x1", "bottom")
    ]
    other = [*_texts("caption value"), _count("page"), *box]
    op.create_table("read_other", *_part(), *_row(), *other)
    skipped = [*_texts("document_id document title kind"), _count("position"), _count("page")]
    op.create_table("read_skipped", *_part(), *skipped)
