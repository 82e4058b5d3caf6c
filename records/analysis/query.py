"""SQL from people: one query over the views of `views`, by DuckDB, which cannot reach the store; with a limit on rows and time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Timer
from typing import Any

from sqlalchemy.engine import Engine

from selfeval.records.analysis import loading, views
from selfeval.records.errors import QueryError
from selfeval.records.store.engine import reading

#: Seconds after which a query is given up.
LONGEST = 60
_HINT = f"只能执行一条 SELECT 查询；可查的表：{'、'.join(views.VIEWS)}。"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Result:
    """Column names and rows; `is_cut` says that there were more rows than were asked for."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    is_cut: bool = False


def run_query(
    engine: Engine,
    sql: str,
    limit: int,
    seconds: float = LONGEST,
    rules: Sequence[Mapping[str, Any]] = (),
) -> Result:
    """The answer to one SELECT; `rules` are the catalogue's entries, for the views that tell of rules. QueryError: sql-refused, sql-failed,
    sql-too-long."""
    import duckdb

    _check(sql)
    words = {word.lower() for word in _WORD.findall(sql)}
    duck = loading.fresh()
    timer = Timer(seconds, duck.interrupt)
    try:
        with reading(engine) as connection:
            loading.fill(duck, connection, views.tables_for(words & set(views.VIEWS)), rules)
        views.create(duck)
        loading.close_off(duck)
        timer.start()
        found = duck.execute(sql)
        rows = found.fetchmany(limit + 1)
        names = tuple(column[0] for column in found.description)
    except duckdb.InterruptException as error:
        message = f"查询超过 {seconds:g} 秒，已中止"
        raise QueryError("sql-too-long", message, "请缩小查询范围。") from error
    except duckdb.PermissionException as error:
        raise QueryError("sql-refused", "查询只能看工作区的表，不能读写别的文件", _HINT) from error
    except duckdb.Error as error:
        raise QueryError("sql-failed", f"查询无法执行：{_first_lines(error)}", _HINT) from error
    finally:
        timer.cancel()
        duck.close()
    return Result(names, rows[:limit], len(rows) > limit)


def _check(sql: str) -> None:
    """Raise QueryError unless `sql` is one statement, and one that asks."""
    import duckdb

    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError("sql-failed", f"查询无法执行：{_first_lines(error)}", _HINT) from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise QueryError("sql-refused", "只允许查询，不允许修改", _HINT)


def _first_lines(error: Exception) -> str:
    """What DuckDB says, without the query that it repeats."""
    return " ".join(str(error).partition("\nLINE")[0].split())
