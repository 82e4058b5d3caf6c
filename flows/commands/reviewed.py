"""`selfeval reviewed`: a person has gone through a form."""

from __future__ import annotations

from typing import Annotated

import typer

from selfeval.flows.commands.deciding import ByOption, Document, FormOption, ReasonOption
from selfeval.flows.commands.options import DEFAULT_WORKSPACE, StoreOption, WorkspaceOption
from selfeval.flows.problems import OK


def register(app: typer.Typer) -> None:
    app.command()(reviewed)


def reviewed(
    document: Document,
    by: ByOption = "",
    reason: ReasonOption = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="撤回已复核")] = False,
    form: FormOption = 0,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    store: StoreOption = "",
) -> int:
    """记下一份自评表已由某人复核完毕；文件里有几张表而没有用 --form 指定时，各张都算。"""
    from selfeval.flows.commands.deciding import document_meant, forms_meant, tell
    from selfeval.flows.run.deciding import decide_and_audit
    from selfeval.flows.run.stores import store_of
    from selfeval.flows.workspace import existing
    from selfeval.records.store.decisions import NewDecision

    place = existing(workspace, store)
    meant = document_meant(place, document)
    before = store_of(place).decisions_head().number
    new = [
        NewDecision("withdraw" if withdraw else "reviewed", by, reason, meant, number)
        for number in forms_meant(place, meant, form, every=True)
    ]
    tell(place, decide_and_audit(place, new), before)
    return OK
