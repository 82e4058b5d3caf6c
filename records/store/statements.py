"""Statements over many keys or rows, in portions that every database takes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

#: Keys in one IN (...) list, and rows in one INSERT: SQLite takes 32,766 parameters, and rows wait in memory.
KEYS = 500
ROWS = 5000


def insert(connection: Connection, table: sa.Table, rows: Iterable[dict[str, Any]]) -> int:
    """Insert rows that all name the same columns; how many there were."""
    count, rest = 0, iter(rows)
    while portion := list(islice(rest, ROWS)):
        connection.execute(table.insert(), portion)
        count += len(portion)
    return count


def fetch(
    connection: Connection,
    query: sa.Select[Any],
    key: sa.ColumnElement[Any],
    keys: Collection[str] | None,
) -> list[sa.Row[Any]]:
    """The rows of `query` whose `key` is among `keys`, or all of them for None. The order of the query holds within a portion only."""
    if keys is None:
        return list(connection.execute(query).fetchall())  # row by row takes half as long again
    rows: list[sa.Row[Any]] = []
    rest = iter(keys)
    while portion := list(islice(rest, KEYS)):
        rows += connection.execute(query.where(key.in_(portion))).fetchall()
    return rows


def fetch_column(connection: Connection, column: sa.Column[Any], keys: Iterable[str]) -> list[Any]:
    """Those of `keys` that the column has."""
    return [row[0] for row in fetch(connection, sa.select(column), column, list(keys))]
