"""`selfeval template`: the label map that would read a form of a new layout, for a person to complete."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from selfeval.flows.commands.console import log, write_text
from selfeval.flows.problems import OK, REJECTED


def register(app: typer.Typer) -> None:
    app.command()(template)


def template(
    file: Annotated[
        Path, typer.Argument(metavar="文件", help="新版式的自评表 PDF", show_default=False)
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="CSV",
            help="写入此文件（含 BOM，可直接用 Excel 打开）；默认写到标准输出",
        ),
    ] = None,
) -> int:
    """为新版式生成模板 CSV：不认识的栏目、建议读作的字段和理由；改好后放进工作区的 templates 文件夹，再运行 rerun --stale。"""
    from selfeval.extractors.forms.suggest import template as csv_of
    from selfeval.extractors.isolation.sandbox import extract_many

    (document,) = extract_many([file], workers=1)
    if document.reason is not None:
        log.warning("%s %s", document.reason.message, document.reason.hint or "")
        return REJECTED
    text = csv_of(document.forms[0])
    if out is None:
        write_text(text)
    else:
        out.write_text(text, "utf-8-sig")
    return OK
