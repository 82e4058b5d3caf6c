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
from selfeval.flows.problems import FAIL_PERCENT, OK, Problem

#: The port of a schedule's server, Prefect's own: people keep the address of its user interface.
PORT = 4200


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
    port: Annotated[
        int,
        typer.Option(
            "--port", min=1, max=65535, metavar="端口", help="自带的 Prefect 服务和界面用哪个端口"
        ),
    ] = PORT,
) -> int:
    """按时运行主任务，直到被停止（可由 systemd 启动，见 deploy/）。设有 PREFECT_API_URL 时登记到该服务器，否则自带一个。"""
    from selfeval.flows.commands.running import without_secret
    from selfeval.flows.inbox.folder import is_remote
    from selfeval.flows.ledger.ledger import now
    from selfeval.flows.run import prefect_server, watching
    from selfeval.flows.workspace import create

    _check(cron, timezone)
    watch(notify, notify_quarantine, metrics)
    place = create(workspace, store)
    home = place.prefect_home
    try:
        prefect_server.end_stale(home, prefect_server.SCHEDULE)
        own = prefect_server.prepare(home)
        server = prefect_server.Server(home, prefect_server.SCHEDULE, port) if own else None
        os.environ["PREFECT_LOGGING_LEVEL"] = "INFO"
        if server:
            server.start(scheduling=True)
        from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
        from prefect.schedules import Cron

        from selfeval.flows.run import zombies
        from selfeval.flows.run.flow import nightly

        if server:
            server.wait()
            log.info("界面：%s", server.url.removesuffix("/api"))
        zombies.ship()
    except Problem as problem:
        watching.failed(place, problem, now())
        raise
    parameters = {"inbox": inbox if is_remote(inbox) else str(Path(inbox).absolute()), "workspace": str(place.root), "store": without_secret(place.store),
                  "workers": workers_of(workers), "fail_percent": fail_quarantine}  # fmt: skip
    log.info("已排定：%s（%s），收件夹 %s；按 Ctrl+C 停止", cron, timezone, parameters["inbox"])
    nightly.serve(
        name="nightly",
        schedule=Cron(cron, timezone=timezone),
        parameters=parameters,
        pause_on_shutdown=False,
        print_starting_message=False,
        tags=["selfeval"],
        limit=1,
        # what would start while a run is under way is not wanted: that run, or the next, takes up what has come
        global_limit=ConcurrencyLimitConfig(
            limit=1,
            collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW,
            grace_period_seconds=60,
        ),
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
