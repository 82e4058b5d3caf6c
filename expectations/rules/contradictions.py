"""Cells of one form that contradict each other: targets of zero, shares of execution, two values in a cell, problems told (families
targets and conclusions)."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np

from selfeval.core.folding import fold
from selfeval.expectations.answers import Answer
from selfeval.expectations.arithmetic import ZERO, percent, plain
from selfeval.expectations.columns import above, nonzero
from selfeval.expectations.readings import CAPTIONS
from selfeval.expectations.rules.base import FormRule, IndicatorRule
from selfeval.expectations.rules.common import NO_VALUES, pairs, quantities, scored
from selfeval.expectations.rules.funds import of_total, texts
from selfeval.expectations.rules.targets import missed
from selfeval.expectations.text import indicator_name, is_blank
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import FormView


class ZeroTargetExceeded(IndicatorRule):
    """Where nothing was to happen and something did, no points are given; full marks are the core rule's finding."""

    id = "zero-target-exceeded"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, found, both = answer.rows, scored(answer.rows), pairs(answer.rows)

        def told(at: int) -> Decision:
            row = rows[at]
            message = f"{row.name}年度指标值为{row.target}，完成值为{row.actual}，却得{row.score}分，请核实得分。"
            cells = (f"{row.subject}/score", f"{row.subject}/actual")
            values = (row.target, row.actual, row.score)
            return failed(message, "0分", f"{row.score}分", cells=cells, values=values)

        answer.unless(found.unknown).unless(both.unknown)
        answer.when(nonzero(both.target) | (both.way != "≤"), not_applicable("指标值不是0"))
        answer.when(~above(both.actual, ZERO) | ~found.given, PASS)
        answer.when(~found.lost, not_applicable("满分的由target-missed-full-score核对")).fails(told)


class TargetMissedOtherSign(IndicatorRule):
    """A target with a sign that the core rule does not read (>=, 大于, 以下 ...) is missed and has full marks."""

    id = "target-missed-other-sign"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, found, both = answer.rows, scored(answer.rows), pairs(answer.rows)
        core = quantities(rows, "target").core & quantities(rows, "actual").core
        answer.unless(found.unknown).unless(both.unknown)
        answer.when(core, not_applicable("指标值的比较符号已由target-missed-full-score核对"))
        answer.fails(
            lambda at: missed(rows[at], "target", "actual", "score"),
            (both.reached == 0) & ~found.lost,
        )


class ExecutionIndicatorVsFunds(IndicatorRule):
    """An indicator of execution with full marks is not five points or more above the execution of the funds."""

    id = "execution-indicator-vs-funds"
    _POINTS = Decimal(5)
    _NAME = re.compile(
        r"(?:预算|资金|经费)[^率]{0,4}(?:执行|支出|支付|使用|拨付)[^率]{0,2}率|^(?:支出|支付|执行)(?:进度|率)"
    )

    def decide(self, answer: Answer, subject: str) -> None:
        rows, found = answer.rows, scored(answer.rows)
        named = rows.by_form(_funded, bool) & rows.fact(self._is_rate, "level3", kind=bool)
        answer.when(~named, not_applicable("不是预算执行率指标")).unless(found.unknown)
        answer.doubted("实际完成值读取存疑，请核对 {}", "actual")
        funds, of = of_total(answer, "base", "executed")
        budget, executed = (funds.numbers(name).value for name in ("base", "executed"))
        actual = quantities(rows, "actual")

        def told(at: int) -> Decision:
            row, fund = rows[at], of[at]
            if actual.unit[at] not in ("%", "") or not budget[fund]:
                return undecidable("完成值不是百分数，或预算数为0")
            ratio = executed[fund] / budget[fund]
            beyond = actual.value[at] - ratio * 100
            if found.lost[at] or beyond < self._POINTS:
                return PASS
            message = f"{row.name}完成值为{row.actual}并得满分{row.score}分，而资金表的执行率为{percent(ratio)}，高出{plain(beyond.quantize(Decimal('0.01')))}个百分点，请核实。"
            printed = (row.actual, row.score, *texts(funds, fund, "executed", "base"))
            return failed(message, percent(ratio), row.actual, cells=(f"{row.subject}/actual",), values=printed)  # fmt: skip

        answer.fails(told)

    def _is_rate(self, level3: str | None) -> bool:
        return self._NAME.search(indicator_name(level3)) is not None


def _funded(form: FormView) -> bool:
    return form.total_fund is not None


_TWO = re.compile(
    r"\s*[≥≤><=]?[0-9][0-9,]*(?:\.[0-9]+)?%?(?:\s+|\s*[;；、]\s*)[≥≤><=]?[0-9][0-9,]*(?:\.[0-9]+)?%?\s*"
)


def _is_two(text: str | None) -> bool:
    return not is_blank(text) and _TWO.fullmatch(fold(text or "")) is not None


class TwoValuesInCell(IndicatorRule):
    """A cell of a target, a result or points holds one value."""

    id = "two-values-in-cell"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, names = answer.rows, ("target", "actual", "weight", "score")
        two = {name: rows.fact(_is_two, name, kind=bool) for name in names}

        def doubt(at: int) -> Decision:
            filled = [name for name in names if not is_blank(getattr(rows[at], name))]
            return undecidable(f"单元格读取存疑，请核对 {rows[at].doubt(*filled)}")

        def told(at: int) -> Decision:
            row, name = rows[at], next(name for name in names if two[name][at])
            text = getattr(row, name)
            printed = " ".join(text.split())
            message = f"{row.name}的{CAPTIONS[name]}一格内填有两个数“{printed}”，请分行填报，每项指标一个数。"
            cells = (f"{row.subject}/{name}",)
            return failed(message, "一个数", printed, cells=cells, values=(text,))

        filled = [~rows.blank(name) for name in names]
        answer.when(~np.any(filled, axis=0), NO_VALUES)
        unsure = [one & rows.doubted(name) for name, one in zip(names, filled, strict=True)]
        answer.when(np.any(unsure, axis=0), doubt)
        answer.fails(told, np.any(list(two.values()), axis=0))


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
