"""`selfeval sql`: one read-only query over the tidy tables of a workspace."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Any

import typer

from selfeval.core.formulas import harmless
from selfeval.flows.commands.console import log, one_line, print_json, write_text
from selfeval.flows.commands.listing import Format
from selfeval.flows.commands.options import DEFAULT_WORKSPACE, StoreOption, WorkspaceOption
from selfeval.flows.problems import OK


def register(app: typer.Typer) -> None:
    app.command()(sql)


def sql(
    query: Annotated[
        str,
        typer.Argument(
            metavar="查询",
            help='一条 SELECT，例如 "SELECT unit, sum(budget_yuan) FROM form_summary GROUP BY unit"',
        ),
    ],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    form: Annotated[Format, typer.Option("--format", "-f", help="输出格式")] = Format.TABLE,
    limit: Annotated[
        int, typer.Option("--limit", min=1, metavar="行数", help="最多返回多少行")
    ] = 10_000,
    store: StoreOption = "",
) -> int:
    """查询整理后的表（forms、funds、indicators、findings、form_summary 等，见 docs/tables.md），只读，由 DuckDB 执行；所见为各项目最近一次报送。"""
    from selfeval.flows.run.report_inputs import rule_texts_of
    from selfeval.flows.run.stores import store_of
    from selfeval.flows.workspace import existing

    said = [{**asdict(text), "rule": text.id} for text in rule_texts_of().values()]
    result = store_of(existing(workspace, store)).query(query, limit, said)
    if form is Format.JSON:
        print_json([dict(zip(result.columns, map(_json, row), strict=True)) for row in result.rows])
    elif form is Format.CSV:
        out = io.StringIO()
        rows = ([harmless(_text(value)) for value in row] for row in result.rows)
        csv.writer(out, lineterminator="\n").writerows([result.columns, *rows])
        write_text(out.getvalue())
    else:
        _table(result.columns, result.rows)
    if result.is_cut:
        log.warning("只显示前 %d 行；用 --limit 调整", limit)
    return OK


def _text(value: Any) -> str:
    """An exact number without the zeros that nobody printed; nothing for what is missing."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)


def _json(value: Any) -> Any:
    """A number as a number, unless JSON's readers would round it; what JSON does not have as text."""
    if isinstance(value, Decimal):
        number = int(value) if value == value.to_integral_value() else float(value)
        return number if str(number) == _text(value) else _text(value)
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def _table(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    import sys

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=box.SIMPLE, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(one_line(_text(value))) for value in row))
    Console(width=None if sys.stdout.isatty() else 200).print(table)
