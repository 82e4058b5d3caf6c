"""Weights and scores: each can be read, none leaves its range, and the sums are the printed totals."""

from __future__ import annotations

from decimal import Decimal

from selfeval.expectations.arithmetic import form_sum, plain, slip, trouble, unread
from selfeval.expectations.rules.base import FormRule, ScoredRowRule
from selfeval.expectations.rules.common import NO_POINTS, NOT_PAIRED
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import CAPTIONS, CellState, FormView, FundRow, IndicatorRow, Row

#: What all weights of a form come to (百分制).
FULL_MARKS = Decimal(100)


class NumberUnreadable(ScoredRowRule):
    """A weight, a score and the total score are numbers, or blank."""

    id = "number-unreadable"
    tables = ("forms", "indicators", "funds")
    subjects = ("total",)

    def judge(self, record: FormView | FundRow | IndicatorRow, subject: str) -> Decision:
        if isinstance(record, FormView):
            readings = [("score", record.read_total("score"))]
            name, none = record.total_label or "总分", not_applicable("本表没有填总分")
        else:
            readings = [(column, record.read(column)) for column in ("weight", "score")]
            name, none = record.name, NO_POINTS
        for column, reading in readings:
            if reading.state is CellState.UNREADABLE:
                what = CAPTIONS[column] if isinstance(record, Row) else "得分"
                message = f"{name}的{what}填为“{' '.join((reading.text or '').split())}”，不是可以计算的数字，请改填数字。"
                cells = (f"{subject}/{column}",)
                return failed(message, "数字", reading.text, cells=cells, values=(reading.text,))
        for column, reading in readings:
            if reading.state is CellState.DOUBTFUL:
                return undecidable(unread(name, subject, column, reading))
        return PASS if any(reading.state is CellState.KNOWN for _, reading in readings) else none


class ScoreOutOfRange(ScoredRowRule):
    """A score is not above its weight and not below zero."""

    id = "score-out-of-range"

    def judge(self, record: FundRow | IndicatorRow, subject: str) -> Decision:
        score, weight = record.read("score"), record.read("weight")
        if score.state is not CellState.KNOWN:
            return _unscored(record, score.state, "score")
        if score.value < 0:
            message = f"{record.name}得分为{score.text}分，低于0分，请核实。"
            return failed(
                message, "0分以上", score.text, cells=(f"{subject}/score",), values=(score.text,)
            )
        if weight.state is not CellState.KNOWN:
            return _unscored(record, weight.state, "weight")
        if not record.paired:
            return NOT_PAIRED
        if score.value <= weight.value:
            return PASS
        message = f"{record.name}得分{score.text}超过分值{weight.text}，得分不得突破该指标分值上限，请核实。"
        return failed(
            message,
            f"不高于{weight.text}",
            score.text,
            cells=(f"{subject}/score",),
            values=(weight.text, score.text),
        )


def _unscored(record: FundRow | IndicatorRow, state: CellState, name: str) -> Decision:
    """The verdict where the cell `name` is no number: nothing to compare when the other is empty too, else undecidable."""
    other = record.read("weight" if name == "score" else "score").state
    if state is CellState.ABSENT or (
        state is CellState.BLANK and other in (CellState.BLANK, CellState.ABSENT)
    ):
        return not_applicable(f"没有{CAPTIONS[name]}")
    return undecidable(trouble(record, name, record.read(name)))


class WeightsSum(FormRule):
    """Indicator weights and the execution weight come to 100."""

    id = "weights-sum"

    def judge(self, record: FormView, subject: str) -> Decision:
        total = form_sum(record, "weight")
        if isinstance(total, Decision):
            return total
        if total.total == FULL_MARKS:
            return PASS
        execution = (
            f"，加预算执行分值{plain(total.execution.value)}分，共{plain(total.total)}分"
            if total.execution
            else ""
        )
        gap = plain(abs(FULL_MARKS - total.total))
        message = f"各指标分值合计{plain(total.of_parts)}分{execution}，与百分制应有的100分相差{gap}分，请核实各项分值。"
        cells = ("total/weight", "total/score", "indicators/0/weight")
        return failed(message, "100", plain(total.total), cells=cells, values=total.values)


class WeightsTotal(FormRule):
    """A total weight that is printed is the sum of the weights."""

    id = "weights-total"
    subjects = ("total",)

    def judge(self, record: FormView, subject: str) -> Decision:
        total = form_sum(record, "weight")
        printed = record.read_total("weight")
        if printed.state in (CellState.ABSENT, CellState.BLANK):
            return not_applicable("本表没有印出总分值")
        if isinstance(total, Decision):
            return total
        if printed.number is None:
            why = printed.why or printed.text
            return undecidable(f"总分的分值读取存疑，请核对 total/weight：{why}")
        if total.total == printed.value:
            return PASS
        message = f"总分栏分值为{printed.text}分，而各项分值合计为{plain(total.total)}分{slip(total, printed.value, '分值')}，请核实。"
        cells, values = ("total/weight", "total/score"), (*total.values, printed.text)
        return failed(message, plain(total.total), printed.text, cells=cells, values=values)


class ScoresSum(FormRule):
    """The printed total is the sum of the scores, within the printed precision of the total and of the execution score."""

    id = "scores-sum"
    subjects = ("total",)

    def judge(self, record: FormView, subject: str) -> Decision:
        total = form_sum(record, "score")
        if isinstance(total, Decision):
            return total
        printed = record.read_total("score")
        if printed.state in (CellState.ABSENT, CellState.BLANK):
            return not_applicable("本表没有填总分")
        if printed.number is None:
            return undecidable(
                f"总分读取存疑，请核对 total/score：{printed.why or printed.text or '空白'}"
            )
        tolerance = printed.number.half + (total.execution.half if total.execution else 0)
        if abs(total.total - printed.value) <= tolerance:
            return PASS
        execution = f"（含预算执行得分{plain(total.execution.value)}分）" if total.execution else ""
        message = (
            f"总分为{printed.text}分，而各项得分合计为{plain(total.total)}分{execution}，相差{plain(abs(total.total - printed.value))}分"
            f"{slip(total, printed.value, '得分')}，请核实。"
        )
        return failed(
            message,
            plain(total.total),
            printed.text,
            cells=("total/score",),
            values=(*total.values, printed.text),
        )
