"""Is a target a target, and are target and result the same kind of thing? (family targets)"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from selfeval.core.folding import fold
from selfeval.core.numbers import parse_number
from selfeval.core.quantities import Quantity, parse_quantity
from selfeval.expectations.rules.base import FormRule, IndicatorRule
from selfeval.expectations.text import bare, indicator_name, is_blank
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import FormView, IndicatorRow, brief

NO_TARGET = not_applicable("没有填指标值")
NO_RATE = not_applicable("名称不是比率")
NO_CAPPED_RATE = not_applicable("名称不是不可能超过100%的比率")
NO_QUANTITY = undecidable("指标值不是单纯数值")

#: Units that count the same thing.
_SAME_UNITS = ({"人", "人次", "名", "人数", "位"}, {"个", "项", "处", "座", "家", "件", "套", "台", "只", "头", "份"}, {"次", "场", "场次", "期", "批次", "批"},
               {"户", "户数", "户次"}, {"天", "日", "工作日"}, {"‰", "%"}, {"村", "个村", "个"}, {"平方米", "平米", "㎡"}, {"立方米", "方"}, {"元", "元/人", "元/年"})  # fmt: skip
#: Rates that cannot be above 100%.
_CAPPED = re.compile(
    r"(?:覆盖|合格|满意|及时|准确|优良|达标|知晓|通过|成活|普及|入学|巩固|到位|规范|正确|公开|保障|惠及|签约|接种|兑现|足额发放)(?:率|度)$"
)
_RATE = re.compile(r"(?:率|满意度|知晓度|认知度|覆盖度|比例|占比)$")


def _pair(record: IndicatorRow) -> tuple[Quantity | None, Quantity | None] | Decision:
    if is_blank(record.target) and is_blank(record.actual):
        return NO_TARGET
    if doubt := record.doubt("target", "actual"):
        return undecidable(f"指标值读取存疑，请核对 {doubt}")
    return parse_quantity(record.target), parse_quantity(record.actual)


class UnitMismatch(IndicatorRule):
    """Target and result are measured in the same unit."""

    id = "unit-mismatch"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        pair = _pair(record)
        if isinstance(pair, Decision):
            return pair
        target, actual = pair
        if target is None or actual is None:
            return NO_QUANTITY
        one, other = target.unit, actual.unit
        if one == other:
            return PASS
        if not one or not other:
            return undecidable("一方没有单位，可能另有单位栏")
        if (
            any(one in units and other in units for units in _SAME_UNITS)
            or one in other
            or other in one
        ):
            return PASS
        message = f"{record.name}年度指标值为{record.target}，实际完成值为{record.actual}，计量单位不一致，请统一。"
        return failed(
            message, one, other, cells=(f"{subject}/actual",), values=(record.target, record.actual)
        )


class RateNameVsCount(IndicatorRule):
    """An indicator called a rate has a rate for its target, not a count."""

    id = "rate-name-vs-count"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        if not _RATE.search(indicator_name(record.level3)):
            return NO_RATE
        pair = _pair(record)
        if isinstance(pair, Decision):
            return pair
        target = pair[0] or pair[1]
        if target is None:
            return NO_QUANTITY
        if target.unit in ("", "%", "‰", "分", "倍"):
            return PASS
        message = f"{record.name}名称为比率，而指标值为{record.target or record.actual}，是数量不是比率，请改正名称或指标值。"
        return failed(
            message,
            "%",
            record.target or record.actual,
            cells=(f"{subject}/target",),
            values=(record.level3, record.target),
        )


class PercentOutOfRange(IndicatorRule):
    """A share of a whole is from 0 to 100%. Growth, completion and execution may exceed it and are left alone."""

    id = "percent-out-of-range"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        if not _CAPPED.search(indicator_name(record.level3)):
            return NO_CAPPED_RATE
        pair = _pair(record)
        if isinstance(pair, Decision):
            return pair
        known = [
            (name, one)
            for name, one in zip(("target", "actual"), pair, strict=True)
            if one is not None and one.unit == "%"
        ]
        if not known:
            return undecidable("指标值和完成值不是百分数")
        for name, one in known:
            if one.value > 100 or one.value < 0:
                text = getattr(record, name)
                message = f"{record.name}填为{text}，比率不可能超出0至100%，请核实。"
                return failed(
                    message, "0至100%", text, cells=(f"{subject}/{name}",), values=(text,)
                )
        return PASS


class RateTrivialTarget(IndicatorRule):
    """A target can be missed and can be met: not ≥0, not >100%."""

    id = "rate-trivial-target"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        pair = _pair(record)
        if isinstance(pair, Decision):
            return pair
        target = pair[0]
        if target is None:
            return NO_QUANTITY
        trivial = target.comparator == "≥" and target.value <= 0
        impossible = (
            target.comparator == ">"
            and target.unit == "%"
            and target.value >= 100
            and _CAPPED.search(indicator_name(record.level3)) is not None
        )
        if not trivial and not impossible:
            return PASS
        what = "任何结果都能达到" if trivial else "不可能达到"
        message = f"{record.name}年度指标值为{record.target}，{what}，起不到约束作用，请合理设定。"
        return failed(
            message,
            "可考核的指标值",
            record.target,
            cells=(f"{subject}/target",),
            values=(record.target,),
        )


_QUESTION = re.compile(r"^是否|[?？]$")
_DONE = re.compile(r"^(?:已完成|已经完成|完成情况良好|已达成|已实现)[。.]?$")


class TargetIsNotATarget(IndicatorRule):
    """A target says what is to be reached: it is no question, no "done", not the indicator's name and not the project's money."""

    id = "target-is-not-a-target"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        if is_blank(record.target):
            return NO_TARGET
        if doubt := record.doubt("target"):
            return undecidable(f"年度指标值读取存疑，请核对 {doubt}")
        target = (record.target or "").strip()
        if _QUESTION.search(target):
            what = "是一个问句"
        elif _DONE.search(target):
            what = "是完成情况而不是目标"
        elif len(bare(target)) >= 4 and bare(target) == indicator_name(record.level3):
            what = "照抄指标名称"
        elif self._is_project_money(record):
            what = "是项目资金数，不是工作目标"
        else:
            return PASS
        message = (
            f"{record.name}的年度指标值“{brief(target, 30)}”{what}，无法考核，请改填可衡量的目标。"
        )
        return failed(
            message,
            "可衡量的目标",
            brief(target, 40),
            cells=(f"{subject}/target",),
            values=(record.target, record.level3),
        )

    def _is_project_money(self, record: IndicatorRow) -> bool:
        """Whether an indicator of output counts the project's own budget. Cost indicators may."""
        name, number, total = (
            indicator_name(record.level3),
            parse_number(fold(record.target or "")),
            record.form.total_fund,
        )
        if (
            number is None
            or total is None
            or "数量" not in (record.level2 or "")
            or not re.search("资金|金额|经费|预算", name)
        ):
            return False
        amount = number.to_amount(record.form.amount_unit)
        budget = total.read("budget").number
        return (
            amount is not None
            and budget is not None
            and bool(amount.value)
            and amount.value == budget.value
        )


