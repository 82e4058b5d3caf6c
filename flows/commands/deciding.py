"""What the commands that decide have in common: which document is meant, which form of it, and what is told of what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from selfeval.core.severities import SEVERITY_CAPTIONS
from selfeval.flows.commands.console import log, one_line, write_text
from selfeval.flows.problems import Problem

if TYPE_CHECKING:
    from selfeval.flows.run.deciding import Decided
    from selfeval.flows.workspace import Workspace
    from selfeval.records.store.decisions import DecisionRow

Document = Annotated[
    str,
    typer.Argument(
        metavar="文件", help="文件名、收件夹内的路径或 sha256 的前 8 位以上", show_default=False
    ),
]
ByOption = Annotated[str, typer.Option("--by", metavar="姓名", help="谁决定的")]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="理由", help="为什么")]
FormOption = Annotated[
    int, typer.Option("--form", min=0, metavar="序号", help="文件里的第几张表，从 1 起；0 表示未指定")
]  # fmt: skip


def document_meant(place: Workspace, wanted: str) -> str:
    """The document_id that a name, a path or the start of a sha256 means. Problem: none, or several."""
    from selfeval.flows.ledger.selection import matching
    from selfeval.flows.ledger.states import READ
    from selfeval.flows.run.stores import ledger_of

    found = matching(ledger_of(place).all(), wanted)
    read = {item.document_id for item in found if item.state in READ}
    if not read:
        raise Problem("not-read", f"{one_line(wanted)} 没有读取成功", "见 selfeval status 文件名。")
    if len(read) > 1:
        raise Problem(
            "several-documents",
            f"有 {len(read)} 份内容不同的文件叫 {one_line(wanted)}",
            "请改用 sha256 的前 8 位以上，见 selfeval status 文件名。",
        )
    return read.pop()


def forms_meant(place: Workspace, document_id: str, number: int, every: bool = False) -> list[int]:
    """The forms of a document that are meant: the one of that number, the only one, or where `every` may be meant, all. Problem: unclear."""
    from selfeval.flows.run.stores import store_of

    if number:
        return [number]
    count = int(store_of(place).forms_in(document_id))
    if count > 1 and not every:
        raise Problem(
            "form-needed", f"该文件有 {count} 张表", f"用 --form 1 至 --form {count} 说明是哪一张。"
        )
    return list(range(1, count + 1))


def tell(place: Workspace, done: Decided, before: int) -> None:
    """Say what was entered, and what opened and closed with it."""
    for one in done.made:
        again = "" if one.number > before else "（先前已作同样的决定）"
        write_text(f"{sentence(one)}{again}\n")
    for caption, rows in (("不再成立", done.closed), ("新发现", done.opened)):
        for row in rows:
            write_text(f"{caption}  {_finding(row)}\n")
    for caption, doubts in (("不再存疑", done.doubts_closed), ("仍需核对", done.doubts_opened)):
        if doubts:
            write_text(f"{caption}  {len(doubts)} 处\n")
    if done.put_off:
        log.warning("%s", done.put_off)
    log.info("下次运行或 selfeval report 后反映在报告中")


def sentence(one: DecisionRow) -> str:
    """`第 2 条  更正读数  a.pdf 第 1 张表 total/score  “88.50” 改为 “98.50”  审计员甲：看错了`."""
    from selfeval.records.store.decisions import CAPTIONS

    form = f"第 {one.form} 张表" if one.form else ""
    about = [one_line(one.document or ""), form, one.rule, one.path]
    parts = [f"第 {one.number} 条", CAPTIONS[one.kind], " ".join(text for text in about if text)]
    if one.kind == "correct":
        parts.append(f"“{one_line(one.reading or '')}” 改为 “{one_line(one.value or '')}”")
    if one.until:
        parts.append(f"至 {one.until}")
    reason = f"：{one_line(one.reason)}" if one.reason else ""
    return "  ".join([*parts, f"{one_line(one.by)}{reason}"])


def _finding(row: dict[str, Any]) -> str:
    severity = SEVERITY_CAPTIONS.get(row["severity"], row["severity"])
    return f"{one_line(row['document'])} 第 {row['form']} 张表 {severity} {row['rule']}：{one_line(row['message'])}"
