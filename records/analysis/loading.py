"""A DuckDB of what a query asks: in memory, filled from the views of a store of either kind, with exact numbers.

DuckDB could attach SQLite and PostgreSQL through extensions that it downloads; nothing is downloaded here. Rows pass through Arrow, decimals
as the text that the store keeps, so that none is ever a float."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from selfeval.records.analysis.views import RULE_COLUMNS
from selfeval.records.store.schema_sql import (
    DECISION_COLUMNS,
    READ_TABLES,
    VERDICT_COLUMNS,
    decisions,
)
from selfeval.records.store.views_sql import definitions
from selfeval.records.tables.columns import COLUMNS
from selfeval.records.tables.derived import DERIVED, derived

#: Numbers as printed have at most 12 places with what a change of units adds, money in 元 six; both leave room to multiply.
_EXACT, _MONEY = "DECIMAL(36, 12)", "DECIMAL(30, 6)"
_KINDS = {"text": "VARCHAR", "decimal": _EXACT, "count": "BIGINT", "number": "BIGINT", "flag": "BOOLEAN", "point": "DOUBLE"}  # fmt: skip
#: Nothing outside is read or written, and no setting can be changed by a query.
_CLOSED = (
    "SET enable_external_access = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET python_enable_replacements = false",
    "SET memory_limit = '2GB'",
    "SET preserve_insertion_order = false",
    "SET lock_configuration = true",
)
_VIEW_KINDS: Mapping[str, dict[str, str]] = {
    **{
        name: {**kinds, "document_id": "text"}
        for name, kinds in COLUMNS.items()
        if name in READ_TABLES or name == "findings"
    },
    "documents": {**COLUMNS["documents"], "extractor": "text", "recorded_at": "text"},
    "verdicts": {**VERDICT_COLUMNS, "document_id": "text"},
    "filings": {"series_id": "text", "version": "count", "form_id": "text", "document_id": "text", "recorded_at": "text",
                "document": "text", "form": "count", "year": "number", "unit": "text", "project_name": "text", "total_score": "text", "is_current": "flag", "replaced_by": "count"},
    "rules": dict.fromkeys(RULE_COLUMNS, "text"),
    "decisions": DECISION_COLUMNS,
}  # fmt: skip
_CELLS = _VIEW_KINDS["cells"]
#: table -> (the store's view, its columns, what is taken of it), of those that are part of a view.
_PARTS: Mapping[str, tuple[str, Collection[str], Any]] = {
    "doubts": ("cells", ("form_id", "path", "text", "page", "confidence", "doubt", "document_id"),
               sa.column("doubt").is_not(None) & (sa.column("part") == 0) & (sa.column("confidence") < 1)),
    "point_cells": ("cells", ("form_id", "path", "text", "page", "x0", "top", "x1", "bottom"),
                    sa.column("path").like("indicators/%") & (sa.column("part") == 0) & sa.column("page").is_not(None)
                    & sa.or_(sa.column("path").like("%/weight"), sa.column("path").like("%/score")) & (sa.column("text") != "")),
}  # fmt: skip
_KINDS_OF: Mapping[str, dict[str, str]] = {
    **_VIEW_KINDS,
    **{name: {column: _CELLS[column] for column in of} for name, (_, of, _) in _PARTS.items()},
}


def fresh() -> Any:
    """An empty database with every table and nothing in it."""
    import duckdb

    duck = duckdb.connect(":memory:")
    for name, kinds in _KINDS_OF.items():
        typed = {column: _KINDS[kind] for column, kind in kinds.items()}
        typed |= {column: _MONEY if column.endswith("_yuan") else _EXACT for column in DERIVED.get(name, ())}  # fmt: skip
        told = ", ".join(f'"{column}" {kind}' for column, kind in typed.items())
        duck.execute(f"CREATE TABLE {name}_ ({told})")
    return duck


def close_off(duck: Any) -> None:
    """From here on only what is in the database can be asked."""
    for setting in _CLOSED:
        duck.execute(setting)


def fill(
    duck: Any,
    connection: Connection,
    tables: Iterable[str],
    rules: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Fill these tables from the store; `rules` are the entries of the catalogue, by RULE_COLUMNS."""
    views = definitions(connection.dialect, exact=True)
    sources: dict[str, Any] = {
        name: _source(view, name, connection.dialect) for name, view in views.items()
    }
    sources["decisions"] = decisions  # the table itself: who may read the views may read it
    for name in sorted(tables):
        if name == "rules":
            _insert(
                duck, name, RULE_COLUMNS, [[rule.get(c) for c in RULE_COLUMNS] for rule in rules]
            )
            continue
        view, columns, where = _PARTS.get(name, (name, tuple(_KINDS_OF[name]), None))
        query = sa.select(
            *(_given(sources[view].c[column], _VIEW_KINDS[view][column]) for column in columns)
        )
        names = list(columns)
        rows: Sequence[Any] = connection.execute(
            query if where is None else query.where(where)
        ).fetchall()
        if name in DERIVED:
            forms = sources["forms"].c
            asked = sa.select(forms.form_id, forms.amount_unit)
            units = dict(connection.execute(asked).tuples().all())
            names, rows = _with_derived(name, names, rows, units)
        _insert(duck, name, names, rows)


def _source(defined: sa.Select[Any], view: str, dialect: Dialect) -> Any:
    """Where the columns of a view of the store are; PostgreSQL has them exact in the view itself, and analysts may see nothing else there."""
    if dialect.name == "sqlite":
        return defined.subquery(view)
    return sa.table(view, *(sa.column(name) for name in _VIEW_KINDS[view]))


def _given(column: Any, kind: str) -> Any:
    """Decimals as text."""
    name = column.name
    if kind == "decimal":
        return sa.cast(column, sa.Text).label(name)
    return sa.type_coerce(column, sa.Boolean).label(name) if kind == "flag" else column


def _with_derived(
    table: str, names: list[str], rows: Sequence[Any], units: Mapping[str, str | None]
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The same rows with the columns of DERIVED, as text."""
    more, at = DERIVED[table], names.index("form_id")
    widened = []
    for row in rows:
        own = derived(table, dict(zip(names, row, strict=True)), units.get(row[at]))
        exact = (own[name] for name in more)
        widened.append((*row, *(None if value is None else f"{value:f}" for value in exact)))
    return [*names, *more], widened


def _insert(duck: Any, table: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    if not rows:
        return
    import pyarrow as pa

    kinds = _KINDS_OF[table]
    types = {"count": pa.int64(), "number": pa.int64(), "flag": pa.bool_(), "point": pa.float64()}
    arrays = {
        name: pa.array(column, type=types.get(kinds.get(name, "text"), pa.string()))
        for name, column in zip(names, zip(*rows, strict=True), strict=True)
    }
    duck.register("given", pa.table(arrays))
    listed = ", ".join(f'"{name}"' for name in names)
    duck.execute(f"INSERT INTO {table}_ ({listed}) SELECT {listed} FROM given")
    duck.unregister("given")
