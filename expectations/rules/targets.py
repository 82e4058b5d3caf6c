"""Targets and results: what was promised, what was reached, and whether the score says the same."""
from __future__ import annotations

from expectations.arithmetic import trouble
from expectations.rules.base import IndicatorRule
from expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from expectations.view import IndicatorRow, State
from records.folding import fold
from records.values import CORE_COMPARATORS, Quantity, is_blank, parse_quantity


def core_quantity(text: str | None) -> Quantity | None:
    """`text` as a plain quantity with one of the comparators that target-missed-full-score names."""
    quantity = parse_quantity(text)
    return quantity if quantity and fold(quantity.printed_comparator) in CORE_COMPARATORS else None


class TargetMissedFullScore(IndicatorRule):
    """An indicator that misses its target does not get full marks. Bare and = mean at least, since most counts are floors."""

    id = "target-missed-full-score"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        score, weight = record.read("score"), record.read("weight")
        for name, reading in (("score", score), ("weight", weight)):
            if reading.state is State.ABSENT:
                return not_applicable("本表没有分值栏或得分栏")
            if reading.number is None:
                both_blank = score.state is State.BLANK and weight.state is State.BLANK
                return not_applicable("没有填分值和得分") if both_blank else undecidable(trouble(record, name, reading))
        if doubt := record.doubt("target", "actual"):
            return undecidable(f"指标值读取存疑，请核对 {doubt}")
        if is_blank(record.target) and is_blank(record.actual):
            return not_applicable("没有填指标值和完成值")
        target, actual = core_quantity(record.target), core_quantity(record.actual)
        met = target.is_met_by(actual) if target and actual else None
        if met is None:
            return undecidable("指标值与完成值不是同一单位的单纯数值，无法比较")
        if met or score.value < weight.value:
            return PASS
        message = f"{record.name}年度指标值为{record.target}，实际完成{record.actual}，未达到指标值，却得满分{score.text}分，请核实得分。"
        values = (record.target, record.actual, weight.text, score.text)
        return failed(message, f"低于{weight.text}分", f"{score.text}分", cells=(f"{subject}/score",), values=values)