class ValueColumnsHoldScores(FormRule):
    """The columns of targets and results hold targets and results, not weights and scores."""

    id = "value-columns-hold-scores"
    _ROWS = 4
    subjects = ("indicators",)

    def judge(self, record: FormView, subject: str) -> Decision:
        if record.doubts and (why := record.doubt_within("indicators")):
            return undecidable(f"绩效指标读取存疑，请核对 {why}")
        if first := self._points_by_sum(record):
            message = f"各项指标的年度指标值与实际完成值均为同一组数且合计为100（如{first.name}填为{first.target}、{first.actual}），疑将分值和得分填入指标值栏，请改填指标值和完成值。"
            cells = (f"{first.subject}/target",)
            printed = tuple(row.target for row in record.filled)
            return failed(message, "指标值", first.target, cells=cells, values=printed)
        rows = [
            row
            for row in record.filled
            if not is_blank(row.target) and row.read("weight").number is not None
        ]
        if len(rows) < self._ROWS:
            return not_applicable("填有指标值和分值的指标不足4项")
        same = [row for row in rows if self._same(row)]
        if len(same) < len(rows) * Decimal("0.8") or len({row.weight for row in same}) < 2:
            return PASS
        message = f"{len(same)}项指标的年度指标值与分值相同（如{same[0].name}均为{same[0].weight}），疑将分值填入指标值栏，请改填指标值和完成值。"
        return failed(
            message,
            "指标值",
            same[0].target,
            cells=(f"{same[0].subject}/target",),
            values=tuple(row.target for row in same),
        )

    def _points_by_sum(self, record: FormView) -> IndicatorRow | None:
        """The first row, where targets and results are the same bare numbers in every row and come to 100."""
        rows = [row for row in record.filled if not is_blank(row.target)]
        numbers = [parse_number(row.target) for row in rows]
        known = [
            one.value for one in numbers if one is not None and not one.is_percent and not one.unit
        ]
        equal = all(bare(row.target) == bare(row.actual) for row in rows)
        told = len(rows) >= self._ROWS and equal and len(known) == len(rows)
        return rows[0] if told and sum(known) == 100 and len(set(known)) > 1 else None

    def _same(self, row: IndicatorRow) -> bool:
        target, weight = parse_number(row.target), row.read("weight").number
        return (
            target is not None
            and not target.is_percent
            and weight is not None
            and target.value == weight.value
        )


class TargetRepeated(IndicatorRule):
    """Different indicators have different qualitative targets. Told on the first row of those that share one."""

    id = "target-repeated"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        text = bare(record.target)
        if len(text) < 8 or parse_quantity(record.target) is not None:
            return not_applicable("没有填文字目标，或目标文字过短")
        if doubt := record.doubt("target"):
            return undecidable(f"年度指标值读取存疑，请核对 {doubt}")
        same: Iterable[IndicatorRow] = [
            row for row in record.form.filled if bare(row.target) == text
        ]
        names = {indicator_name(row.level3) for row in same}
        if len(names) < 3:
            return PASS
        if next(iter(same)) is not record:
            return not_applicable("已在首项指标处说明")
        message = f"{len(names)}项指标（自{record.name}起）的年度指标值均为“{brief(record.target, 30)}”，没有区分，请分别设定。"
        return failed(
            message,
            "分别设定",
            f"{len(names)}项相同",
            cells=(f"{subject}/target",),
            values=(record.target, str(len(names))),
        )
