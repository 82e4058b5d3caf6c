"""What `run`, `rerun` and `report` share: the workspace locked, a Prefect server of its own, the flow in this process, its exit code."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from flows.console import log
from flows.problems import FAILED, Problem


def run_flow(workspace: Path, store: str, **parameters: Any) -> int:
    """Run the flow once and return its exit code: 0, 1 or 2 from what it found, 3 when the run itself failed."""
    from flows import prefect_server
    from flows.books import close_books
    from flows.workspace import create, locked

    place = create(workspace, store)
    with locked(place):
        if prefect_server.end_stale(place.prefect_home):
            log.warning("上一次运行中途停止，已结束它留下的 Prefect 服务")
        server = prefect_server.Server(place.prefect_home) if prefect_server.prepare(place.prefect_home) else None
        if server:
            server.start()
        # Great Expectations takes seconds to import, and reading leaves this process idle: begin now.
        threading.Thread(target=_load, name="load", daemon=True).start()
        from flows.main import nightly  # while the server starts

        if server:
            server.wait()  # and it ends at exit, after Prefect has said its last words to it
        try:
            return _judge(nightly(workspace=str(place.root), store=place.store, return_state=True, **parameters))
        finally:
            close_books()


def _judge(state: Any) -> int:
    """The exit code of the flow's final state. Whatever it failed with is raised, for the command line to say."""
    result = state.result(raise_on_failure=False)
    if isinstance(result, BaseException):
        raise result
    if not state.is_completed():
        raise Problem("run-failed", f"运行没有完成：{state.message or state.name}", "请查看日志后重新运行；已完成的部分不会重做。")
    return int(result["exit_code"]) if isinstance(result, dict) else FAILED


def _load() -> None:
    import expectations.auditing  # noqa: F401
