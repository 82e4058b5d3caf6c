"""Cells of one form that contradict each other: targets of zero, shares of execution, two values in a cell, problems told (families
targets and conclusions)."""

from __future__ import annotations

import re
from decimal import Decimal

from selfeval.core.folding import fold
from selfeval.core.quantities import CORE_COMPARATORS, parse_quantity
from selfeval.expectations.arithmetic import percent, plain
from selfeval.expectations.readings import CAPTIONS
from selfeval.expectations.rules.base import FormRule, IndicatorRule
from selfeval.expectations.rules.common import NO_VALUES, direction, met, points, quantities
from selfeval.expectations.rules.funds import with_base
from selfeval.expectations.text import indicator_name, is_blank
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import FormView, IndicatorRow


class ZeroTargetExceeded(IndicatorRule):
    """Where nothing was to happen and something did, no points are given; full marks are the core rule's finding."""

    id = "zero-target-exceeded"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        found = points(record)
        if isinstance(found, Decision):
            return found
        values = quantities(record)
        if isinstance(values, Decision):
            return values
        target, actual = values
        if target.value or direction(record, target) != "≤":
            return not_applicable("指标值不是0")
        if actual.value <= 0 or found.score <= 0:
            return PASS
        if not found.lost:
            return not_applicable("满分的由target-missed-full-score核对")
        message = f"{record.name}年度指标值为{record.target}，完成值为{record.actual}，却得{found.score_text}分，请核实得分。"
        printed = (record.target, record.actual, found.score_text)
        cells = (f"{subject}/score", f"{subject}/actual")
        return failed(message, "0分", f"{found.score_text}分", cells=cells, values=printed)


class TargetMissedOtherSign(IndicatorRule):
    """A target with a sign that the core rule does not read (>=, 大于, 以下 ...) is missed and has full marks."""

    id = "target-missed-other-sign"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        found = points(record)
        if isinstance(found, Decision):
            return found
        values = quantities(record)
        if isinstance(values, Decision):
            return values
        if all(fold(one.printed_comparator) in CORE_COMPARATORS for one in values):
            return not_applicable("指标值的比较符号已由target-missed-full-score核对")
        if met(record, *values) is not False or found.lost:
            return PASS
        message = f"{record.name}年度指标值为{record.target}，完成值为{record.actual}，未达到指标值，却得满分{found.score_text}分，请核实得分。"
        printed = (record.target, record.actual, found.score_text)
        expected = f"低于{found.weight_text}分"
        cells = (f"{subject}/score",)
        return failed(message, expected, f"{found.score_text}分", cells=cells, values=printed)


class ExecutionIndicatorVsFunds(IndicatorRule):
    """An indicator of execution with full marks is not five points or more above the execution of the funds."""

    id = "execution-indicator-vs-funds"
    _POINTS = Decimal(5)
    _NAME = re.compile(
        r"(?:预算|资金|经费)[^率]{0,4}(?:执行|支出|支付|使用|拨付)[^率]{0,2}率|^(?:支出|支付|执行)(?:进度|率)"
    )

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        total = record.form.total_fund
        if total is None or not self._NAME.search(indicator_name(record.level3)):
            return not_applicable("不是预算执行率指标")
        found = points(record)
        if isinstance(found, Decision):
            return found
        if doubt := record.doubt("actual"):
            return undecidable(f"实际完成值读取存疑，请核对 {doubt}")
        actual, sums = parse_quantity(record.actual), with_base(total, "executed")
        if isinstance(sums, Decision):
            return sums
        if actual is None or actual.unit not in ("%", "") or not sums["budget"].value:
            return undecidable("完成值不是百分数，或预算数为0")
        ratio = sums["executed"].value / sums["budget"].value
        if found.lost or actual.value - ratio * 100 < self._POINTS:
            return PASS
        above = plain((actual.value - ratio * 100).quantize(Decimal("0.01")))
        message = f"{record.name}完成值为{record.actual}并得满分{found.score_text}分，而资金表的执行率为{percent(ratio)}，高出{above}个百分点，请核实。"
        printed = (record.actual, found.score_text, sums["executed"].text, sums["budget"].text)
        cells = (f"{subject}/actual",)
        return failed(message, percent(ratio), record.actual, cells=cells, values=printed)


_TWO = re.compile(
    r"\s*[≥≤><=]?[0-9][0-9,]*(?:\.[0-9]+)?%?(?:\s+|\s*[;；、]\s*)[≥≤><=]?[0-9][0-9,]*(?:\.[0-9]+)?%?\s*"
)


class TwoValuesInCell(IndicatorRule):
    """A cell of a target, a result or points holds one value."""

    id = "two-values-in-cell"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        names = ("target", "actual", "weight", "score")
        filled = [name for name in names if not is_blank(getattr(record, name))]
        if not filled:
            return NO_VALUES
        if doubt := record.doubt(*filled):
            return undecidable(f"单元格读取存疑，请核对 {doubt}")
        for name in filled:
            text = getattr(record, name)
            if _TWO.fullmatch(fold(text)):
                told = " ".join(text.split())
                message = f"{record.name}的{CAPTIONS[name]}一格内填有两个数“{told}”，请分行填报，每项指标一个数。"
                cells = (f"{subject}/{name}",)
                return failed(message, "一个数", told, cells=cells, values=(text,))
        return PASS


_PROBLEM = re.compile(
    r"(?<!无)(?:未(?:能)?(?:按[^，。；]{0,6})?(?:完成|达到|达标|实现|开展|实施)|没有(?:完成|达到|开展)|尚未(?!支付)|进[展度](?:缓慢|滞后)|完成率(?:较低|偏低|不高)|不到位|效果不[佳好])"
)


class FullScoreButProblems(FormRule):
    """A form that tells of things not done does not have all points."""

    id = "full-score-but-problems"
    subjects = ("total",)

    def judge(self, record: FormView, subject: str) -> Decision:
        score, weight = record.read_total("score"), record.read_total("weight")
        texts = [
            text for text in (record.goal_actual, record.total_explanation) if not is_blank(text)
        ]
        if not texts:
            return not_applicable("没有填实际完成情况和存在的问题")
        if record.doubts and (why := record.doubt("goal_actual") or record.doubt("total")):
            return undecidable(f"读取存疑：{why}")
        if score.number is None:
            return undecidable("没有可读的总分")
        full = weight.value if weight.number is not None else Decimal(100)
        if score.value < full:
            return PASS
        told = next((found[0] for text in texts if (found := _PROBLEM.search(text or ""))), None)
        if told is None:
            return PASS
        message = f"自评总分为满分{score.text}分，而文字中称“{told}”，得分与所述问题不符，请核实。"
        cells = ("total/score", "goal_actual")
        return failed(message, "低于满分", score.text, cells=cells, values=(score.text, *texts))
