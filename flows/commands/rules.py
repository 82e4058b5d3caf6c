"""`selfeval rules`: the catalogue, and what one rule says, tolerates and rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from selfeval.core.severities import SEVERITY_CAPTIONS
from selfeval.flows.commands.console import one_line, print_json, write_text
from selfeval.flows.commands.options import DEFAULT_WORKSPACE, StoreOption, WorkspaceOption
from selfeval.flows.problems import OK, Problem
from selfeval.records.tables.columns import Cells

if TYPE_CHECKING:
    from selfeval.records.tables.build import Tables


def register(app: typer.Typer) -> None:
    app.command()(rules)


def rules(
    rule: Annotated[
        str,
        typer.Argument(
            metavar="[规则]", help="规则编号，如 scores-sum；不给则列出全部", show_default=False
        ),
    ] = "",
    lang: Annotated[str, typer.Option("--lang", metavar="zh|en", help="语言")] = "zh",
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
    tried: Annotated[
        list[str] | None,
        typer.Option(
            "--try",
            metavar="规则|规则:容差=值|表式",
            help="试算：改动后的规则、容差或表式（编号或 yml 文件）会新增和消除哪些问题，不写入；可重复",
            show_default=False,
        ),
    ] = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    store: StoreOption = "",
) -> int:
    """列出全部审核规则，或说明一条规则：内容、容差、依据、易误报之处；--try 在工作区上试算改动。"""
    from selfeval.expectations import catalogue

    if tried:
        return _try([*tried, *([rule] if rule else [])], workspace, store, as_json)

    entries = catalogue.load().entries
    if not rule:
        if as_json:
            print_json([_entry(entry) for entry in entries.values()])
        else:
            width = max(map(len, entries))
            lines = [
                f"{e.id:{width}}  {SEVERITY_CAPTIONS[e.severity]}  {e.zh if lang == 'zh' else e.en}"
                for e in entries.values()
            ]
            write_text("\n".join(lines) + "\n")
        return OK
    if rule not in entries:
        from rapidfuzz import process

        near = [
            name for name, score, _ in process.extract(rule, list(entries), limit=3) if score > 50
        ]
        raise Problem(
            "unknown-rule",
            f"没有编号为 {rule} 的规则",
            f"是否要找：{'、'.join(near)}" if near else "selfeval rules 列出全部规则。",
        )
    if as_json:
        print_json(_entry(entries[rule]))
    else:
        colon = "：" if lang == "zh" else ": "
        write_text(
            "".join(f"{caption}{colon}{text}\n" for caption, text in catalogue.explain(rule, lang))
        )
    return OK


def _try(specs: list[str], root: Path, url: str, as_json: bool) -> int:
    """Say what a changed rule, tolerance or profile would open and close on what is in the store; nothing is kept."""
    from collections import Counter

    from selfeval.expectations.preview import preview, trial_of
    from selfeval.flows.ledger.ledger import active
    from selfeval.flows.ledger.order import Receipt
    from selfeval.flows.run.stores import ledger_of, store_of
    from selfeval.flows.workspace import existing

    trial = trial_of(specs)
    place = existing(root, url)
    books, items = store_of(place), ledger_of(place).all()
    receipt, judged = Receipt(items), active(items)
    replaced = books.replaced()

    def load(ids: Sequence[str], cells: Cells) -> Tables:
        """The forms that count, of these documents."""
        return receipt.load(books, ids, cells).of_forms(replaced, without=True)

    order = receipt.order(judged)
    changes = preview(trial, order, load, load(order, Cells.NONE).findings)
    if as_json:
        print_json([asdict(change) for change in changes])
        return OK
    lines = [
        f"{'＋' if change.opens else '－'} {change.rule}  {change.document} 第{change.form}份 {change.subject}：{change.message}"
        for change in changes
    ]
    opened = Counter(change.rule for change in changes if change.opens)
    closed = Counter(change.rule for change in changes if not change.opens)
    lines += [
        f"{rule}：新增 {opened[rule]}，消除 {closed[rule]}" for rule in sorted(opened | closed)
    ]
    lines.append(
        f"试算 {len(judged)} 份文件：新增 {opened.total()} 项，消除 {closed.total()} 项；没有写入。"
    )
    write_text("".join(f"{one_line(line)}\n" for line in lines))
    return OK


def _entry(entry: object) -> dict[str, object]:
    return asdict(entry)  # type: ignore[call-overload, no-any-return]
