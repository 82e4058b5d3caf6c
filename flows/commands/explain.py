"""The Extraction JSON told to a person: each value, where it stands on the page, and what is uncertain about it and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from selfeval.core.fields import HEADER, ROWS, TOTAL
from selfeval.core.kinds import KINDS
from selfeval.core.paths import short_id
from selfeval.expectations.profiles import Shown, recognition


def explanation(value: dict[str, Any]) -> str:
    """Lines for one document of the Extraction JSON."""
    lines = [f"{value['document']}  {value['pages']} 页  sha256 {short_id(value['sha256'])}"]
    if value["reason"]:
        lines += [
            f"  已拒收（{value['reason']['code']}）：{value['reason']['message']}",
            f"  处理办法：{value['reason']['hint'] or '—'}",
        ]
    for number, form in enumerate(value["forms"], 1):
        lines.append(f"第 {number} 张表")
        doubts = {doubt["path"]: doubt for doubt in form["doubts"]}
        for path, caption, text in _values(form):
            place = form["evidence"].get(path)
            where = f"第 {place['page']} 页 {place['bbox']}" if place else "—"
            lines.append(f"  {path:24} {caption}  {_shown(text)}  [{where}]")
            if path in doubts:
                doubt = doubts.pop(path)
                lines.append(f"    ! 存疑 {doubt['confidence']:.2f}：{doubt['why']}")
        lines += [
            f"  其他栏目 {cell['caption']}  {_shown(cell['value'])}  [第 {cell['page']} 页 {cell['bbox']}]"
            for cell in form["other"]
        ]
        lines += [f"  ! 存疑 {path}：{doubt['why']}" for path, doubt in doubts.items()]
    lines += [
        f"第 {one['page']} 页起不是自评表，未读取：{KINDS[one['kind']][0]}“{one['title']}”"
        for one in value["skipped"]
    ]
    return "\n".join(lines) + "\n"


def _values(form: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    yield from ((field.path, field.zh, form[field.name]) for field in HEADER)
    yield "profile", "表式", _profile(form)
    for block, of in ROWS.items():
        for at, row in enumerate(form[block]):
            yield from ((f"{block}/{at}/{field.name}", field.zh, row[field.name]) for field in of)
    yield from ((field.path, field.zh, form["total"][field.name]) for field in TOTAL)


def _profile(form: dict[str, Any]) -> str:
    """The profile that the form will be judged by, and why."""
    head = (form[name] for name in ("authority", "unit", "year"))
    labels = tuple(row["label"] for row in form["funds"])
    found = recognition(Shown(form["profile"], form["title"], labels, *head))
    return f"{found.profile.id if found.profile else '未识别'}（{found.why}）"


def _shown(text: Any) -> str:
    return "（无此栏）" if text is None else "（空）" if text == "" else str(text)
