"""Where the reading tasks of a run go: threads of this process, or a dask cluster by prefect-dask. Prefect and dask schedule; we name."""

from __future__ import annotations

import os
from enum import StrEnum
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from selfeval.flows.problems import Problem

if TYPE_CHECKING:
    from selfeval.flows.workspace import Workspace

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Runner(StrEnum):
    THREADS = "threads"
    DASK = "dask"


def check(runner: str, address: str, workspace: Workspace) -> None:
    """Problem: dask is not installed, its address makes no sense, or workers elsewhere could not reach the store or Prefect."""
    if runner != Runner.DASK:
        if address:
            raise Problem(
                "dask-address", "--dask-address 只能与 --runner dask 同用", "请加上 --runner dask。"
            )
        return
    if find_spec("prefect_dask") is None:  # imported here, it would find Prefect's settings unset
        raise Problem(
            "dask-missing", "没有安装 prefect-dask", "请运行 pip install 'selfeval[dask]'。"
        )
    if not address:
        return
    parts = urlsplit(address)
    if parts.scheme not in ("tcp", "tls", "ucx", "ws", "wss") or not parts.hostname:
        raise Problem("dask-address", f"无法识别 dask 地址 {address}", "应为 tcp://主机:8786。")
    if parts.hostname not in _LOOPBACK:
        if not workspace.store:
            raise Problem(
                "dask-store",
                "其他机器上的 dask 工作进程用不了本机的 SQLite",
                "请用 --store postgresql://用户@主机/库名。",
            )
        if not os.environ.get("PREFECT_API_URL"):
            raise Problem("dask-prefect", "其他机器上的 dask 工作进程连不上本次运行自带的 Prefect 服务",
                          "请启动共用的 Prefect 服务并设置 PREFECT_API_URL。")  # fmt: skip


def on(flow: Any, runner: str, address: str, workers: int) -> Any:
    """The flow with the task runner asked for. Without an address, dask's own LocalCluster of `workers` processes on this machine."""
    if runner != Runner.DASK:
        return flow
    import logging

    import dask
    from prefect_dask import DaskTaskRunner

    if address:
        return flow.with_options(task_runner=DaskTaskRunner(address=address))
    logging.getLogger("distributed.nanny").setLevel(
        logging.ERROR
    )  # it tells that it ends workers that Prefect's threads keep alive
    # A daemonic process may have no children, and each document is read in one.
    dask.config.set({"distributed.worker.daemon": False})
    local = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": None}
    return flow.with_options(task_runner=DaskTaskRunner(cluster_kwargs=local))
