"""`selfeval run`: the main job over an inbox, as a Prefect flow."""

from __future__ import annotations

from typing import Annotated

import typer

from selfeval.extractors.engines.registry import DEFAULT
from selfeval.flows.commands.options import (
    DEFAULT_WORKSPACE,
    EngineOption,
    FailQuarantineOption,
    MetricsOption,
    NotifyOption,
    NotifyQuarantineOption,
    ProfileOption,
    PublishOption,
    PublishOriginalsOption,
    RosterOption,
    SecondOpinionOption,
    StoreOption,
    WorkersOption,
    WorkspaceOption,
    roster_of,
    watch,
    workers_of,
)
from selfeval.flows.problems import FAIL_PERCENT
from selfeval.flows.run.runners import Runner


def register(app: typer.Typer) -> None:
    app.command()(run)


def run(
    inbox: Annotated[
        str, typer.Argument(metavar="收件夹", help="存放 PDF 的文件夹，或 s3://… 等地址")
    ],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    workers: WorkersOption = 0,
    engine: EngineOption = DEFAULT.name,
    second_opinion: SecondOpinionOption = False,
    profile: ProfileOption = "",
    store: StoreOption = "",
    notify: NotifyOption = None,
    notify_quarantine: NotifyQuarantineOption = None,
    fail_quarantine: FailQuarantineOption = FAIL_PERCENT,
    metrics: MetricsOption = None,
    publish: PublishOption = "",
    publish_originals: PublishOriginalsOption = False,
    roster: RosterOption = None,
    runner: Annotated[
        Runner, typer.Option("--runner", help="在哪里读取：本机线程，或 dask 集群")
    ] = Runner.THREADS,
    timezone: Annotated[
        str,
        typer.Option(
            "--timezone",
            metavar="时区",
            help="审核人员所在的时区，记入工作区，日期都按它算；未设时为 Asia/Shanghai",
        ),
    ] = "",
    dask_address: Annotated[
        str,
        typer.Option(
            "--dask-address",
            metavar="tcp://主机:端口",
            help="dask 调度器；不给则在本机临时启动一个",
        ),
    ] = "",
) -> int:
    """收取、读取、审核整个收件夹并出报告；再次运行只处理新来的。退出码：0 无阻断，1 有错误级问题，2 有文件被隔离，3 运行失败或全部文件被拒收。"""
    from selfeval.flows.commands.running import run_flow
    from selfeval.flows.inbox.folder import is_remote
    from selfeval.flows.problems import Problem

    if not is_remote(inbox):
        from pathlib import Path

        folder = Path(inbox.removeprefix("file://")).absolute()
        if not folder.is_dir():  # said before a server is started for it
            raise Problem(
                "no-inbox",
                f"收件夹 {folder} 不存在或不是文件夹",
                "请给出存放 PDF 的文件夹，或 s3://… 等地址。",
            )
        inbox = str(folder)
    if publish:
        from selfeval.flows.ops.uploading import open_place

        open_place(publish)  # an address that cannot be is told now, not after the night
    expected = roster_of(roster)
    watch(notify, notify_quarantine, metrics)
    options = {
        "workers": workers_of(workers),
        "engine": engine,
        "second_opinion": second_opinion,
        "profile": profile,
        "fail_percent": fail_quarantine,
    }
    return run_flow(
        workspace,
        store,
        runner=runner,
        dask=dask_address,
        timezone=timezone,
        inbox=inbox,
        publish_to=publish,
        publish_originals=publish_originals,
        roster=expected,
        **options,
    )
