"""`selfeval decide`: the 复核表, one Excel workbook with everything that is left to decide; written, and taken back row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from selfeval.flows.commands.console import log, write_text
from selfeval.flows.commands.options import DEFAULT_WORKSPACE, StoreOption, WorkspaceOption
from selfeval.flows.problems import FAILED, OK, Problem


def register(app: typer.Typer) -> None:
    app.command()(decide)


def decide(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[复核表]", help="填好的复核表（.xlsx），收回", show_default=False),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option("--sheet", metavar="文件", help="把尚待决定的写成一份复核表（.xlsx）"),
    ] = None,
    by: Annotated[
        str, typer.Option("--by", metavar="姓名", help="复核人：写出时预填，收回时用于没填的行")
    ] = "",
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    store: StoreOption = "",
) -> int:
    """写出或收回复核表：存疑的读数、审核发现和自评表各占一页，附原件截图和下拉选项。收回时逐行说明记入与否；有没记入的，退出码为 3。"""
    from selfeval.flows.workspace import existing

    if (file is None) == (sheet is None):
        raise Problem(
            "write-or-take",
            "请给出填好的复核表，或用 --sheet 写出一份",
            "例如 selfeval decide --sheet 复核表.xlsx，填好后 selfeval decide 复核表.xlsx。",
        )
    place = existing(workspace, store)
    if sheet is not None:
        from selfeval.flows.review.workbook import MOST, write_workbook

        done = write_workbook(place, sheet, by)
        log.info("%s", "，".join(f"{name} {count} 行" for name, count in done.rows.items()))
        if done.left_out:
            log.warning("每页至多 %d 行，另有 %d 行没有写出；收回后再写一份", MOST, done.left_out)
        write_text(f"{sheet}\n")
        return OK
    assert file is not None
    from selfeval.flows.review.taking_back import take_back

    rows, outcome = take_back(place, file, by)
    for row in rows:
        state = f"未记入：{row.why}" if row.why else f"{'已' if row.is_new else '先前已'}记入，第 {row.number} 条"  # fmt: skip
        write_text(f"{row.sheet} 第 {row.row} 行  {state}\n")
    refused = sum(bool(row.why) for row in rows)
    log.info(
        "填写 %d 行，记入 %d 行，未记入 %d 行；不再成立 %d 项，新发现 %d 项",
        len(rows), sum(row.is_new for row in rows), refused, len(outcome.closed), len(outcome.opened),
    )  # fmt: skip
    if outcome.put_off:
        log.warning("%s", outcome.put_off)
    return FAILED if refused else OK
