"""The order of receipt tells which filing of a project is current, and one key which forms are its filings: units are told without their
code and 本级, names without punctuation. Before, the order of saving told, and names were compared letter by letter."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from selfeval.records.store.readings import series_id

revision, down_revision = "0008", "0007"

_HEAD = ("year", "unit", "authority", "project_name")
_FILED = ("series_id", "extraction_id", "form_id", "version", "document_id", "recorded_at")


def upgrade() -> None:
    op.create_table(
        "receipts",
        sa.Column("document_id", sa.String(64), primary_key=True),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.Column("standing", sa.Boolean, nullable=False),
    )
    filed = sa.table("form_versions", *map(sa.column, _FILED))
    forms = sa.table("read_forms", *map(sa.column, ("extraction_id", "form_id", *_HEAD)))
    same = (forms.c.extraction_id == filed.c.extraction_id) & (forms.c.form_id == filed.c.form_id)
    heads = (forms.c[name] for name in _HEAD)
    query: sa.Select[Any] = sa.select(filed, *heads).join_from(filed, forms, same)
    rows = [dict(row) for row in op.get_bind().execute(query.order_by(filed.c.recorded_at)).mappings()]  # fmt: skip
    numbers: dict[str, dict[str, int]] = {}
    moved = []
    for row in rows:
        key = series_id(row)
        known = numbers.setdefault(key, {})
        number = known.setdefault(row["document_id"], len(known) + 1)
        if (key, number) != (row["series_id"], row["version"]):
            moved.append({"extraction": row["extraction_id"], "form": row["form_id"], "key": key, "number": number})  # fmt: skip
    change = filed.update().where(
        filed.c.extraction_id == sa.bindparam("extraction"),
        filed.c.form_id == sa.bindparam("form"),
    )
    if moved:
        op.get_bind().execute(
            change.values(series_id=sa.bindparam("key"), version=sa.bindparam("number")), moved
        )
