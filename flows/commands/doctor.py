"""`selfeval doctor`: whether this machine and this workspace can do the work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from selfeval.flows.commands.console import one_line, print_json, write_text
from selfeval.flows.problems import FAILED, OK


def register(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(
    workspace: Annotated[
        Path | None,
        typer.Option(
            "--workspace",
            "-w",
            envvar="SELFEVAL_WORKSPACE",
            metavar="目录",
            help="一并检查这个工作区",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> int:
    """检查环境：版本、读取引擎、文字识别、字体、磁盘和工作区。有必需项缺失时退出码为 3。"""
    from dataclasses import asdict

    from selfeval.flows.ops.environment import checks

    found = []
    for check in checks(workspace):
        found.append(check)
        if not as_json:
            sign = {True: "✓", False: "✗", None: "–"}[check.holds]
            hint = f"（{check.hint}）" if check.hint and not check.holds else ""
            write_text(f"{sign} {check.name}  {one_line(check.found)}{hint}\n")
    if as_json:
        print_json([asdict(check) for check in found])
    return FAILED if any(check.holds is False for check in found) else OK
