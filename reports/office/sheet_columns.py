"""The sheets of the workbook and their columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from selfeval.core.fields import FUNDS, INDICATORS, TASKS, TOTAL, Field, section
from selfeval.core.severities import SEVERITIES
from selfeval.reports import labels
from selfeval.reports.i18n import N_

MONEY, POINTS, COUNT, RATE = "#,##0.00####", "0.00##", "0", "0.00%"


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of a sheet: where it comes from, what it is called, how wide (characters) and how numbers are shown."""

    key: str
    label: str
    width: int = 12
    number_format: str = ""
    link: bool = False
    wrap: bool = False
    is_value: bool = False  # the number of a field whose text has a column of its own


#: Characters that a column is wide, where what it holds is longer or shorter than most.
_WIDTHS = {"title": 24, "project_name": 34, "authority": 28, "unit": 28, "label": 24, "level3": 30, "target": 22, "actual": 22,
           "explanation": 40}  # fmt: skip


def _printed(fields: Iterable[Field], width: int = 14) -> list[SheetColumn]:
    return [
        SheetColumn(
            field.column, field.zh, _WIDTHS.get(field.name, 12 if field.is_number else width)
        )
        for field in fields
    ]


def _numbers(fields: Iterable[Field]) -> list[SheetColumn]:
    """Amounts and points again, as numbers that Excel can add up."""
    return [
        SheetColumn(
            f"{field.column}_value",
            field.zh,
            15,
            MONEY if field.kind == "amount" else POINTS,
            is_value=True,
        )
        for field in fields
        if field.kind in ("amount", "points")
    ]


#: Sheets that are there only where there is something in them.
SELDOM = ("tasks", "other", "doubts", "refused", "units")
_PLACE = (SheetColumn("document", N_("文件"), 28), SheetColumn("form", N_("表序"), 6, COUNT))
_LINE = (*_PLACE, SheetColumn("position", N_("行"), 5, COUNT))
_UNIT = SheetColumn("amount_unit", N_("金额单位"), 9)
SHEETS: tuple[tuple[str, str, tuple[SheetColumn, ...]], ...] = (
    (
        "findings",
        N_("审核发现"),
        (
            SheetColumn("finding_id", N_("编号"), 22, link=True),
            *_PLACE,
            SheetColumn("unit", N_("实施单位"), 26),
            SheetColumn("project_name", N_("项目名称"), 30),
            SheetColumn("severity", N_("严重程度"), 9),
            SheetColumn("title", N_("规则"), 26),
            SheetColumn("subject", N_("位置"), 18),
            SheetColumn("message", N_("问题说明"), 60, wrap=True),
            SheetColumn("actual", N_("表中填报"), 18),
            SheetColumn("expected", N_("应为"), 18),
            SheetColumn("page", N_("页"), 6, COUNT),
            SheetColumn("status", N_("状态"), 11),
            SheetColumn("waived_why", N_("处理意见"), 36, wrap=True),
            SheetColumn("waived_who", N_("处理人"), 12),
            SheetColumn("waived_when", N_("处理时间"), 16),
            SheetColumn("waived_until", N_("有效至"), 11),
            SheetColumn("waived_void", N_("失效原因"), 24),
        ),
    ),
    (
        "forms",
        N_("自评表"),
        (
            *_PLACE,
            *_printed(section("head")),
            *_printed(field for field in TOTAL if field.name != "label"),
            *_printed(section("goals"), 50),
            *_printed(section("conclusions"), 40),
            *_numbers(TOTAL),
        ),
    ),
    ("funds", N_("项目资金"), (*_LINE, *_printed(FUNDS), _UNIT, *_numbers(FUNDS))),
    ("indicators", N_("绩效指标"), (*_LINE, *_printed(INDICATORS), *_numbers(INDICATORS))),
    ("tasks", N_("任务与子项目"), (*_LINE, *_printed(TASKS, 30), _UNIT, *_numbers(TASKS))),
    (
        "other",
        N_("其他栏目"),
        (
            *_LINE,
            SheetColumn("caption", N_("栏目"), 30),
            SheetColumn("value", N_("内容"), 50),
            SheetColumn("page", N_("页"), 6, COUNT),
        ),
    ),
    (
        "doubts",
        N_("识读存疑"),
        (
            *_PLACE,
            SheetColumn("unit", N_("实施单位"), 26),
            SheetColumn("project_name", N_("项目名称"), 30),
            SheetColumn("where", N_("位置"), 30, link=True),
            SheetColumn("text", N_("内容"), 30),
            SheetColumn("doubt", N_("存疑原因"), 60, wrap=True),
            SheetColumn("confidence", N_("把握"), 8, RATE),
            SheetColumn("page", N_("页"), 6, COUNT),
        ),
    ),
    (
        "refused",
        N_("未能读取"),
        (
            SheetColumn("document", N_("文件"), 40, link=True),
            SheetColumn("reason_message", N_("原因"), 60, wrap=True),
            SheetColumn("reason_hint", N_("处理办法"), 60, wrap=True),
            SheetColumn("reason_code", N_("原因代码"), 22),
        ),
    ),
    (
        "units",
        N_("单位汇总"),
        (
            SheetColumn("unit", N_("实施单位"), 34),
            SheetColumn("authority", N_("主管部门"), 28),
            SheetColumn("forms", N_("自评表"), 9, COUNT),
            *(SheetColumn(one, labels.SEVERITY[one], 9, COUNT) for one in SEVERITIES),
            SheetColumn("budget", N_("全年预算（元）"), 20, MONEY),
            SheetColumn("executed", N_("全年执行（元）"), 20, MONEY),
            SheetColumn("rate", N_("执行率"), 10, RATE),
        ),
    ),
)
