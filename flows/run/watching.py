"""What goes out when a run ends, however it ends: figures for monitoring, and notices to people. Neither ever changes how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfeval.flows.commands.console import log
from selfeval.flows.ledger.ledger import now
from selfeval.flows.ops import metrics, notifying
from selfeval.flows.ops.faults import system_fault
from selfeval.flows.problems import FAILED, Problem
from selfeval.flows.workspace import Workspace

if TYPE_CHECKING:
    from selfeval.flows.run.summary import Summary


def ended(
    workspace: Workspace,
    standing: metrics.Standing,
    summary: Summary,
    earlier: Sequence[Mapping[str, Any]],
) -> None:
    """A run came to its end. `earlier` is the run log as it was before."""
    _write(workspace, standing, summary, summary.started, summary.exit_code)
    try:
        told, urls = notifying.of_run(summary, earlier), notifying.addresses()
    except Exception as error:  # noqa: BLE001 - a broken setting must not fail a run that is done
        log.warning("通知设置有误：%s", error, extra={"code": "notify-failed"})
        return
    notifying.send(
        [*told, f"{summary.sentence()}。", f"报告：{notifying.report_of(summary)}"] if told else [],
        urls,
        failed=summary.exit_code == FAILED,
    )


def failed(workspace: Workspace, error: BaseException | None, started: str) -> None:
    """A run failed: figures with exit code 3, and a notice that says why."""
    _write(workspace, None, None, started, FAILED)
    # Only a Problem's sentence is made for readers; the text of any other error may quote a form.
    told = error if isinstance(error, Problem) else system_fault(error) if error else None
    if told:
        why, hint = told.message, told.hint
    else:
        why, hint = f"程序内部出错（{type(error).__name__}），详见日志", ""
    try:
        urls = notifying.addresses()
    except Exception as problem:  # noqa: BLE001 - the run has failed already, and says so itself
        log.warning("通知设置有误：%s", problem, extra={"code": "notify-failed"})
        return
    notifying.send(
        [why, hint, f"工作区：{workspace.root.name}"]
        if hint
        else [why, f"工作区：{workspace.root.name}"],
        urls,
        failed=True,
    )


def flow_failed(flow: Any, flow_run: Any, state: Any) -> None:
    """Prefect's hook for a flow run that failed or crashed."""
    error = state.result(raise_on_failure=False)
    if isinstance(error, dict):  # it came to its end, which was told, and refused too much
        return
    started = flow_run.start_time.isoformat() if flow_run.start_time else now()
    root = Path(flow_run.parameters["workspace"]).absolute()
    failed(Workspace(root), error if isinstance(error, BaseException) else None, started)


def _write(
    workspace: Workspace,
    standing: metrics.Standing | None,
    summary: Summary | None,
    started: str,
    exit_code: int,
) -> None:
    try:
        metrics.write(
            workspace, standing, summary, started=started, finished=now(), exit_code=exit_code
        )
    except OSError as error:
        log.warning(
            "监控指标未能写出：%s", error.strerror or error, extra={"code": "metrics-failed"}
        )
