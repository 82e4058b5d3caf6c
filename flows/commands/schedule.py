"""`selfeval schedule`: the main job every night, as a served Prefect deployment."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from selfeval.flows.commands.console import log
from selfeval.flows.commands.options import (
    DEFAULT_WORKSPACE,
    FailQuarantineOption,
    MetricsOption,
    NotifyOption,
    NotifyQuarantineOption,
    StoreOption,
    WorkersOption,
    WorkspaceOption,
    watch,
    workers_of,
)
from selfeval.flows.problems import OK, Problem
from selfeval.flows.run.summary import FAIL_PERCENT


def register(app: typer.Typer) -> None:
    app.command()(schedule)


def schedule(
    inbox: Annotated[
        str, typer.Argument(metavar="收件夹", help="存放 PDF 的文件夹，或 s3://… 等地址")
    ],
    cron: Annotated[
        str, typer.Option("--cron", metavar="表达式", help='何时运行，如每天 02:00 为 "0 2 * * *"')
    ] = "0 2 * * *",
    timezone: Annotated[
        str, typer.Option("--timezone", metavar="时区", help="表达式按哪个时区")
    ] = "Asia/Shanghai",
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    workers: WorkersOption = 0,
    store: StoreOption = "",
    notify: NotifyOption = None,
    notify_quarantine: NotifyQuarantineOption = None,
    fail_quarantine: FailQuarantineOption = FAIL_PERCENT,
    metrics: MetricsOption = None,
) -> int:
    """按时运行主任务，直到被停止（可由 systemd 启动，见 deploy/）。设有 PREFECT_API_URL 时登记到该服务器，否则自带一个。"""
    from selfeval.flows.commands.running import without_secret
    from selfeval.flows.inbox.folder import is_remote
    from selfeval.flows.run import prefect_server
    from selfeval.flows.workspace import create

    _check(cron, timezone)
    watch(notify, notify_quarantine, metrics)
    place = create(workspace, store)
    # A home of its own: a run by hand ends what an earlier run left in the workspace's, and must not end this.
    home = place.prefect_home / "schedule"
    prefect_server.end_stale(home)
    server = prefect_server.Server(home) if prefect_server.prepare(home) else None
    os.environ |= {"PREFECT_LOGGING_LEVEL": "INFO", "PREFECT_LOGGING_EXTRA_LOGGERS": "selfeval"}
    if server:
        server.start(scheduling=True)
    from prefect.schedules import Cron

    from selfeval.flows.run.flow import nightly

    if server:
        server.wait()
        log.info("界面：%s", server.url.removesuffix("/api"))
    parameters = {"inbox": inbox if is_remote(inbox) else str(Path(inbox).absolute()), "workspace": str(place.root), "store": without_secret(place.store),
                  "workers": workers_of(workers), "fail_percent": fail_quarantine}  # fmt: skip
    log.info("已排定：%s（%s），收件夹 %s；按 Ctrl+C 停止", cron, timezone, parameters["inbox"])
    nightly.serve(
        name="nightly",
        schedule=Cron(cron, timezone=timezone),
        parameters=parameters,
        pause_on_shutdown=False,
        print_starting_message=False,
    )
    return OK


def _check(cron: str, timezone: str) -> None:
    from cronsim import CronSim, CronSimError

    from selfeval.flows.workspace import zone_of

    now = datetime.now(zone_of(timezone))
    try:
        if len(cron.split()) != 5:
            raise CronSimError("not five fields")
        next(CronSim(cron, now), None)
    except CronSimError as error:
        raise Problem(
            "bad-cron",
            f"无法识别的时间表达式 {cron}",
            '五段：分 时 日 月 星期，如每天 02:00 为 "0 2 * * *"。',
        ) from error
