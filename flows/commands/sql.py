"""`selfeval sql`: one read-only query over the tidy tables of a workspace."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any

import typer

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
            help='一条 SELECT，例如 "SELECT unit, count(*) FROM forms GROUP BY unit"',
        ),
    ],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    form: Annotated[Format, typer.Option("--format", "-f", help="输出格式")] = Format.TABLE,
    limit: Annotated[
        int, typer.Option("--limit", min=1, metavar="行数", help="最多返回多少行")
    ] = 10_000,
    store: StoreOption = "",
) -> int:
    """查询整理后的表（forms、funds、indicators、findings、form_summary 等，见 docs/tables.md），只读；所见为各项目最近一次报送。"""
    from selfeval.flows.run.stores import store_of
    from selfeval.flows.workspace import existing

    result = store_of(existing(workspace, store)).query(query, limit)
    if form is Format.JSON:
        print_json(
            [dict(zip(result.columns, map(_plain, row), strict=True)) for row in result.rows]
        )
    elif form is Format.CSV:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([result.columns, *result.rows])
        write_text(out.getvalue())
    else:
        _table(result.columns, result.rows)
    if result.is_cut:
        log.warning("只显示前 %d 行；用 --limit 调整", limit)
    return OK


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def _table(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    import sys

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=box.SIMPLE, pad_edge=False)
    for row in rows:
        table.add_row(*(Text("" if value is None else one_line(str(value))) for value in row))
    Console(width=None if sys.stdout.isatty() else 200).print(table)
