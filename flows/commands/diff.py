"""`selfeval diff A B`: what changed between two versions of a form, or between two workspaces."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from selfeval.flows.commands.console import print_json, write_text
from selfeval.flows.commands.options import DEFAULT_WORKSPACE, StoreOption, WorkspaceOption
from selfeval.flows.problems import OK

if TYPE_CHECKING:
    from selfeval.reports.diff.versions import Side


def register(app: typer.Typer) -> None:
    app.command()(diff)


def diff(
    before: Annotated[
        str, typer.Argument(metavar="前者", help="文件名、sha256 前几位，或另一个工作区的目录")
    ],
    after: Annotated[str, typer.Argument(metavar="后者", help="同上")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="文件", help="写成网页")
    ] = None,
    lang: Annotated[str, typer.Option("--lang", metavar="zh|en", help="语言")] = "zh",
    store: StoreOption = "",
) -> int:
    """比较两次报送或两个工作区：数值变动，问题新增、消除、仍存在。"""
    from selfeval.reports.diff.output import to_json, to_text, write_html
    from selfeval.reports.diff.versions import compare

    sides = _side(before, workspace, store), _side(after, workspace, store)
    # Two single forms were named by a person: they are meant to be compared, whatever they call their project.
    result = compare(*sides, same_form=all(len(side.tables.forms) == 1 for side in sides))
    if out:
        write_text(f"{write_html(result, out, lang, _way_to_site(out, workspace, store))}\n")
    elif as_json:
        print_json(to_json(result))
    else:
        write_text(to_text(result, lang).rstrip() + "\n")
    return OK


def _way_to_site(out: Path, workspace: Path, store: str) -> str:
    """From the page to the report of the workspace, whose styles and document pages it uses."""
    import os

    from selfeval.flows.workspace import existing

    place = existing(workspace, store)
    return f"{os.path.relpath(place.reports, out.absolute().parent)}/"


def _side(name: str, workspace: Path, store: str) -> Side:
    from selfeval.flows.ledger.ledger import active
    from selfeval.flows.ledger.selection import matching
    from selfeval.flows.run.stores import ledger_of, store_of
    from selfeval.flows.workspace import existing
    from selfeval.reports.diff.versions import Side

    if Path(name, "selfeval.db").is_file():
        place = existing(Path(name))
        tables = store_of(place).load(active(ledger_of(place).all()))
        return Side(name, tables, tables.findings)
    place = existing(workspace, store)
    item = matching(ledger_of(place).all(), name)[-1]
    tables = store_of(place).load([item.document_id])
    return Side(name, tables, tables.findings)
