"""`selfeval rerun`: read some documents again, or audit all of them again without reading any."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from selfeval.extractors.engines.registry import DEFAULT
from selfeval.flows.commands.options import (
    DEFAULT_WORKSPACE,
    EngineOption,
    ProfileOption,
    PublishOption,
    PublishOriginalsOption,
    RosterOption,
    SecondOpinionOption,
    StoreOption,
    WorkersOption,
    WorkspaceOption,
    roster_of,
    workers_of,
)
from selfeval.flows.problems import OK, Problem


def register(app: typer.Typer) -> None:
    app.command()(rerun)


def rerun(
    documents: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[文件...]", help="文件名、收件夹内路径或 sha256 前几位", show_default=False
        ),
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="重读所有被拒收的文件")] = False,
    stale: Annotated[bool, typer.Option("--stale", help="重读由旧版本读取程序读出的文件")] = False,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--since", formats=["%Y-%m-%d"], metavar="日期", help="重读这一天以来收到的文件"
        ),
    ] = None,
    rules: Annotated[
        bool, typer.Option("--rules", help="不读 PDF，按现行规则重新审核并出报告")
    ] = False,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    workers: WorkersOption = 0,
    engine: EngineOption = DEFAULT.name,
    second_opinion: SecondOpinionOption = False,
    profile: ProfileOption = "",
    store: StoreOption = "",
    publish: PublishOption = "",
    publish_originals: PublishOriginalsOption = False,
    roster: RosterOption = None,
) -> int:
    """重新处理：失败的、指定的、某天以来的、旧版本读出的文件，或只重新审核。原件须仍在收件夹中。"""
    from selfeval.flows.commands.console import log
    from selfeval.flows.commands.running import run_flow
    from selfeval.flows.ledger.selection import Choice, chosen
    from selfeval.flows.run import versions
    from selfeval.flows.run.stores import ledger_of
    from selfeval.flows.workspace import existing

    day = since.date() if since else None
    if not (documents or failed or stale or day or rules):
        raise Problem(
            "nothing-chosen",
            "没有说明要重新处理什么",
            "给出文件名，或 --failed、--stale、--since 日期、--rules 之一。",
        )
    expected = roster_of(roster)
    place = existing(workspace, store)  # from here on its own templates are part of the version
    choice = Choice(tuple(documents or ()), failed, versions.reader() if stale else "", day)
    if not rules and not chosen(ledger_of(place).all(), choice, place.clock.zone):
        log.info("没有需要重新处理的文件")
        return OK
    options: dict[str, Any] = {
        "workers": workers_of(workers),
        "engine": engine,
        "second_opinion": second_opinion,
        "profile": profile,
    }
    return run_flow(
        workspace,
        store,
        inbox="",
        documents=documents or [],
        failed=failed,
        stale=stale,
        since=day,
        republish=True,
        publish_to=publish,
        publish_originals=publish_originals,
        roster=expected,
        **options,
    )
