"""Deviations and their explanations: whoever loses points says why."""
from __future__ import annotations

from expectations.arithmetic import plain, trouble
from expectations.rules.base import IndicatorRule
from expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from expectations.view import IndicatorRow, State
from records.values import is_blank


class DeviationUnexplained(IndicatorRule):
    """Where points are lost, the explanation is not blank. A merged explanation stands in every row that it spans."""

    id = "deviation-unexplained"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        score, weight = record.read("score"), record.read("weight")
        for name, reading in (("score", score), ("weight", weight)):
            if reading.state is State.ABSENT:
                return not_applicable("本表没有分值栏或得分栏")
            if reading.state in (State.DOUBTFUL, State.UNREADABLE):
                return undecidable(trouble(record, name, reading))
        if score.number is None or weight.number is None:
            return not_applicable("没有填分值和得分") if score.state is weight.state else undecidable("分值、得分只填了一项")
        if score.value >= weight.value:
            return PASS
        if doubt := record.doubt("explanation"):
            return undecidable(f"偏差原因分析读取存疑，请核对 {doubt}")
        if not is_blank(record.explanation):
            return PASS
        if not record.form.has_column("explanation"):
            return not_applicable("本表没有偏差原因分析栏")
        lost = plain(weight.value - score.value)
        message = f"{record.name}分值{weight.text}、得分{score.text}，扣{lost}分，但未说明偏差原因，请补充偏差原因分析及改进措施。"
        values = (weight.text, score.text, record.explanation)
        return failed(message, "说明偏差原因", record.explanation or "空白", cells=(f"{subject}/explanation", f"{subject}/score"), values=values)
