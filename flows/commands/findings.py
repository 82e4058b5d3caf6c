"""`selfeval findings`: what the last audit of a workspace found, as a list."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from selfeval.flows.commands.console import log, write_text
from selfeval.flows.commands.options import (
    DEFAULT_WORKSPACE,
    StoreOption,
    StrictOption,
    WorkspaceOption,
)
from selfeval.flows.problems import BLOCKING, OK, Problem
from selfeval.records.tables.columns import Cells

if TYPE_CHECKING:
    from pandas import DataFrame

    from selfeval.records.store.store import Store
    from selfeval.records.tables.build import Tables


class FindingsFormat(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


def register(app: typer.Typer) -> None:
    app.command()(findings)


def findings(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    form: Annotated[
        FindingsFormat, typer.Option("--format", "-f", help="输出格式")
    ] = FindingsFormat.TABLE,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="文件", help="写入文件；xlsx 输出到终端时必须给出"),
    ] = None,
    rule: Annotated[str, typer.Option("--rule", metavar="规则", help="只列一条规则")] = "",
    document: Annotated[str, typer.Option("--document", metavar="文件", help="只列一份文件")] = "",
    store: StoreOption = "",
    strict: StrictOption = False,
) -> int:
    """列出工作区最近一次审核发现的问题和未能判定之处。退出码：0 没有错误级问题，1 有。CSV 另有编号和 by、reason、until 三列，填写后可用 selfeval waive --csv 导入。"""
    from selfeval.flows.commands import listing, waiver_sheet
    from selfeval.flows.ledger.ledger import active
    from selfeval.flows.ledger.order import Receipt
    from selfeval.flows.ledger.states import REFUSED
    from selfeval.flows.run.stores import ledger_of, store_of
    from selfeval.flows.workspace import existing

    place = existing(workspace, store)
    books = store_of(place)
    items = ledger_of(place).all()
    shown = active(items)
    # a workbook tells of refused files and of doubts too
    whole = form is FindingsFormat.XLSX
    wanted = shown | {item.document_id for item in items if item.state in REFUSED and whole}
    tables = Receipt(items).load(books, wanted, cells=Cells.JUDGED if whole else Cells.NONE)
    chosen, verdicts = tables.findings, books.verdicts(shown)
    if rule:
        chosen, verdicts = (frame[frame["rule"] == rule] for frame in (chosen, verdicts))
    replaced = books.replaced()
    # an earlier filing is listed where it is asked for
    named = tables.forms["document"] == document
    forms = tables.forms[named if document else ~tables.forms["form_id"].isin(replaced)]
    chosen = chosen[chosen["form_id"].isin(forms["form_id"])]
    refused = sum(item.state in REFUSED for item in items if document in ("", item.document))
    found = listing.listing(forms, chosen, verdicts, refused, replaced)
    rows, columns = found.findings, listing.COLUMNS
    if form is FindingsFormat.JSON:
        listing.add_decisions(rows, books.decisions())
    if form is FindingsFormat.CSV:
        rows, columns = waiver_sheet.sheet_rows(rows, books.waivers()), waiver_sheet.SHEET_COLUMNS
    code = BLOCKING if found.blocks or (strict and found.undecided_core) else OK
    if form is not FindingsFormat.XLSX and out is None:
        if form is FindingsFormat.CSV:
            write_text(listing.to_csv(rows, columns))
        else:
            listing.show(found, form)
        return code
    if out is None and sys.stdout.isatty():
        raise Problem(
            "out-needed",
            "工作簿不能显示在终端上",
            "请用 --out 给出文件名，例如 --out findings.xlsx。",
        )
    if form is FindingsFormat.XLSX:
        data = _workbook(
            books,
            tables.of_forms(forms["form_id"]),
            chosen,
            out.absolute().parent if out else place.root,
            place.reports,
        )
    else:
        data = listing.to_bytes(found, form, rows, columns)
    if out is None:
        sys.stdout.buffer.write(data)
        return code
    try:
        out.write_bytes(data)
    except OSError as error:
        raise Problem(
            "out-unusable", f"无法写入 {out}：{error.strerror}", "请检查目录、磁盘空间和写权限。"
        ) from error
    log.info("已写入 %s，%s", out, found.summary())
    return code


def _workbook(
    books: Store, tables: Tables, chosen: DataFrame, folder: Path, reports: Path
) -> bytes:
    """The workbook's bytes; its links lead to the report from the folder in which it will lie."""
    import os
    import tempfile

    from selfeval.flows.run.report_inputs import rule_texts_of, waivers_of
    from selfeval.reports.office.excel import write_workbook

    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "findings.xlsx")
        site = f"{os.path.relpath(reports, folder)}/"
        write_workbook(path, tables, chosen, rule_texts_of(), site=site, waivers=waivers_of(books))
        return path.read_bytes()
