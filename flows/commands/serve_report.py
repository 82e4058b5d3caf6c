"""`selfeval serve-report`: the report of a workspace for a browser of this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from selfeval.flows.commands.console import log, write_text
from selfeval.flows.commands.options import DEFAULT_WORKSPACE, StoreOption, WorkspaceOption
from selfeval.flows.ops.report_server import PORT
from selfeval.flows.problems import OK


def register(app: typer.Typer) -> None:
    app.command("serve-report")(serve_report)


def serve_report(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    store: StoreOption = "",
    port: Annotated[
        int, typer.Option("--port", min=1, max=65535, metavar="端口", help="用哪个端口")
    ] = PORT,
) -> int:
    """在本机浏览器中查看报告和 Data Docs，直到被停止；只有本机能访问，地址中有口令。"""
    from selfeval.flows.ops.report_server import address, serve
    from selfeval.flows.workspace import existing

    place = existing(workspace, store)
    with serve(place, port) as server:
        write_text(f"{address(place, port)}\n")
        log.info("按 Ctrl+C 停止")
        server.serve_forever()
    return OK
