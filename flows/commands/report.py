"""`selfeval report`: write the report again from what the workspace holds, in another place or language; letters to units."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from selfeval.flows.commands.console import write_text
from selfeval.flows.commands.options import (
    DEFAULT_WORKSPACE,
    ProfileOption,
    StoreOption,
    WorkersOption,
    WorkspaceOption,
    workers_of,
)
from selfeval.flows.problems import OK, Problem

if TYPE_CHECKING:
    from selfeval.flows.run.writing import Season
    from selfeval.records.store.store import Store
    from selfeval.records.tables.build import Tables
    from selfeval.reports.model import DocumentView


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
        typer.Option(
            "--xlsx",
            metavar="文件",
            help="另写一份工作簿：汇总、审核发现、自评表、资金、指标、识读存疑、未能读取",
        ),
    ] = None,
    docx: Annotated[
        Path | None,
        typer.Option(
            "--docx",
            metavar="目录",
            help="为每个有问题的单位写一份整改通知（Word），为未报的写催报函，另列未发函的单位",
        ),
    ] = None,
    template: Annotated[
        Path | None, typer.Option("--template", metavar="文件", help="整改通知的 Word 模板")
    ] = None,
    sender: Annotated[
        str, typer.Option("--sender", metavar="单位", help="通知的落款单位，默认取自口径（sender）")
    ] = "",
    profile: ProfileOption = "",
    workers: WorkersOption = 0,
    store: StoreOption = "",
) -> int:
    """不重新读取和审核，按工作区现有结果（含已接受的说明）重新生成报告。"""
    from selfeval.flows.ledger.ledger import active
    from selfeval.flows.ledger.order import Receipt
    from selfeval.flows.ledger.states import REFUSED
    from selfeval.flows.run.images import Artist, originals
    from selfeval.flows.run.stores import ledger_of, store_of
    from selfeval.flows.run.writing import Season, write_site
    from selfeval.flows.workspace import existing, locked

    if lang not in ("zh", "en"):
        raise Problem("unknown-language", f"没有 {lang} 版的报告", "可选 zh、en。")
    imprint = _imprint(profile, sender)
    place = existing(workspace, store)
    books, ledger = store_of(place), ledger_of(place)
    with locked(place):
        items = ledger.all()
        listed = active(items) | {item.document_id for item in items if item.state in REFUSED}
        receipt, target = Receipt(items), out.absolute() if out else place.reports
        order = receipt.order(listed)
        with Artist(place, originals(items), workers_of(workers), len(order)) as artist:
            roster = str(place.roster) if place.roster.is_file() else ""
            season = Season(place, ledger, books, receipt, order, artist, profile, roster)
            index = write_site(season, target, lang)
        write_text(f"{index}\n")
        if xlsx:
            tables = receipt.load(books, listed).of_forms(books.replaced(), without=True)
            write_text(f"{_workbook(xlsx, target, tables, books, lang)}\n")
        if docx:
            for path in _letters(season, docx, template, lang, imprint):
                write_text(f"{path}\n")
    return OK


def _imprint(profile: str, sender: str) -> dict[str, Any]:
    """What a profile says of letters: who writes, when, until when an answer is due. ProfileError: there is no such profile."""
    if not profile:
        return {"sender": sender, "issued": None, "reply_by": None}
    from selfeval.expectations import profiles

    chosen = profiles.known(profile)
    return {"sender": sender or chosen.sender, "issued": chosen.letter_date, "reply_by": chosen.reply_by}  # fmt: skip


def _workbook(path: Path, site: Path, tables: Tables, books: Store, lang: str) -> Path:
    """Write the workbook; its links lead to the report from where it lies."""
    from selfeval.flows.run.report_inputs import rule_texts_of, waivers_of
    from selfeval.reports.office.excel import write_workbook

    link = f"{os.path.relpath(site, path.absolute().parent)}/"
    rules, waivers = rule_texts_of(lang), waivers_of(books)
    return write_workbook(path, tables, tables.findings, rules, lang, link, waivers)


def _letters(
    season: Season, folder: Path, template: Path | None, lang: str, imprint: dict[str, Any]
) -> list[Path]:
    """Write the letters to units, those to the authorities of who has not filed, and the list of units without a letter."""
    from selfeval.flows.run.report_inputs import rule_texts_of, waivers_of
    from selfeval.reports.i18n import translator
    from selfeval.reports.office.letters import Imprint, collect, write_letters
    from selfeval.reports.office.reminders import write_reminders
    from selfeval.reports.office.unaddressed import Unaddressed
    from selfeval.reports.site.roster import Arrivals
    from selfeval.reports.site.sources import Sources
    from selfeval.reports.site.views import document_views

    store, catalogue = season.store, translator(lang)
    known = Sources(rule_texts_of(lang), waivers=waivers_of(store))
    replaced = store.replaced()
    arrivals, without = Arrivals(season.expected), Unaddressed()

    def views() -> Iterator[DocumentView]:
        for batch in season.receipt.batches(store, season.order):
            part = batch.of_forms(replaced, without=True)
            verdicts = store.verdicts(part.documents["document_id"])
            for view in document_views(part, part.findings, verdicts, known, catalogue):
                for form in view.forms:
                    arrivals.add(view, form)
                yield view

    letters = collect(views(), without)
    imprint["issued"] = imprint["issued"] or season.workspace.clock.today()
    paths = write_letters(letters, folder, template=template, lang=lang, **imprint)
    paths += write_reminders(arrivals.lines(), folder, lang, Imprint(**imprint))
    return [*paths, without.write(folder, letters, lang, catalogue)]
