"""`selfeval waive`: accept the explanation of a finding, by name and with a reason; take it back; list what is accepted."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from flows.commands.options import DEFAULT_WORKSPACE, StoreOption, WorkspaceOption
from flows.console import log, one_line, write_text
from flows.problems import OK, Problem


def register(app: typer.Typer) -> None:
    app.command()(waive)


def waive(
    finding: Annotated[
        str, typer.Argument(metavar="[编号]", help="问题编号（见报告或工作簿）；不给则列出已接受的", show_default=False)
    ] = "",
    why: Annotated[str, typer.Option("--why", metavar="理由", help="为什么接受")] = "",
    who: Annotated[str, typer.Option("--who", metavar="姓名", help="谁接受的，默认为当前用户")] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="收回接受")] = False,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    store: StoreOption = "",
) -> int:
    """接受一项问题的说明：谁、何时、为什么。所依据的数值一变，接受即失效。"""
    from flows.books import store_of
    from flows.workspace import existing

    books = store_of(existing(workspace, store))
    if not finding:
        lines = []
        for w in books.waivers():
            void = f"（已失效：{w.void}）" if w.void else ""
            lines.append(f"{w.finding_id}  {w.rule}  {w.subject}  {one_line(w.who)}  {w.when[:10]}  {one_line(w.why)}{void}")
        write_text("\n".join(lines or ["没有已接受的问题。"]) + "\n")
        return OK
    if not why.strip():
        raise Problem("reason-needed", "请说明理由", "例如 selfeval waive 编号 --why '已核对付款凭证，系跨年支付'。")
    try:
        changed = (books.withdraw if withdraw else books.waive)(finding, who or getpass.getuser(), why)
    except LookupError as error:
        raise Problem("unknown-finding", f"没有编号为 {finding} 的问题", "编号见报告页面或 selfeval findings --format xlsx。") from error
    if not changed:
        log.info("没有变化：%s", "该问题没有被接受" if withdraw else "该问题已按同样的理由接受")
    else:
        log.info("已%s，下次运行或 selfeval report 后反映在报告中", "收回" if withdraw else "接受")
    return OK
