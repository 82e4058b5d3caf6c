"""`selfeval import`: a backup into a new workspace, checked before anything is put in place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from selfeval.flows.commands.console import log, write_text
from selfeval.flows.commands.options import DEFAULT_WORKSPACE, StoreOption, WorkspaceOption
from selfeval.flows.problems import OK


def register(app: typer.Typer) -> None:
    app.command("import")(import_)


def import_(
    file: Annotated[Path, typer.Argument(metavar="文件", help="selfeval export 写的备份")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    store: StoreOption = "",
) -> int:
    """从备份恢复到新的或空的工作区；给出 --store 时数据写入该数据库，它也须是空的。先核对全部内容，再放置。"""
    import os

    from selfeval.flows.ops import backup
    from selfeval.flows.workspace import Workspace

    os.umask(0o077)
    done = backup.restore(file, Workspace(workspace.absolute(), store))
    log.info("已核对并恢复：%s", done.sentence)
    write_text(f"{workspace.absolute()}\n")
    return OK
