"""Is a target a target, and are target and result the same kind of thing? (family targets)"""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np

from selfeval.core.folding import fold
from selfeval.core.numbers import parse_number
from selfeval.expectations.answers import Answer
from selfeval.expectations.columns import above, below, nonzero
from selfeval.expectations.rules.base import FormRule, IndicatorRule
from selfeval.expectations.rules.common import quantities
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


def _readable(answer: Answer) -> Answer:
    """Leaves the rows with a target or a result that are not in doubt."""
    rows = answer.rows
    answer.when(rows.blank("target") & rows.blank("actual"), NO_TARGET)
    return answer.doubted("指标值读取存疑，请核对 {}", "target", "actual")


class UnitMismatch(IndicatorRule):
    """Target and result are measured in the same unit."""

    id = "unit-mismatch"

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows
        target, actual = quantities(rows, "target"), quantities(rows, "actual")

        def told(at: int) -> Decision:
            row, one, other = rows[at], target.unit[at], actual.unit[at]
            if one in other or other in one or any({one, other} <= units for units in _SAME_UNITS):
                return PASS
            message = f"{row.name}年度指标值为{row.target}，实际完成值为{row.actual}，计量单位不一致，请统一。"
            cells, values = (f"{row.subject}/actual",), (row.target, row.actual)
            return failed(message, one, other, cells=cells, values=values)

        _readable(answer).when(~target.known | ~actual.known, NO_QUANTITY)
        differ = target.unit != actual.unit
        without = differ & ((target.unit == "") | (actual.unit == ""))
        answer.when(without, undecidable("一方没有单位，可能另有单位栏")).fails(told, differ)


class RateNameVsCount(IndicatorRule):
    """An indicator called a rate has a rate for its target, not a count."""

    id = "rate-name-vs-count"

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows
        target, actual = quantities(rows, "target"), quantities(rows, "actual")

        def told(at: int) -> Decision:
            row, printed = rows[at], rows[at].target or rows[at].actual
            message = (
                f"{row.name}名称为比率，而指标值为{printed}，是数量不是比率，请改正名称或指标值。"
            )
            cells, values = (f"{row.subject}/target",), (row.level3, row.target)
            return failed(message, "%", printed, cells=cells, values=values)

        answer.when(~rows.fact(_is_rate, "level3", kind=bool), NO_RATE)
        _readable(answer).when(~target.known & ~actual.known, NO_QUANTITY)
        unit = np.where(target.known, target.unit, actual.unit)
        answer.fails(told, ~np.isin(unit.astype(str), ("", "%", "‰", "分", "倍")))


class PercentOutOfRange(IndicatorRule):
    """A share of a whole is from 0 to 100%. Growth, completion and execution may exceed it and are left alone."""

    id = "percent-out-of-range"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, names = answer.rows, ("target", "actual")
        share = {name: quantities(rows, name).unit == "%" for name in names}
        odd = {name: above(quantities(rows, name).value, 100, one) | below(quantities(rows, name).value, 0, one)
               for name, one in share.items()}  # fmt: skip

        def told(at: int) -> Decision:
            row, name = rows[at], next(name for name in names if odd[name][at])
            text = getattr(row, name)
            message = f"{row.name}填为{text}，比率不可能超出0至100%，请核实。"
            cells = (f"{row.subject}/{name}",)
            return failed(message, "0至100%", text, cells=cells, values=(text,))

        answer.when(~rows.fact(_is_capped, "level3", kind=bool), NO_CAPPED_RATE)
        unknown = ~share["target"] & ~share["actual"]
        _readable(answer).when(unknown, undecidable("指标值和完成值不是百分数"))
        answer.fails(told, odd["target"] | odd["actual"])


def _is_rate(level3: str | None) -> bool:
    return _RATE.search(indicator_name(level3)) is not None


def _is_capped(level3: str | None) -> bool:
    return _CAPPED.search(indicator_name(level3)) is not None


