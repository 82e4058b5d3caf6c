"""`selfeval export`: a workspace into one file, verified."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from selfeval.flows.commands.console import log, write_text
from selfeval.flows.commands.options import DEFAULT_WORKSPACE, StoreOption, WorkspaceOption
from selfeval.flows.problems import OK


def register(app: typer.Typer) -> None:
    app.command()(export)


def export(
    file: Annotated[
        Path,
        typer.Argument(metavar="文件", help="备份文件，以 .tar.zst 或 .tar.gz 结尾，不能已存在"),
    ],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    store: StoreOption = "",
) -> int:
    """备份工作区：数据库（PostgreSQL 的也在内）、报告、隔离区和全部记录，附每个文件的 SHA-256；写完后重读核对。"""
    from selfeval.flows.ops import backup
    from selfeval.flows.workspace import existing

    done = backup.export(existing(workspace, store), file)
    log.info("已备份并核对：%s", done.sentence)
    write_text(f"{done.path}\n")
    return OK
