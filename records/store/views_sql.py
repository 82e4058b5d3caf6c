"""The views that people query: current rows under the names and columns of `columns`, with numbers that SQL can compare."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from selfeval.records.store.schema_sql import (
    READ_TABLES,
    VERDICT_COLUMNS,
    Exact,
    all_filings,
    audit_findings,
    audit_verdicts,
    current_audits,
    current_extractions,
    current_filings,
    read_documents,
    read_forms,
    standing_waivers,
)
from selfeval.records.tables.columns import COLUMNS

#: Tables that a migration has emptied into others, while views of the version before held on to them.
_SUPERSEDED = ("waiver_entries",)


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
    for name in _SUPERSEDED:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")


def _reordered(select: sa.Select[Any], names: list[str]) -> sa.Select[Any]:
    """The same query with these columns first, in this order."""
    columns = list(select.selected_columns)
    at = {name: number for number, name in enumerate(names)}
    columns.sort(key=lambda column: at.get(column.name, len(at)))
    return select.with_only_columns(*columns, maintain_column_froms=True)


def drop_views(connection: Connection) -> None:
    """All of them on SQLite, which cannot replace a view; on PostgreSQL the one that is none of the store's any more."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP VIEW IF EXISTS form_summary")
    if connection.dialect.name == "sqlite":
        for name in sa.inspect(connection).get_view_names():
            connection.exec_driver_sql(f'DROP VIEW "{name}"')


def definitions(dialect: Dialect, exact: bool = False) -> dict[str, sa.Select[Any]]:
    """name -> the query of the view. Rows are of the current filing of each form; `documents` and `filings` have every document.

    `exact` leaves the decimals of SQLite the texts that they are, for a reader that knows better than SQLite what to do with them."""
    floats = dialect.name == "sqlite" and not exact
    current = current_extractions().subquery("latest")
    audited = current_audits().subquery("latest_audit")
    filed = current_filings().subquery("filed")

    def read(name: str, table: sa.Table, *more: Any) -> sa.Select[Any]:
        columns = [] if "document_id" in COLUMNS[name] else [current.c.document_id]
        select = _readable(table, COLUMNS[name], floats).add_columns(*columns, *more)
        return select.join(current, current.c.extraction_id == table.c.extraction_id)

    def judged(table: sa.Table, names: Iterable[str], *more: Any) -> sa.Select[Any]:
        select = _readable(table, names, floats).add_columns(*more, audited.c.document_id)
        return select.join(audited, audited.c.audit_id == table.c.audit_id).join(
            filed, _same_form(filed, audited, table)
        )

    recorded = current.c.extractor, current.c.recorded_at
    views = {"documents": read("documents", read_documents, *recorded)}
    for name, table in READ_TABLES.items():
        views[name] = read(name, table)
        if "form_id" in COLUMNS[name]:
            views[name] = views[name].join(filed, _same_form(filed, table, table))
    waivers = standing_waivers().subquery("standing")
    waived = sa.exists().where(waivers.c.finding_id == audit_findings.c.finding_id)
    status = sa.case((waived, "waived"), else_="open").label("status")
    names = [name for name in COLUMNS["findings"] if name != "status"]
    views["findings"] = judged(audit_findings, names, status)
    views["verdicts"] = judged(audit_verdicts, VERDICT_COLUMNS)
    views["filings"] = _filings()
    return views


def _filings() -> sa.Select[Any]:
    """Every filing of every project, with its version and whether it is the current one."""
    head = ("document", "form", "year", "unit", "project_name", "total_score")
    names = ("series_id", "version", "form_id", "document_id", "recorded_at")
    filed = all_filings().subquery("all_filings")
    columns = (
        *(filed.c[name] for name in names),
        *(read_forms.c[name] for name in head),
        filed.c.is_current,
        filed.c.replaced_by,
    )
    return sa.select(*columns).join_from(filed, read_forms, _same_form(filed, read_forms, read_forms))  # fmt: skip


def _same_form(one: Any, reading: Any, form: Any) -> Any:
    return (one.c.extraction_id == reading.c.extraction_id) & (one.c.form_id == form.c.form_id)


def _readable(table: sa.Table, names: Iterable[str], floats: bool) -> sa.Select[Any]:
    """Columns of a table for readers: SQLite's exact decimals are texts, and a text never compares
    as a number; as `floats` a hundredth is kept of amounts to ten billion."""
    columns = [table.c[name] for name in names]
    return sa.select(
        *(
            sa.cast(c, sa.REAL).label(c.name) if floats and isinstance(c.type, Exact) else c
            for c in columns
        )
    )
