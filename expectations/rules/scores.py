"""Weights and scores: each can be read, none leaves its range, and the sums are the printed totals."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import numpy as np

from selfeval.expectations.answers import Answer
from selfeval.expectations.arithmetic import ZERO, form_sum, plain, slip, unread
from selfeval.expectations.columns import ABSENT, BLANK, DOUBTFUL, UNREADABLE, Numbers, below
from selfeval.expectations.rules.base import FormRule, ScoredRowRule
from selfeval.expectations.rules.common import NO_POINTS, NOT_PAIRED
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import CAPTIONS, CellState, FormView

#: What all weights of a form come to (百分制).
FULL_MARKS = Decimal(100)


class NumberUnreadable(ScoredRowRule):
    """A weight, a score and the total score are numbers, or blank."""

    id = "number-unreadable"
    tables = ("forms", "indicators", "funds")
    subjects = ("total",)

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows
        names = ("total_score",) if subject else ("weight", "score")
        columns = {name: rows.numbers(name) for name in names}

        def named(at: int, name: str) -> tuple[str, str, str]:
            """The row as messages call it, its path, and the column."""
            row = rows[at]
            return (
                (row.total_label or "总分", subject, "score")
                if subject
                else (row.name, row.subject, name)
            )

        def told(at: int, name: str) -> Decision:
            (owner, path, column), text = named(at, name), columns[name].readings[at].text
            what = "得分" if subject else CAPTIONS[column]
            message = f"{owner}的{what}填为“{' '.join((text or '').split())}”，不是可以计算的数字，请改填数字。"
            return failed(message, "数字", text, cells=(f"{path}/{column}",), values=(text,))

        def doubt(at: int, name: str) -> Decision:
            owner, path, column = named(at, name)
            return undecidable(unread(owner, path, column, columns[name].readings[at]))

        for name, one in columns.items():
            answer.when(one.state == UNREADABLE, partial(told, name=name))
        for name, one in columns.items():
            answer.when(one.state == DOUBTFUL, partial(doubt, name=name))
        known = np.any([one.known for one in columns.values()], axis=0)
        answer.when(known, PASS)
        answer.when(answer.left, not_applicable("本表没有填总分") if subject else NO_POINTS)


class ScoreOutOfRange(ScoredRowRule):
    """A score is not above its weight and not below zero."""

    id = "score-out-of-range"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, score, weight = (
            answer.rows,
            answer.rows.numbers("score"),
            answer.rows.numbers("weight"),
        )

        def negative(at: int) -> Decision:
            row = rows[at]
            message = f"{row.name}得分为{row.score}分，低于0分，请核实。"
            cells = (f"{row.subject}/score",)
            return failed(message, "0分以上", row.score, cells=cells, values=(row.score,))

        def told(at: int) -> Decision:
            row = rows[at]
            message = f"{row.name}得分{row.score}超过分值{row.weight}，得分不得突破该指标分值上限，请核实。"
            cells, values = (f"{row.subject}/score",), (row.weight, row.score)
            return failed(message, f"不高于{row.weight}", row.score, cells=cells, values=values)

        self._unscored(answer, "score", score, weight)
        answer.when(below(score.value, ZERO, score.known), negative)
        self._unscored(answer, "weight", weight, score)
        answer.when(~rows.paired, NOT_PAIRED)
        answer.fails(told, below(weight.value, score.value, answer.left))

    def _unscored(self, answer: Answer, name: str, one: Numbers, other: Numbers) -> None:
        """Where a cell is no number: nothing to compare when the other is empty too, else undecidable."""
        empty = (other.state == BLANK) | (other.state == ABSENT)
        nothing = (one.state == ABSENT) | ((one.state == BLANK) & empty)
        answer.when(nothing, not_applicable(f"没有{CAPTIONS[name]}"))
        answer.unread(name)


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
        cells, values = ("total/score",), (*total.values, printed.text)
        return failed(message, plain(total.total), printed.text, cells=cells, values=values)
