"""`selfeval correct`: what is printed at one place of a form, as a person reads it; confirmed, corrected, or not to be read at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from selfeval.flows.commands.deciding import ByOption, Document, FormOption, ReasonOption
from selfeval.flows.commands.options import DEFAULT_WORKSPACE, StoreOption, WorkspaceOption
from selfeval.flows.problems import OK, Problem

if TYPE_CHECKING:
    from selfeval.records.store.decisions import Kind


def register(app: typer.Typer) -> None:
    app.command()(correct)


def correct(
    document: Document,
    path: Annotated[
        str, typer.Argument(metavar="字段", help="字段路径，例如 indicators/3/score、total/score")
    ],
    value: Annotated[
        str | None,
        typer.Argument(metavar="[值]", help="原件上印的值，照印的样子", show_default=False),
    ] = None,
    by: ByOption = "",
    reason: ReasonOption = "",
    confirm: Annotated[bool, typer.Option("--confirm", help="读得对，不用给值")] = False,
    unreadable: Annotated[
        bool, typer.Option("--unreadable", help="原件上也无法辨认，一直按未能判定处理")
    ] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="撤回先前的决定")] = False,
    form: FormOption = 0,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    store: StoreOption = "",
) -> int:
    """更正、确认一处读数，或说明无法辨认；该表随即重新审核。只要文件内容不变，重新读取后仍然有效；原读数保留。"""
    from selfeval.flows.commands.deciding import document_meant, forms_meant, tell
    from selfeval.flows.run.deciding import decide_and_audit
    from selfeval.flows.run.stores import store_of
    from selfeval.flows.workspace import existing
    from selfeval.records.store.decisions import NewDecision

    wanted: dict[Kind, bool] = {
        "correct": value is not None,
        "confirm": confirm,
        "unreadable": unreadable,
        "withdraw": withdraw,
    }
    asked = [kind for kind, is_wanted in wanted.items() if is_wanted]
    if len(asked) != 1:
        raise Problem(
            "one-decision",
            "请给出更正后的值，或 --confirm、--unreadable、--withdraw 之一",
            "例如 selfeval correct a.pdf total/score 95.00 --by 张三 --reason '原件为 95.00'。",
        )
    place = existing(workspace, store)
    meant = document_meant(place, document)
    (number,) = forms_meant(place, meant, form)
    before = store_of(place).decisions_head().number
    new = NewDecision(asked[0], by, reason, meant, number, path.strip("/"), value=value)
    tell(place, decide_and_audit(place, new), before)
    return OK
