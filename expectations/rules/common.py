"""Questions that many rules ask of an indicator: its points, its quantities, which way its target points."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from selfeval.core.quantities import Quantity, parse_quantity, scale_of
from selfeval.expectations.arithmetic import trouble
from selfeval.expectations.text import indicator_name, is_blank
from selfeval.expectations.verdicts import Decision, not_applicable, undecidable
from selfeval.expectations.view import CellState, FundRow, IndicatorRow

NO_POINTS_COLUMN = not_applicable("本表没有分值栏或得分栏")
NO_POINTS = not_applicable("没有填分值和得分")
NOT_PAIRED = undecidable("分值与得分的合并单元格跨行不同，无法逐项比较")
NO_VALUES = not_applicable("没有填指标值和完成值")
PLACEHOLDER = not_applicable("模板空行")
NOT_QUANTITIES = undecidable("指标值与完成值不是同一单位的单纯数值，无法比较")


class Points(NamedTuple):
    """Score and weight as numbers and as printed."""

    score: Decimal
    weight: Decimal
    score_text: str | None
    weight_text: str | None

    @property
    def share(self) -> Decimal:
        return self.score / self.weight if self.weight else Decimal(0)

    @property
    def lost(self) -> bool:
        return self.score < self.weight


def points(record: IndicatorRow | FundRow) -> Points | Decision:
    """Score and weight of a row; not-applicable where a column is absent or both are blank, undecidable where one is no number."""
    known = record.memo.get("points")
    if known is None:
        known = record.memo["points"] = _points(record)
    return known


def _points(record: IndicatorRow | FundRow) -> Points | Decision:
    score, weight = record.read("score"), record.read("weight")
    if score.number is not None and weight.number is not None:
        if not record.paired:
            return NOT_PAIRED
        return Points(score.value, weight.value, score.text, weight.text)
    if score.state is CellState.ABSENT or weight.state is CellState.ABSENT:
        return NO_POINTS_COLUMN
    if score.state is CellState.BLANK and weight.state is CellState.BLANK:
        return NO_POINTS
    name, reading = ("score", score) if score.number is None else ("weight", weight)
    return undecidable(trouble(record, name, reading))


def quantities(record: IndicatorRow) -> tuple[Quantity, Quantity] | Decision:
    """Target and actual as plain quantities of the same unit; undecidable where they are none."""
    known = record.memo.get("quantities")
    if known is None:
        known = record.memo["quantities"] = _quantities(record)
    return known


def _quantities(record: IndicatorRow) -> tuple[Quantity, Quantity] | Decision:
    if doubt := record.doubt("target", "actual"):
        return undecidable(f"指标值读取存疑，请核对 {doubt}")
    if is_blank(record.target) and is_blank(record.actual):
        return NO_VALUES
    return comparable(record, parse_quantity(record.target), parse_quantity(record.actual))


def comparable(
    record: IndicatorRow, target: Quantity | None, actual: Quantity | None
) -> tuple[Quantity, Quantity] | Decision:
    """Both where they are quantities of one unit. A result without one is in that of the target where units have a column of their own."""
    if target is None or actual is None:
        return NOT_QUANTITIES
    if target.unit != actual.unit and record.form.unit_column and not actual.unit:
        factor = scale_of(record.target)
        actual = replace(
            actual, value=actual.value * factor, half=actual.half * factor, unit=target.unit
        )
    return (target, actual) if target.unit == actual.unit else NOT_QUANTITIES


# Names of what should stay small, and what turns them round again (RULES.md).
_CEILING = re.compile(
    r"控制|投诉|事故|差错|超标|超支|调整率|结转|结余|变动率|成本|投资|费用|噪声|中断|故障|失误|违规|违纪|逾期|流失|死亡|发病|时限|时长|天数"
)
# What is to be avoided at all: less of it is no saving.
AVOIDED = re.compile(
    r"投诉|事故|差错|超标|超支|调整|中断|故障|失误|违规|违纪|逾期|流失|死亡|发病|噪声|结转|结余"
)
_TURNED = re.compile(r"下降|降低|减少")


def direction(record: IndicatorRow, target: Quantity) -> str | None:
    """Which way the target points: "≥" more is better, "≤" less is better; None where a bare number does not tell (RULES.md)."""
    if target.comparator in ("≥", ">"):
        return "≥"
    if target.comparator in ("≤", "<"):
        return "≤"
    floor = "≥" if target.comparator == "=" else None
    if not target.value:
        return "≤"
    name, level2 = indicator_name(record.level3), record.level2 or ""
    if _CEILING.search(name):
        return floor if _TURNED.search(name) else "≤"
    if "成本" in level2:
        return floor if _TURNED.search(name) else "≤"
    return "≥" if re.search("数量|质量|满意", level2) else floor


def is_ambiguous(record: IndicatorRow, target: Quantity) -> bool:
    """Whether a bare count is called 控制 and may be either: patients under control are to be many, costs under control few."""
    counted = re.search("数量|质量|效益", record.level2 or "")
    only = "控制" in (record.level3 or "") and not AVOIDED.search(record.level3 or "")
    return not target.comparator and bool(target.value) and only and bool(counted)


def completion(record: IndicatorRow, target: Quantity, actual: Quantity) -> Decimal | None:
    """How much of the target is reached: actual/target for floors, target/actual for ceilings; None where it cannot be told."""
    way = direction(record, target)
    if way == "≥" and target.value > 0:
        return actual.value / target.value
    if way == "≤" and actual.value > 0:
        return target.value / actual.value
    return None


def met(record: IndicatorRow, target: Quantity, actual: Quantity) -> bool | None:
    """Whether the target is met, in the direction in which it points; None where that is not known and the numbers differ."""
    way = direction(record, target)
    if target.value == actual.value:
        return target.comparator not in (">", "<")
    if way is None:
        return None
    return actual.value > target.value if way == "≥" else actual.value < target.value


def parent_of(record: IndicatorRow) -> IndicatorRow | None:
    """The row whose points a row without points of its own is part of: the last row above it, under the same second level, that is
    marked ★ or has no target and no result of its own. None where a row has points, or nothing above it is such a row."""
    if record.is_placeholder or not (is_blank(record.weight) and is_blank(record.score)):
        return None
    for row in reversed(record.form.indicators[: record.position]):
        if (row.level1, row.level2) != (record.level1, record.level2):
            return None
        if not is_blank(row.weight):
            bare_row = is_blank(row.target) and is_blank(row.actual)
            marked = (row.level3 or "").lstrip().startswith(("★", "☆"))
            return row if bare_row or marked else None
    return None


def has_parts(record: IndicatorRow) -> bool:
    """Whether the row below is a part of this one."""
    below = record.form.indicators[record.position + 1 : record.position + 2]
    return bool(below) and parent_of(below[0]) is record


def explained(record: IndicatorRow) -> bool:
    """Whether the row has an explanation that says something: not blank and not a bare number such as 0."""
    text = record.explanation
    return not is_blank(text) and not (text or "").strip().replace(".", "").isdigit()
