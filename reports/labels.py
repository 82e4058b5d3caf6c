"""What fields, severities and verdicts are called on the form and in an audit paper, and how a PATH is said in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from gettext import NullTranslations

from selfeval.reports.i18n import N_

HEADER = {
    "title": N_("表名"),
    "year": N_("年度"),
    "project_name": N_("项目名称"),
    "authority": N_("主管部门"),
    "unit": N_("实施单位"),
    "leader": N_("项目负责人"),
    "phone": N_("联系电话"),
    "amount_unit": N_("金额单位"),
}
GOALS = {"goal_expected": N_("预期目标"), "goal_actual": N_("实际完成情况")}
FUNDS = {
    "label": N_("资金来源"),
    "initial": N_("年初预算数"),
    "budget": N_("全年预算数"),
    "executed": N_("全年执行数"),
    "weight": N_("分值"),
    "rate": N_("执行率"),
    "score": N_("得分"),
}
INDICATORS = {
    "level1": N_("一级指标"),
    "level2": N_("二级指标"),
    "level3": N_("三级指标"),
    "target": N_("年度指标值"),
    "actual": N_("实际完成值"),
    "weight": N_("分值"),
    "score": N_("得分"),
    "explanation": N_("偏差原因分析及改进措施"),
}
TOTAL = {
    "label": N_("总分栏"),
    "weight": N_("总分值"),
    "score": N_("总得分"),
    "explanation": N_("说明"),
}
SEVERITY = {"error": N_("错误"), "warning": N_("警告"), "information": N_("提示")}
VERDICT = {
    "pass": N_("通过"),
    "fail": N_("不符"),
    "not-applicable": N_("不适用"),
    "undecidable": N_("未能判定"),
}
FAMILIES = {
    "structure": N_("结构与完整性"),
    "scores": N_("分值与得分"),
    "funds": N_("预算执行"),
    "explanations": N_("偏差说明"),
    "targets": N_("指标逻辑"),
    "costs": N_("成本与资金"),
    "portfolio": N_("跨表比对"),
    "conclusions": N_("评价结论"),
    "": N_("其他"),
}
STATUS = {"ok": N_("已审核"), "rejected": N_("未能读取")}

_ROW = re.compile(r"(funds|indicators)/(\d+)(?:/(\w+))?$")


def say_path(path: str, names: Callable[[str, int], str], catalogue: NullTranslations) -> str:
    """Given a PATH and a way to look up the printed name of row `n` of a block, say it in words: 绩效指标第 7 行“云服务中断次数”·得分."""
    _ = catalogue.gettext
    if match := _ROW.match(path):
        block, index, column = match[1], int(match[2]), match[3]
        columns: Mapping[str, str] = FUNDS if block == "funds" else INDICATORS
        where = _("资金情况第 %(row)d 行") if block == "funds" else _("绩效指标第 %(row)d 行")
        text = where % {"row": index + 1}
        if name := names(block, index):
            text += f"“{name}”"
        return f"{text}·{_(columns[column])}" if column in columns else text
    if path in ("form", ""):
        return _("整张表")
    if path == "funds":
        return _("资金情况")
    if path == "total":
        return _("总分")
    block, _slash, column = path.partition("/")
    if block == "funds" and column in FUNDS:
        return f"{_('资金情况')}·{_(FUNDS[column])}"
    if block == "total" and column in TOTAL:
        return _(TOTAL[column])
    known = {**HEADER, **GOALS}
    return _(known[path]) if path in known else path
