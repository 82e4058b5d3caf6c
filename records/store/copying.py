"""A whole store copied, as it stands at one moment: to a file, for a backup, or from one database to another."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from selfeval.records.store.engine import reading, translated
from selfeval.records.store.statements import ROWS, insert


def copy_sqlite(engine: Engine, target: Path) -> None:
    """Copy a SQLite store into the new file `target`, by SQLite's own means: consistent, whoever writes meanwhile."""
    with translated(engine.url), engine.connect() as wrapped, sqlite3.connect(target) as copy:
        source = wrapped.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, with no log beside it
    copy.close()


def is_sound(path: Path) -> bool:
    """Whether a SQLite file is whole: its pages, its indexes, and what its rows refer to."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            whole = connection.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)]
            return whole and not connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError:
        return False


def copy_rows(source: Engine, target: Connection, metadata: Iterable[sa.MetaData]) -> None:
    """Copy every row of these tables, as one transaction of `source` sees them, into those of `target`, which are of the same version.
    What stands in them is replaced; the caller has made sure that nothing does, or means it."""
    tables = [table for of_room in metadata for table in of_room.sorted_tables]
    for table in reversed(tables):
        target.execute(table.delete())
    with reading(source) as connection:
        for table in tables:
            with connection.execution_options(yield_per=ROWS).execute(sa.select(table)) as found:
                for part in found.mappings().partitions(ROWS):
                    insert(target, table, [dict(row) for row in part])
            if target.dialect.name == "postgresql" and table.autoincrement_column is not None:
                _advance(target, table, table.autoincrement_column)


def _advance(target: Connection, table: sa.Table, column: sa.Column[int]) -> None:
    """Let PostgreSQL count on from the highest number that came; columns that it does not count have no sequence."""
    sequence = target.scalar(sa.select(sa.func.pg_get_serial_sequence(table.name, column.name)))
    highest = target.scalar(sa.select(sa.func.max(column)))
    if sequence and highest:
        target.execute(sa.select(sa.func.setval(sequence, highest)))


def count_rows(connection: Connection, metadata: Iterable[sa.MetaData]) -> dict[str, int]:
    """Rows of every table."""
    tables = (table for of_room in metadata for table in of_room.sorted_tables)
    return {
        table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in tables
    }
