"""SQL from people: one SELECT, read-only by the database's own means, with a limit on rows and time."""

from __future__ import annotations

import re
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine

from selfeval.records.errors import QueryError
from selfeval.records.store.views_sql import VIEWS

#: Seconds after which a query is given up.
LONGEST = 60
_HINT = f"只能执行一条 SELECT 查询；可查的表：{'、'.join(VIEWS)}。"
_COMMENT = re.compile(r"\A(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*", re.DOTALL)
_SELECT = re.compile(r"(?:select|with|values|table|explain)\b|\(", re.IGNORECASE)
#: What holds no operators (strings, names in quotes, comments), and then a division.
_DIVISION = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$|/""",
    re.DOTALL,
)
#: What SQLite's authorizer lets a statement do: read, call functions, recurse.
_ALLOWED = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)


@dataclass(frozen=True, slots=True)
class Result:
    """Column names and rows; `is_cut` says that there were more rows than were asked for."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    is_cut: bool = False


def run_query(engine: Engine, sql: str, limit: int, seconds: float = LONGEST) -> Result:
    """The answer to one SELECT. QueryError: sql-refused, sql-failed, sql-too-long."""
    if not _SELECT.match(sql, _end_of_comments(sql)):
        raise QueryError("sql-refused", "只允许查询，不允许修改", _HINT)
    exact = _without_integer_division(sql)
    if engine.dialect.name == "sqlite":
        return _sqlite(engine, exact, limit, seconds)
    return _postgresql(engine, exact, limit, seconds)


def _without_integer_division(sql: str) -> str:
    """The same query in which a count divided by a count is no whole number: 1 of 2 is 0.5, as people mean it, and not 0."""
    return _DIVISION.sub(lambda found: "* 1.0 /" if found[0] == "/" else found[0], sql)


def _end_of_comments(sql: str) -> int:
    match = _COMMENT.match(sql)
    return match.end() if match else 0


def _sqlite(engine: Engine, sql: str, limit: int, seconds: float) -> Result:
    # A connection of its own, opened read-only, so that neither the handlers nor the query can touch the store's.
    uri = f"{Path(engine.url.database or '').absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, timeout=seconds)
    try:
        end = time.monotonic() + seconds
        connection.execute("PRAGMA query_only = ON")
        connection.set_progress_handler(lambda: time.monotonic() > end, 10_000)
        connection.set_authorizer(
            lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
        )
        cursor = connection.execute(sql)
        return _result(
            [column[0] for column in cursor.description or ()], cursor.fetchmany(limit + 1), limit
        )
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")  # errors of the driver itself have none
        if name == "SQLITE_INTERRUPT":
            raise QueryError(
                "sql-too-long", f"查询超过 {seconds:g} 秒，已中止", "请缩小查询范围。"
            ) from error
        if name == "SQLITE_AUTH" or "one statement" in str(error):
            raise QueryError("sql-refused", "只允许查询，不允许修改", _HINT) from error
        raise QueryError("sql-failed", f"查询无法执行：{error}", _HINT) from error
    finally:
        connection.close()


def _postgresql(engine: Engine, sql: str, limit: int, seconds: float) -> Result:
    import psycopg

    with engine.connect() as wrapped:
        connection = wrapped.connection.driver_connection
        assert isinstance(connection, psycopg.Connection)
        try:
            connection.execute("SET TRANSACTION READ ONLY")
            connection.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
            # Prepared, because the simple protocol would take several statements at once, a COMMIT among them.
            cursor = connection.execute(sql.encode(), prepare=True)
            return _result(
                [column.name for column in cursor.description or ()],
                cursor.fetchmany(limit + 1),
                limit,
            )
        except psycopg.errors.QueryCanceled as error:
            raise QueryError(
                "sql-too-long", f"查询超过 {seconds:g} 秒，已中止", "请缩小查询范围。"
            ) from error
        except (
            psycopg.errors.ReadOnlySqlTransaction,
            psycopg.errors.InsufficientPrivilege,
        ) as error:
            raise QueryError("sql-refused", "只允许查询，不允许修改", _HINT) from error
        except psycopg.Error as error:
            raise QueryError(
                "sql-failed", f"查询无法执行：{str(error).splitlines()[0]}", _HINT
            ) from error
        finally:
            connection.rollback()


def _result(columns: list[str], rows: list[Any], limit: int) -> Result:
    return Result(tuple(columns), [tuple(row) for row in rows[:limit]], len(rows) > limit)
