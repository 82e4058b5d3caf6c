"""`selfeval waive`: accept the explanation of a finding, by name and with a reason; many by spreadsheet; take it back; list them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from selfeval.flows.commands.console import log, one_line, write_text
from selfeval.flows.commands.options import DEFAULT_WORKSPACE, StoreOption, WorkspaceOption
from selfeval.flows.problems import OK, Problem

if TYPE_CHECKING:
    from selfeval.flows.workspace import Workspace
    from selfeval.records.clock import Clock
    from selfeval.records.store.decisions import Kind
    from selfeval.records.store.store import Store


def register(app: typer.Typer) -> None:
    app.command()(waive)


def waive(
    finding: Annotated[
        str,
        typer.Argument(
            metavar="[编号]",
            help="问题编号（见报告、工作簿或 CSV）；不给则列出已接受的",
            show_default=False,
        ),
    ] = "",
    by: Annotated[str, typer.Option("--by", metavar="姓名", help="谁接受的")] = "",
    reason: Annotated[str, typer.Option("--reason", metavar="理由", help="为什么接受")] = "",
    until: Annotated[
        str,
        typer.Option(
            "--until",
            metavar="日期",
            help="到哪一天为止（含当天，按工作区的时区），例如 2026-12-31；不给则一直有效",
        ),
    ] = "",
    sheet: Annotated[
        Path | None,
        typer.Option(
            "--csv",
            metavar="文件",
            help="导入 selfeval findings --format csv 导出、填好 by、reason、until 的表；有一行不对则整表不记",
        ),
    ] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="收回接受")] = False,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    store: StoreOption = "",
) -> int:
    """接受一项问题的说明：谁、为什么、到何时。所依据的数值一变，接受即失效；问题本身不会被删除。"""
    from selfeval.flows.run.stores import store_of
    from selfeval.flows.workspace import existing

    if sheet and (finding or by or reason or until or withdraw):
        raise Problem(
            "one-or-many", "--csv 不能与编号和其他选项同用", "逐项接受用编号，成批接受用 --csv。"
        )
    if not sheet and not finding and (by or reason or until or withdraw):
        raise Problem(
            "finding-needed", "请给出问题编号", "编号见报告页面或 selfeval findings --format csv。"
        )
    place = existing(workspace, store)
    books, clock = store_of(place), place.clock
    if sheet:
        _take_in(place, sheet)
    elif finding:
        _enter(place, finding, by, reason, until, withdraw)
    else:
        _list(books, clock)
    return OK


def _list(books: Store, clock: Clock) -> None:
    lines = []
    for w in books.waivers():
        void = f"（已失效：{w.void}）" if w.void else ""
        until = f"  至 {w.until}" if w.until else ""
        lines.append(
            f"{w.finding_id}  {w.rule}  {w.subject}  {one_line(w.who)}  {clock.shown(w.when)[:10]}{until}  {one_line(w.why)}{void}"
        )
    write_text("\n".join(lines or ["没有已接受的问题。"]) + "\n")


def _enter(
    place: Workspace, finding: str, by: str, reason: str, until: str, withdraw: bool
) -> None:
    from selfeval.flows.commands.waiver_sheet import parse_day, plain_id
    from selfeval.flows.run.deciding import decide_and_audit
    from selfeval.flows.run.stores import store_of
    from selfeval.records.store.decisions import NewDecision

    books = store_of(place)
    try:
        day = parse_day(until, place.clock.today())
    except ValueError as error:
        raise Problem(
            "until-wrong", str(error), "例如 --until 2026-12-31；不给则一直有效。"
        ) from error
    before = books.decisions_head().number
    kind: Kind = "withdraw" if withdraw else "accept"
    new = NewDecision(kind, by, reason, finding_id=plain_id(finding), until=day)
    (made,) = decide_and_audit(place, new).made
    if made.number <= before:
        log.info("没有变化：该问题已按同样的理由接受")
    else:
        log.info("已%s，下次运行或 selfeval report 后反映在报告中", "收回" if withdraw else "接受")


def _take_in(place: Workspace, path: Path) -> None:
    from selfeval.flows.commands.waiver_sheet import read_sheet
    from selfeval.flows.run.deciding import decide_and_audit
    from selfeval.flows.run.stores import store_of
    from selfeval.records.store.decisions import NewDecision

    books = store_of(place)
    entries = read_sheet(path, books.finding_ids(), place.clock.today())
    before = books.decisions_head().number
    made = decide_and_audit(
        place,
        [
            NewDecision("accept", one.by, one.reason, finding_id=one.finding_id, until=one.until)
            for one in entries
        ],
    ).made
    changed = sum(one.number > before for one in made)
    log.info(
        "%s：填写 %d 行，新接受 %d 项，其余先前已按同样的理由接受", path.name, len(entries), changed
    )
