"""The Extraction JSON told to a person: each value, where it stands on the page, and what is uncertain about it and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_HEAD = {
    "title": "标题", "year": "年度", "project_name": "项目名称", "authority": "主管部门", "unit": "实施单位", "leader": "负责人",
    "phone": "联系电话", "amount_unit": "金额单位", "goal_expected": "预期目标", "goal_actual": "实际完成情况", "profile": "表式",
}  # fmt: skip
_FUND = {
    "label": "资金",
    "initial": "年初预算",
    "budget": "全年预算",
    "executed": "全年执行",
    "weight": "分值",
    "rate": "执行率",
    "score": "得分",
}
_INDICATOR = {
    "level1": "一级指标", "level2": "二级指标", "level3": "三级指标", "target": "指标值", "actual": "实际完成值", "weight": "分值",
    "score": "得分", "explanation": "偏差原因",
}  # fmt: skip
_TOTAL = {"label": "总计", "weight": "分值", "score": "得分", "explanation": "说明"}


def explanation(value: dict[str, Any]) -> str:
    """Lines for one document of the Extraction JSON."""
    lines = [f"{value['document']}  {value['pages']} 页  sha256 {value['sha256'][:16]}"]
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
        lines += [f"  ! 存疑 {path}：{doubt['why']}" for path, doubt in doubts.items()]
    return "\n".join(lines) + "\n"


def _values(form: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    yield from ((name, caption, form[name]) for name, caption in _HEAD.items())
    for block, captions in (("funds", _FUND), ("indicators", _INDICATOR)):
        for at, row in enumerate(form[block]):
            yield from (
                (f"{block}/{at}/{name}", caption, row[name]) for name, caption in captions.items()
            )
    yield from ((f"total/{name}", caption, form["total"][name]) for name, caption in _TOTAL.items())


def _shown(text: Any) -> str:
    return "（无此栏）" if text is None else "（空）" if text == "" else str(text)
