"""`selfeval audit`: findings for a handful of files at one person's desk, with no workspace and no Prefect."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from selfeval.extractors.engines.registry import DEFAULT
from selfeval.flows.commands.console import log, progress
from selfeval.flows.commands.listing import Format, listing, show
from selfeval.flows.commands.options import (
    EngineOption,
    Files,
    ProfileOption,
    SecondOpinionOption,
    StrictOption,
    WorkersOption,
    workers_of,
)
from selfeval.flows.problems import BLOCKING, OK, REJECTED


def register(app: typer.Typer) -> None:
    app.command()(audit)


def audit(
    files: Files,
    form: Annotated[Format, typer.Option("--format", "-f", help="输出格式")] = Format.TABLE,
    workers: WorkersOption = 0,
    engine: EngineOption = DEFAULT.name,
    second_opinion: SecondOpinionOption = False,
    profile: ProfileOption = "",
    roster: Annotated[
        Path | None,
        typer.Option(
            "--roster",
            metavar="CSV",
            help="应报单位名单，查出应报未报的单位和项目",
            show_default=False,
        ),
    ] = None,
    strict: StrictOption = False,
) -> int:
    """读取并审核几份文件，列出发现的问题和未能判定之处。退出码：0 没有错误级问题，1 有，2 有文件被拒收。"""
    from selfeval.expectations import audit as judge
    from selfeval.expectations.profiles import known
    from selfeval.expectations.roster import read_roster
    from selfeval.extractors.isolation.sandbox import extract_many
    from selfeval.records.tables.build import build

    if profile:  # what is wrong with an option is said before minutes of reading
        known(profile)
    if roster:
        read_roster(roster)
    reading = extract_many(
        files,
        workers=min(workers_of(workers), len(files)),
        engine=engine,
        second_opinion=second_opinion,
    )
    documents = list(progress(reading, len(files), "读取"))
    for document in documents:
        if document.reason:
            about = {
                "document": document.document,
                "document_id": document.sha256,
                "code": document.reason.code,
            }
            log.warning("%s %s", document.reason.message, document.reason.hint or "", extra=about)
    tables = build(documents)
    judged = judge(tables, profile or None, roster)
    refused = sum(document.status == "rejected" for document in documents)
    found = listing(tables.forms, judged.findings, judged.verdicts, refused)
    show(found, form)
    if refused:
        return REJECTED
    return BLOCKING if found.blocks or (strict and found.undecided_core) else OK
