"""Decisions of people as a chain of hashes that only grows; acceptances entered before become its first rows.

`waiver_entries` is dropped where the views are made anew: until then those of the version before hold on to it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0007", "0006"

_TEXTS = ("made_at", "by", "reason", "kind", "document_id", "document", "path", "finding_id", "rule", "reading", "value", "place",
          "until", "ends_at", "previous", "hash")  # fmt: skip

_SQLITE = """CREATE TRIGGER decisions_no_{verb} BEFORE {verb} ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions are never changed or deleted'); END"""
_POSTGRESQL = (
    """CREATE FUNCTION decisions_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'decisions are never changed or deleted'; END $$""",
    """CREATE TRIGGER decisions_no_change BEFORE UPDATE OR DELETE ON decisions
FOR EACH ROW EXECUTE FUNCTION decisions_stay()""",
    """CREATE TRIGGER decisions_no_truncate BEFORE TRUNCATE ON decisions
FOR EACH STATEMENT EXECUTE FUNCTION decisions_stay()""",
)


def upgrade() -> None:
    needed = ("made_at", "by", "reason", "kind", "previous", "hash")
    sizes = {"made_at": 32, "ends_at": 32, "kind": 10, "until": 10, "document_id": 64, "previous": 64, "hash": 64}  # fmt: skip
    texts = [
        sa.Column(name, sa.String(sizes[name]) if name in sizes else sa.Text(), nullable=name not in needed)
        for name in _TEXTS
    ]  # fmt: skip
    table = op.create_table(
        "decisions",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("form", sa.Integer()),
        *texts,
        sa.UniqueConstraint("previous"),
    )
    for name in ("document_id", "finding_id"):
        op.create_index(f"ix_decisions_{name}", "decisions", [name])
    connection = op.get_bind()
    if rows := _acceptances(connection):
        connection.execute(table.insert(), rows)
    if connection.dialect.name == "sqlite":
        statements: tuple[str, ...] = tuple(_SQLITE.format(verb=verb) for verb in ("UPDATE", "DELETE"))  # fmt: skip
    else:
        statements = _POSTGRESQL
    for statement in statements:
        connection.exec_driver_sql(statement)


def _acceptances(connection: sa.Connection) -> list[dict[str, Any]]:
    entries = sa.table("waiver_entries", *map(sa.column, ("seq", "finding_id", "action", "form_id", "rule", "subject", "who", "why", "recorded_at", "until", "ends_at")))  # fmt: skip
    forms = sa.table("read_forms", *map(sa.column, ("form_id", "document_id", "document", "form")))
    known = {row.form_id: row for row in connection.execute(sa.select(forms))}
    rows: list[dict[str, Any]] = []
    for entry in connection.execute(sa.select(entries).order_by(entries.c.seq)):
        form = known[entry.form_id]
        row = {
            "number": len(rows) + 1, "made_at": entry.recorded_at, "by": entry.who, "reason": entry.why, "kind": entry.action,
            "document_id": form.document_id, "document": form.document, "form": form.form, "path": entry.subject,
            "finding_id": entry.finding_id, "rule": entry.rule, "reading": None, "value": None, "place": None, "until": entry.until,
            "ends_at": entry.ends_at, "previous": rows[-1]["hash"] if rows else "0" * 64,
        }  # fmt: skip
        text = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        rows.append({**row, "hash": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()})  # fmt: skip
    return rows
