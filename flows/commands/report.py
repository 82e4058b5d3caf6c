"""`selfeval report`: write the report again from what the workspace holds, in another place or language; letters to units."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from selfeval.flows.commands.console import write_text
from selfeval.flows.commands.options import (
    DEFAULT_WORKSPACE,
    StoreOption,
    WorkersOption,
    WorkspaceOption,
    workers_of,
)
from selfeval.flows.problems import OK, Problem


def register(app: typer.Typer) -> None:
    app.command()(report)


def report(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="目录", help="写到别处，默认为工作区的 reports/"),
    ] = None,
    lang: Annotated[str, typer.Option("--lang", metavar="zh|en", help="报告语言")] = "zh",
    xlsx: Annotated[
        Path | None,
        typer.Option("--xlsx", metavar="文件", help="另写一份工作簿：审核发现、自评表、资金、指标"),
    ] = None,
    docx: Annotated[
        Path | None,
        typer.Option("--docx", metavar="目录", help="为每个有问题的单位写一份整改通知（Word）"),
    ] = None,
    template: Annotated[
        Path | None, typer.Option("--template", metavar="文件", help="整改通知的 Word 模板")
    ] = None,
    workers: WorkersOption = 0,
    store: StoreOption = "",
) -> int:
    """不重新读取和审核，按工作区现有结果（含已接受的说明）重新生成报告。"""
    from selfeval.flows.ledger.ledger import active
    from selfeval.flows.ledger.order import Receipt
    from selfeval.flows.ledger.states import REFUSED
    from selfeval.flows.run.images import Artist, originals
    from selfeval.flows.run.report_inputs import rule_texts_of, waivers_of
    from selfeval.flows.run.stores import ledger_of, store_of
    from selfeval.flows.run.writing import Season, write_site
    from selfeval.flows.workspace import existing, locked

    if lang not in ("zh", "en"):
        raise Problem("unknown-language", f"没有 {lang} 版的报告", "可选 zh、en。")
    place = existing(workspace, store)
    books, ledger = store_of(place), ledger_of(place)
    replaced = books.replaced()
    with locked(place):
        items = ledger.all()
        listed = active(items) | {item.document_id for item in items if item.state in REFUSED}
        receipt, target = Receipt(items), out.absolute() if out else place.reports
        order = receipt.order(listed)
        with Artist(place, originals(items), workers_of(workers), len(order)) as artist:
            index = write_site(Season(place, ledger, books, receipt, order, artist), target, lang)
        write_text(f"{index}\n")
        if xlsx:
            from selfeval.reports.office.excel import write_workbook

            tables = receipt.load(books, listed).of_forms(replaced, without=True)
            site = f"{os.path.relpath(target, xlsx.absolute().parent)}/"
            book = write_workbook(
                xlsx,
                tables,
                tables.findings,
                rule_texts_of(lang),
                lang=lang,
                site=site,
                waivers=waivers_of(books),
            )
            write_text(f"{book}\n")
        if docx:
            from selfeval.reports.i18n import translator
            from selfeval.reports.office.letters import collect, write_letters
            from selfeval.reports.site.sources import Sources
            from selfeval.reports.site.views import document_views

            known, catalogue = Sources(rule_texts_of(lang)), translator(lang)
            verdicts = books.verdicts
            parts = (
                part.of_forms(replaced, without=True) for part in receipt.batches(books, order)
            )
            views = (view for part in parts
                     for view in document_views(part, part.findings, verdicts(part.documents["document_id"]), known, catalogue))  # fmt: skip
            for path in write_letters(
                collect(views), docx, template=template, lang=lang, issued=place.clock.today()
            ):
                write_text(f"{path}\n")
    return OK
