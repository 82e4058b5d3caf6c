"""The views that people query: current rows under the names and columns of `columns`, with numbers that SQL can compare."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from selfeval.records.store.schema_sql import (
    READ_TABLES,
    VERDICT_COLUMNS,
    Exact,
    audit_findings,
    audit_verdicts,
    current_audits,
    current_extractions,
    form_versions,
    read_documents,
    read_forms,
    standing_waivers,
)
from selfeval.records.tables.columns import COLUMNS

#: Columns of findings that came later than its view: PostgreSQL lets a view grow at its end only.
AFTER = ("status", "cause")


def create_views(connection: Connection) -> None:
    """Create every view as it is defined now. On PostgreSQL they are replaced, so that what was granted on them stays granted."""
    dialect = connection.dialect
    drop_views(connection)
    create = "CREATE OR REPLACE VIEW" if dialect.name == "postgresql" else "CREATE VIEW"
    inspector = sa.inspect(connection)
    there = set(inspector.get_view_names())
    for name, select in definitions(dialect).items():
        if name in there:  # a view is replaced by one that begins with the same columns
            select = _reordered(select, [one["name"] for one in inspector.get_columns(name)])
        text = select.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        statement = f"{create} {name} AS {text}".replace("%", "%%")
        connection.execute(sa.DDL(statement))  # type: ignore[no-untyped-call]


def _reordered(select: sa.Select[Any], names: list[str]) -> sa.Select[Any]:
    """The same query with these columns first, in this order."""
    columns = list(select.selected_columns)
    at = {name: number for number, name in enumerate(names)}
    columns.sort(key=lambda column: at.get(column.name, len(at)))
    return select.with_only_columns(*columns, maintain_column_froms=True)


def drop_views(connection: Connection) -> None:
    """On SQLite, which cannot replace a view."""
    if connection.dialect.name == "sqlite":
        for name in sa.inspect(connection).get_view_names():
            connection.exec_driver_sql(f'DROP VIEW "{name}"')


def definitions(dialect: Dialect) -> dict[str, sa.Select[Any]]:
    """name -> the query of the view."""
    current = current_extractions().subquery("latest")
    audited = current_audits().subquery("latest_audit")

    def of_reading(select: sa.Select[Any], table: sa.Table) -> sa.Select[Any]:
        return select.join(current, current.c.extraction_id == table.c.extraction_id)

    documents = _readable(read_documents, COLUMNS["documents"], dialect).add_columns(
        current.c.extractor, current.c.recorded_at
    )
    views = {"documents": of_reading(documents, read_documents)}
    for name, table in READ_TABLES.items():
        views[name] = of_reading(_readable(table, COLUMNS[name], dialect), table)
    waivers = standing_waivers().subquery("standing")
    waived = sa.exists().where(waivers.c.finding_id == audit_findings.c.finding_id)
    status = sa.case((waived, "waived"), else_="open").label("status")
    findings = _readable(
        audit_findings, [name for name in COLUMNS["findings"] if name not in AFTER], dialect
    ).add_columns(status, audit_findings.c.cause)
    views["findings"] = findings.join(audited, audited.c.audit_id == audit_findings.c.audit_id)
    views["verdicts"] = _readable(audit_verdicts, VERDICT_COLUMNS, dialect).join(
        audited, audited.c.audit_id == audit_verdicts.c.audit_id
    )
    head = [
        read_forms.c[name]
        for name in ("document", "form", "year", "unit", "project_name", "total_score")
    ]
    same_form = (read_forms.c.extraction_id == form_versions.c.extraction_id) & (
        read_forms.c.form_id == form_versions.c.form_id
    )
    filing = [
        form_versions.c[name]
        for name in ("series_id", "version", "form_id", "document_id", "recorded_at")
    ]
    views["filings"] = of_reading(
        sa.select(*filing, *head).join(read_forms, same_form), form_versions
    )
    return views


def _readable(table: sa.Table, names: Any, dialect: Dialect, *more: str) -> sa.Select[Any]:
    """Columns of a table for readers: SQLite's exact decimals are texts, and a text never compares as a number."""
    columns = [table.c[name] for name in (*names, *more)]
    if dialect.name == "sqlite":
        return sa.select(
            *(
                sa.cast(c, sa.NUMERIC).label(c.name) if isinstance(c.type, Exact) else c
                for c in columns
            )
        )
    return sa.select(*columns)