class RateTrivialTarget(IndicatorRule):
    """A target can be missed and can be met: not ≥0, not >100%."""

    id = "rate-trivial-target"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, target = answer.rows, quantities(answer.rows, "target")
        trivial = (target.comparator == "≥") & ~above(target.value, 0)
        beyond = (target.comparator == ">") & ~below(target.value, 100, target.known)
        capped = rows.fact(_is_capped, "level3", kind=bool)
        impossible = beyond & (target.unit == "%") & capped

        def told(at: int) -> Decision:
            row, what = rows[at], "任何结果都能达到" if trivial[at] else "不可能达到"
            message = f"{row.name}年度指标值为{row.target}，{what}，起不到约束作用，请合理设定。"
            cells, values = (f"{row.subject}/target",), (row.target,)
            return failed(message, "可考核的指标值", row.target, cells=cells, values=values)

        _readable(answer).when(~target.known, NO_QUANTITY).fails(told, trivial | impossible)


_QUESTION = re.compile(r"^是否|[?？]$")
_DONE = re.compile(r"^(?:已完成|已经完成|完成情况良好|已达成|已实现)[。.]?$")


class TargetIsNotATarget(IndicatorRule):
    """A target says what is to be reached: it is no question, no "done", not the indicator's name and not the project's money."""

    id = "target-is-not-a-target"

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows
        answer.when(rows.blank("target"), NO_TARGET)
        answer.doubted("年度指标值读取存疑，请核对 {}", "target")
        # an indicator of output that counts the project's own budget; cost indicators may
        money = rows.fact(_counts_money, "level2", "level3", kind=bool) & answer.left
        money[money] = [_is_project_money(rows[at]) for at in np.flatnonzero(money).tolist()]
        fault = rows.fact(_fault, "target", "level3")

        def told(at: int) -> Decision:
            row, what = rows[at], fault[at] or "是项目资金数，不是工作目标"
            target = row.target.strip()
            message = (
                f"{row.name}的年度指标值“{brief(target, 30)}”{what}，无法考核，请改填可衡量的目标。"
            )
            cells, values = (f"{row.subject}/target",), (row.target, row.level3)
            return failed(message, "可衡量的目标", brief(target, 40), cells=cells, values=values)

        answer.fails(told, nonzero(fault) | money)


def _counts_money(level2: str | None, level3: str | None) -> bool:
    words = re.search("资金|金额|经费|预算", indicator_name(level3))
    return "数量" in (level2 or "") and words is not None


def _is_project_money(record: IndicatorRow) -> bool:
    """Whether the target is the project's own budget."""
    number, total = parse_number(fold(record.target or "")), record.form.total_fund
    if number is None or total is None:
        return False
    amount, budget = number.to_amount(record.form.amount_unit), total.read("budget").number
    known = amount is not None and budget is not None and bool(amount.value)
    return known and amount.value == budget.value  # type: ignore[union-attr]


def _fault(text: str | None, level3: str | None) -> str:
    """What a target is instead of one, by its own words; "" for nothing."""
    target = (text or "").strip()
    if _QUESTION.search(target):
        return "是一个问句"
    if _DONE.search(target):
        return "是完成情况而不是目标"
    copied = len(bare(target)) >= 4 and bare(target) == indicator_name(level3)
    return "照抄指标名称" if copied else ""


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
        cells, values = (f"{same[0].subject}/target",), tuple(row.target for row in same)
        return failed(message, "指标值", same[0].target, cells=cells, values=values)

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

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows
        told = rows.fact(_is_told, "target", kind=bool) & ~quantities(rows, "target").known
        answer.when(~told, not_applicable("没有填文字目标，或目标文字过短"))
        answer.doubted("年度指标值读取存疑，请核对 {}", "target")
        answer.when(~rows.repeated(bare, "target"), PASS)
        answer.when(answer.left, lambda at: self._judge(rows[at]))

    def _judge(self, record: IndicatorRow) -> Decision:
        same = [row for row in record.form.filled if bare(row.target) == bare(record.target)]
        names = {indicator_name(row.level3) for row in same}
        if len(names) < 3:
            return PASS
        if same[0] is not record:
            return not_applicable("已在首项指标处说明")
        message = f"{len(names)}项指标（自{record.name}起）的年度指标值均为“{brief(record.target, 30)}”，没有区分，请分别设定。"
        cells, values = (f"{record.subject}/target",), (record.target, str(len(names)))
        return failed(message, "分别设定", f"{len(names)}项相同", cells=cells, values=values)


def _is_told(target: str | None) -> bool:
    return len(bare(target)) >= 8
