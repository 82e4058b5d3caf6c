"""`selfeval status`: what came, what failed, why, and what to do."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import typer

from selfeval.core.paths import short_id
from selfeval.flows.commands.console import one_line, print_json, write_text
from selfeval.flows.commands.options import DEFAULT_WORKSPACE, StoreOption, WorkspaceOption
from selfeval.flows.problems import OK


def register(app: typer.Typer) -> None:
    app.command()(status)


def status(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    document: Annotated[
        str, typer.Argument(metavar="[文件]", help="只看一份文件的全部经过", show_default=False)
    ] = "",
    store: StoreOption = "",
    every: Annotated[bool, typer.Option("--all", help="逐份列出，不只列失败的")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> int:
    """查看收到了哪些文件、哪些失败、为什么、怎么办。"""
    from selfeval.flows.ledger.selection import matching
    from selfeval.flows.ledger.states import READ, REFUSED, SENTENCES, State
    from selfeval.flows.run import summary, versions
    from selfeval.flows.run.stores import ledger_of
    from selfeval.flows.workspace import existing

    place = existing(workspace, store)
    ledger = ledger_of(place)
    items = ledger.all()
    if document:
        items = matching(items, document)
    last = next(reversed(summary.runs(place)), None)
    stale = [item for item in items if item.state in READ and item.reader != versions.reader()]
    if as_json:
        told = [
            _told(item) | ({"history": _steps(ledger, item)} if document else {}) for item in items
        ]
        print_json(
            {
                "documents": told,
                "states": Counter(str(item.state) for item in items),
                "stale": len(stale),
                "last_run": last,
            }
        )
        return OK
    lines = []
    if document:
        for item in items:
            lines += [
                f"{one_line(item.path)}（sha256 {short_id(item.document_id)}）：{item.sentence}",
                *_remedy(item),
            ]
            lines += [
                f"  {step['at']}  {SENTENCES[State(step['state'])]}"
                for step in _steps(ledger, item)
            ]
        write_text("\n".join(lines) + "\n")
        return OK
    counts = Counter(item.state for item in items)
    lines.append(f"共收到 {len(items)} 份文件")
    lines += [f"  {counts[state]:>6}  {SENTENCES[state]}" for state in State if counts[state]]
    if stale:
        lines.append(
            f"其中 {len(stale)} 份由旧版本的读取程序读出，可用 selfeval rerun --stale 重读"
        )
    listed = items if every else [item for item in items if item.state in REFUSED]
    if listed:
        lines.append("逐份：" if every else "需要处理：")
    for item in listed:
        lines += [f"  {one_line(item.path)}：{item.sentence}", *_remedy(item)]
    if last:
        lines.append(f"上次运行：{last['finished']}，退出码 {last['exit_code']}")
        lines += [f"  未收取 {one_line(path)}：{why}" for path, why in last.get("skipped", ())]
        if last.get("report"):
            lines.append(f"报告：{last['report']}")
    write_text("\n".join(lines) + "\n")
    return OK


def _told(item: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(item) | {"state": str(item.state), "sentence": item.sentence}


def _remedy(item: Any) -> list[str]:
    return [f"    处理办法：{item.hint}（代码 {item.code}）"] if item.hint else []


def _steps(ledger: Any, item: Any) -> list[dict[str, str]]:
    return [
        {"at": at, "state": str(state), "note": note}
        for at, state, note in ledger.steps(item.submission_id)
    ]
