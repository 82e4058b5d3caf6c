"""Questions that many rules ask of an indicator: its points, its quantities, which way its target points."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from selfeval.core.values import Quantity, parse_quantity
from selfeval.expectations.arithmetic import trouble
from selfeval.expectations.text import indicator_name, is_blank
from selfeval.expectations.verdicts import Decision, not_applicable, undecidable
from selfeval.expectations.view import FundRow, IndicatorRow, State

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
    if score.state is State.ABSENT or weight.state is State.ABSENT:
        return NO_POINTS_COLUMN
    if score.state is State.BLANK and weight.state is State.BLANK:
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
    target, actual = parse_quantity(record.target), parse_quantity(record.actual)
    if target is None or actual is None or target.unit != actual.unit:
        return NOT_QUANTITIES
    return target, actual


# What a number that should stay small is called, and what one that should grow is called.
_SMALL = re.compile(
    r"成本|单价|价格|费用|控制数|控制额|总投资|死亡|伤亡|事故|事件|投诉|中断|故障|失误|差错|流失|超标|变质|发病|返贫|违规|违纪|漏报|逾期|下降至|排放|能耗|污染"
)
_LARGE = re.compile(
    r"(?:率|数量|人数|人次|次数|个数|户数|面积|里程|场次|数|量|满意度|知晓度|认知度)$"
)


def direction(record: IndicatorRow, target: Quantity) -> str | None:
    """Which way the target points: "≥" more is better, "≤" less is better; None where a bare number does not tell.

    A printed comparator decides. Else the name and the second level: 成本, 事故, 投诉 are ceilings, counts and rates are floors."""
    if target.comparator in ("≥", ">"):
        return "≥"
    if target.comparator in ("≤", "<"):
        return "≤"
    name = indicator_name(record.level3)
    small = _SMALL.search(name) is not None or "成本" in (record.level2 or "")
    large = _LARGE.search(name) is not None or "满意" in (record.level2 or "")
    if small == large:
        return "≥" if not small and target.value and "数量" in (record.level2 or "") else None
    return "≤" if small else "≥" if target.value else None


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
    if target.comparator in ("≥", "≤", ">", "<"):
        return target.is_met_by(actual)
    if target.value == actual.value:
        return True
    way = direction(record, target)
    return (
        None
        if way is None
        else actual.value >= target.value
        if way == "≥"
        else actual.value <= target.value
    )


def explained(record: IndicatorRow) -> bool:
    """Whether the row has an explanation that says something: not blank and not a bare number such as 0."""
    text = record.explanation
    return not is_blank(text) and not (text or "").strip().replace(".", "").isdigit()
