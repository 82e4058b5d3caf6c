"""`selfeval decisions`: what people decided, verified; to a file and from one; as truth to measure readers by."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from selfeval.core.formulas import harmless
from selfeval.flows.commands.console import log, print_json, write_text
from selfeval.flows.commands.listing import Format
from selfeval.flows.commands.options import DEFAULT_WORKSPACE, StoreOption, WorkspaceOption
from selfeval.flows.problems import FAILED, OK, Problem

if TYPE_CHECKING:
    from selfeval.flows.workspace import Workspace
    from selfeval.records.store.decisions import DecisionRow


def register(app: typer.Typer) -> None:
    app.command()(decisions)


def decisions(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    form: Annotated[Format, typer.Option("--format", "-f", help="输出格式")] = Format.TABLE,
    export: Annotated[
        Path | None,
        typer.Option("--export", metavar="文件", help="把全部记录写成 JSON Lines，带校验值"),
    ] = None,
    take_in: Annotated[
        Path | None,
        typer.Option("--import", metavar="文件", help="导入 --export 写出的文件，只添加没有的"),
    ] = None,
    as_truth: Annotated[
        Path | None,
        typer.Option(
            "--as-truth", metavar="目录", help="把复核过的自评表写成基准数据，供 make bench 用"
        ),
    ] = None,
    store: StoreOption = "",
) -> int:
    """列出复核记录并逐条校验：有一条被改过、删掉或接不上，就说出是哪一条，退出码为 3。末行是最后一条的校验值，可另外记下备查。"""
    from selfeval.flows.run.deciding import broken
    from selfeval.flows.run.stores import store_of
    from selfeval.flows.workspace import existing, write_private
    from selfeval.records.store.decision_files import written

    place = existing(workspace, store)
    books = store_of(place)
    if take_in:
        _take_in(place, take_in)
    made, breaks = books.decisions(), broken(place, books)
    if export:
        write_private(export, written(made))
        log.info("已写出 %d 条：%s", len(made), export)
    elif as_truth:
        _as_truth(place, as_truth)
    else:
        _list(made, form, [one.sentence for one in breaks])
    for one in breaks:
        log.error("复核记录校验不符：%s", one.sentence)
    return FAILED if breaks else OK


def _list(made: list[DecisionRow], form: Format, breaks: list[str]) -> None:
    from selfeval.flows.commands.deciding import sentence
    from selfeval.records.store.decisions import COLUMNS

    if form is Format.JSON:
        head = {"number": made[-1].number, "hash": made[-1].hash} if made else None
        print_json({"decisions": [asdict(one) for one in made], "head": head, "broken": breaks})
        return
    if form is Format.CSV:
        out = io.StringIO()
        rows = ([harmless("" if value is None else str(value)) for value in asdict(one).values()] for one in made)  # fmt: skip
        csv.writer(out, lineterminator="\n").writerows([COLUMNS, *rows])
        write_text(out.getvalue())
        return
    lines = [sentence(one) for one in made]
    if made:
        last = f"第 {made[-1].number} 条 {made[-1].hash}"
        state = "校验不符" if breaks else "校验相符"
        lines.append(f"共 {len(made)} 条，{state}；最后一条：{last}")
    write_text("\n".join(lines or ["没有复核记录。", *breaks]) + "\n")


def _take_in(place: Workspace, path: Path) -> None:
    from selfeval.flows.run.deciding import judge_again, note_head
    from selfeval.flows.run.stores import ledger_of, store_of
    from selfeval.records.store.decision_files import read_file

    books = store_of(place)
    entered = books.take_in_decisions(read_file(path))
    note_head(place, books.decisions_head())
    if entered:
        judge_again(place, books, ledger_of(place))
    log.info("%s：新增 %d 条", path.name, len(entered))


def _as_truth(place: Workspace, folder: Path) -> None:
    from selfeval.flows.run.truths import write_truths

    done = write_truths(place, folder)
    if not done.written:
        raise Problem(
            "no-truth",
            "没有可作基准的自评表",
            "一份文件的各张表都已复核（selfeval reviewed），且没有存疑和无法辨认之处，才可作基准。",
        )
    log.info("已写出 %d 份基准，另有 %d 份尚有存疑或未复核", done.written, done.left_out)
    write_text(f"{folder}\n")
