"""Questions that many rules ask of an indicator: its points, its quantities, which way its target points."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np

from selfeval.core.folding import fold
from selfeval.core.quantities import CORE_COMPARATORS, Quantity, parse_quantity, scale_of
from selfeval.expectations.answers import Answer
from selfeval.expectations.arithmetic import ZERO, trouble
from selfeval.expectations.columns import (
    ABSENT,
    BLANK,
    Array,
    Columns,
    above,
    below,
    missing,
    nonzero,
    objects,
)
from selfeval.expectations.text import indicator_name, is_blank
from selfeval.expectations.verdicts import Decision, not_applicable, undecidable
from selfeval.expectations.view import FormView, IndicatorRow

NO_POINTS_COLUMN = not_applicable("本表没有分值栏或得分栏")
NO_POINTS = not_applicable("没有填分值和得分")
NOT_PAIRED = undecidable("分值与得分的合并单元格跨行不同，无法逐项比较")
NO_VALUES = not_applicable("没有填指标值和完成值")
PLACEHOLDER = not_applicable("模板空行")
NOT_QUANTITIES = undecidable("指标值与完成值不是同一单位的单纯数值，无法比较")


@dataclass(frozen=True, eq=False)
class Scored:
    """Scores and weights of rows. `unknown` says why where they are not both numbers of the same rows; elsewhere `score` and `weight` are,
    `lost` is whether the score is less, and `given` whether it is above 0."""

    unknown: Answer
    score: Array
    weight: Array
    lost: Array
    given: Array

    @cached_property
    def known(self) -> Array:
        return self.unknown.left

    def share(self, at: int) -> Decimal:
        """The share of its points that a row has."""
        weight: Decimal = self.weight[at]
        return self.score[at] / weight if weight else ZERO


def scored(rows: Columns) -> Scored:
    """The points of rows."""
    return rows.once(_scored)


def _scored(rows: Columns) -> Scored:
    score, weight = rows.numbers("score"), rows.numbers("weight")
    both = score.known & weight.known

    def unread(at: int) -> Decision:
        return trouble(rows[at], "weight" if score.known[at] else "score")

    unknown = Answer(rows).when(both & ~rows.paired, NOT_PAIRED)
    unknown.when((score.state == ABSENT) | (weight.state == ABSENT), NO_POINTS_COLUMN)
    unknown.when((score.state == BLANK) & (weight.state == BLANK), NO_POINTS)
    unknown.when(~both, unread)
    lost, given = below(score.value, weight.value, both), score.above(ZERO)
    return Scored(unknown, score.value, weight.value, lost, given)


@dataclass(frozen=True, eq=False)
class Quantities:
    """The texts of a column as plain quantities: the quantity or None, its parts, and whether the core rules read its comparator."""

    found: Array
    value: Array
    unit: Array
    comparator: Array
    core: Array

    @cached_property
    def known(self) -> Array:
        return ~missing(self.value)


def core_quantity(text: str | None) -> Quantity | None:
    """`text` as a plain quantity with one of the comparators that target-missed-full-score names."""
    quantity = parse_quantity(text)
    return quantity if quantity and fold(quantity.printed_comparator) in CORE_COMPARATORS else None


def quantities(rows: Columns, name: str) -> Quantities:
    """The column `name` as plain quantities."""
    return rows.once(_quantities, name)


def _quantities(rows: Columns, name: str) -> Quantities:
    found = rows.fact(parse_quantity, name)
    value, unit, comparator = (objects([getattr(one, part, None) for one in found])
                               for part in ("value", "unit", "comparator"))  # fmt: skip
    core = rows.fact(core_quantity, name)
    return Quantities(found, value, unit, comparator, ~missing(core))


@dataclass(frozen=True, eq=False)
class Pairs:
    """Targets and results of rows. `unknown` says why where they are not plain quantities of one unit; elsewhere `target` and `actual` are
    their exact values in that unit, `equal` and `more` say whether the result is as much or more, and `reached` whether the target is met in
    the direction in which it points: 1, 0, and -1 where that is not known. `way` is that direction: "≥", "≤" or None."""

    unknown: Answer
    target: Array
    actual: Array
    unit: Array
    equal: Array
    more: Array
    way: Array
    reached: Array

    @cached_property
    def known(self) -> Array:
        return self.unknown.left

    def completion(self, at: int) -> Decimal:
        """How much of the target of a row that `tells` is reached: actual/target for floors, target/actual for ceilings."""
        one, other = self.actual[at], self.target[at]
        found: Decimal = one / other if self.way[at] == "≥" else other / one
        return found

    @cached_property
    def tells(self) -> Array:
        """The rows that say how much of the target is reached."""
        floors: Array = (self.way == "≥") & above(self.target, ZERO, self.known)
        floors |= (self.way == "≤") & above(self.actual, ZERO, self.known)
        return floors

    @cached_property
    def complete(self) -> Array:
        """The rows of those whose target is reached, be it to be exceeded or not."""
        found: Array = self.tells & (self.equal | (self.more == (self.way == "≥")))
        return found


def pairs(rows: Columns) -> Pairs:
    """The targets and results of indicators as quantities."""
    return rows.once(_pairs)


def _pairs(rows: Columns) -> Pairs:
    target, actual = quantities(rows, "target"), quantities(rows, "actual")
    unknown = Answer(rows).doubted("指标值读取存疑，请核对 {}", "target", "actual")
    unknown.when(rows.blank("target") & rows.blank("actual"), NO_VALUES)
    both = target.known & actual.known
    # a result without a unit is in that of the target where units have a column of their own
    scaled = (
        both & (target.unit != actual.unit) & (actual.unit == "") & rows.by_form(_unit_column, bool)
    )
    values = actual.value.copy()
    for at in np.flatnonzero(scaled).tolist():
        values[at] *= scale_of(rows[at].target)
    unknown.when(~both | ((target.unit != actual.unit) & ~scaled), NOT_QUANTITIES)
    both, way = unknown.left, ways(rows)
    equal, more = np.zeros(len(rows), dtype=bool), below(target.value, values, both)
    equal[both] = target.value[both] == values[both]
    told = (target.comparator[both], target.value[both], values[both], way[both])
    reached = np.full(len(rows), -1, dtype=np.int8)
    reached[both] = [-1 if one is None else one for one in map(met, *told)]
    return Pairs(unknown, target.value, values, target.unit, equal, more, way, reached)


def _unit_column(form: FormView) -> bool:
    return form.unit_column


# Names of what should stay small, and what turns them round again (RULES.md).
_CEILING = re.compile(
    r"控制|投诉|事故|差错|超标|超支|调整率|结转|结余|变动率|成本|投资|费用|噪声|中断|故障|失误|违规|违纪|逾期|流失|死亡|发病|时限|时长|天数"
)
# What is to be avoided at all: less of it is no saving.
AVOIDED = re.compile(
    r"投诉|事故|差错|超标|超支|调整|中断|故障|失误|违规|违纪|逾期|流失|死亡|发病|噪声|结转|结余"
)
_TURNED = re.compile(r"下降|降低|减少")


def direction(target: Quantity, level2: str | None, level3: str | None) -> str | None:
    """Which way a target points: "≥" more is better, "≤" less is better; None where a bare number does not tell (RULES.md)."""
    if target.comparator in ("≥", ">"):
        return "≥"
    if target.comparator in ("≤", "<") or not target.value:
        return "≤"
    floor = "≥" if target.comparator == "=" else None
    name, level2 = indicator_name(level3), level2 or ""
    if _CEILING.search(name) or "成本" in level2:
        return floor if _TURNED.search(name) else "≤"
    return "≥" if re.search("数量|质量|满意", level2) else floor


def ways(rows: Columns) -> Array:
    """Which way the targets of rows point, None where there is no number."""
    return rows.fact(_way, "target", "level2", "level3")


def _way(target: str | None, level2: str | None, level3: str | None) -> str | None:
    quantity = parse_quantity(target)
    return direction(quantity, level2, level3) if quantity is not None else None


def met(comparator: str, target: Decimal, actual: Decimal, way: str | None) -> bool | None:
    """Whether a target is met, in the direction in which it points; None where that is not known and the numbers differ."""
    if target == actual:
        return comparator not in (">", "<")
    return None if way is None else (actual > target) == (way == "≥")


def _is_ambiguous(level2: str | None, level3: str | None) -> bool:
    only = "控制" in (level3 or "") and not AVOIDED.search(level3 or "")
    return only and bool(re.search("数量|质量|效益", level2 or ""))


def ambiguous(rows: Columns) -> Array:
    """Whether a bare count is called 控制 and may be either: patients under control are to be many, costs under control few."""
    target = quantities(rows, "target")
    bare_count: Array = (target.comparator == "") & nonzero(target.value)
    return bare_count & rows.fact(_is_ambiguous, "level2", "level3", kind=bool)


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


def parts(rows: Columns) -> tuple[Array, Array]:
    """Which indicators are parts of a row above them, and which have a part right below them."""
    return rows.once(_parts)


def _parts(rows: Columns) -> tuple[Array, Array]:
    part, whole = np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
    for at in np.flatnonzero(rows.blank("weight") & rows.blank("score")).tolist():
        parent = parent_of(rows[at])
        part[at] = parent is not None
        whole[at - 1] |= part[at] and rows[at - 1] is parent
    return part, whole


def explained(rows: Columns) -> Array:
    """The rows with an explanation that says something: not blank and not a bare number such as 0."""
    return rows.fact(_says, "explanation", kind=bool)


def _says(text: str | None) -> bool:
    return not is_blank(text) and not (text or "").strip().replace(".", "").isdigit()
