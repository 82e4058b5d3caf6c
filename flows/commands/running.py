"""What `run`, `rerun` and `report` share: the workspace locked, a Prefect server of its own, the flow in this process, its exit code."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfeval.flows.commands.console import log
from selfeval.flows.problems import FAILED, Problem

if TYPE_CHECKING:
    from selfeval.flows.workspace import Workspace


def run_flow(
    workspace: Path,
    store: str,
    *,
    runner: str = "",
    dask: str = "",
    timezone: str = "",
    **parameters: Any,
) -> int:
    """Run the flow once and return its exit code: 0, 1 or 2 from what it found, 3 when the run itself failed. `runner` and `dask`, the
    address of a cluster, say where the reading is done."""
    from selfeval.flows.ledger.ledger import now
    from selfeval.flows.run import runners, watching
    from selfeval.flows.run.heap import few_heaps
    from selfeval.flows.run.stores import close_books
    from selfeval.flows.workspace import create, locked

    few_heaps()
    place, started = create(workspace, store, timezone), now()
    address = without_secret(place.store)
    runners.check(runner, dask, place)
    with locked(place):
        try:
            _serve(place)
        except Problem as problem:  # what fails the flow itself is told by the flow
            watching.failed(place, problem, started)
            raise
        from selfeval.flows.run.flow import nightly

        try:
            flow = runners.on(nightly, runner, dask, parameters["workers"])
            state = flow(workspace=str(place.root), store=address, return_state=True, **parameters)
            return _judge(state)
        except Problem:
            raise
        except Exception as error:
            _say_if_prefect_is_gone(place, error, started)
            raise
        finally:
            close_books()


def _say_if_prefect_is_gone(place: Workspace, error: Exception, started: str) -> None:
    """Problem: what broke the run off is that Prefect's server has gone away meanwhile; the flow could tell nobody then."""
    from selfeval.flows.run import prefect_server, watching

    try:
        prefect_server.reach(os.environ["PREFECT_API_URL"])
    except Problem as gone:
        watching.failed(place, gone, started)
        raise gone from error


def without_secret(store: str) -> str:
    """The store's address as Prefect may keep it among a run's parameters: its password moves to PGPASSWORD, for this process and those
    that it starts."""
    from urllib.parse import unquote, urlsplit

    from selfeval.flows.workspace import without_password

    if password := urlsplit(store).password:
        os.environ["PGPASSWORD"] = unquote(password)
    return without_password(store)


def _serve(place: Workspace) -> None:
    """Start a Prefect server of the run's own, unless there is another to use; it ends at exit, after Prefect's last words to it."""
    from selfeval.flows.run import prefect_server
    from selfeval.flows.run.preload import import_audit

    if prefect_server.end_stale(place.prefect_home):
        log.warning("上一次运行中途停止，已结束它留下的 Prefect 服务")
    server = (
        prefect_server.Server(place.prefect_home)
        if prefect_server.prepare(place.prefect_home)
        else None
    )
    if server:
        server.start()
    import_audit()
    import selfeval.flows.run.flow  # noqa: F401 - both while the server starts

    if server:
        server.wait()


def _judge(state: Any) -> int:
    """The exit code of the flow's final state. Whatever it failed with is raised, for the command line to say."""
    result = state.result(raise_on_failure=False)
    if isinstance(result, BaseException):
        raise result
    if not state.is_completed() and not isinstance(result, dict):
        raise Problem(
            "run-failed",
            f"运行没有完成：{state.message or state.name}",
            "请查看日志后重新运行；已完成的部分不会重做。",
        )
    return int(result["exit_code"]) if isinstance(result, dict) else FAILED
