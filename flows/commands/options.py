"""Options that several commands share, so that they read and mean the same everywhere."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Engine(StrEnum):
    """The engines of `extractors.read`, named here so that the help needs no PDF library."""

    PDFIUM = "pdfium"
    PDFPLUMBER = "pdfplumber"
    CAMELOT = "camelot"
    OCR = "ocr"


Files = Annotated[list[Path], typer.Argument(metavar="文件...", help="PDF 文件", show_default=False)]
WorkspaceOption = Annotated[Path, typer.Option("--workspace", "-w", envvar="SELFEVAL_WORKSPACE", metavar="目录", help="工作区目录")]
StoreOption = Annotated[
    str, typer.Option("--store", envvar="SELFEVAL_STORE", metavar="URL", help="数据库，默认为工作区里的 SQLite；可用 postgresql://…")
]
WorkersOption = Annotated[int, typer.Option("--workers", "-n", min=0, metavar="数目", help="同时读取的进程数，0 表示按处理器数")]
EngineOption = Annotated[Engine, typer.Option("--engine", help="读取引擎；扫描页总是用文字识别")]
SecondOpinionOption = Annotated[bool, typer.Option("--second-opinion", help="再用 camelot 读一遍，凡有出入的都列为存疑")]
ProfileOption = Annotated[str, typer.Option("--profile", metavar="名称", help="指定表式配置，默认按各表自身判断")]

#: The workspace of every command that is not told another.
DEFAULT_WORKSPACE = Path("workspace")
#: processes: beyond eight the store, which is written by one process, is what takes the time.
MAX_WORKERS = 8


def workers_of(wanted: int) -> int:
    """The number of child processes: as asked for, else one a processor that this process may use."""
    return wanted or min(len(os.sched_getaffinity(0)), MAX_WORKERS)
