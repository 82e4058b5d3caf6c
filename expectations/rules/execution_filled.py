"""Execution that is half filled in, and amounts in the wrong unit (family funds)."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from selfeval.expectations.answers import Answer
from selfeval.expectations.arithmetic import percent, plain, trouble
from selfeval.expectations.columns import ABSENT, BLANK, DOUBTFUL, nonzero
from selfeval.expectations.readings import CAPTIONS, Reading
from selfeval.expectations.rules.base import FundRule
from selfeval.expectations.rules.funds import filled, mixed, money, texts
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable


class RateWithoutAmounts(FundRule):
    """A rate or a score of execution has the amounts that it rests on."""

    id = "rate-without-amounts"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, amounts = answer.rows, ("base", "executed")
        state = {name: rows.numbers(name).state for name in (*amounts, "rate", "score")}
        given = {name: nonzero(rows.numbers(name).value) for name in ("rate", "score")}
        claimed = given["rate"] | given["score"]

        def told(at: int) -> Decision:
            row = rows[at]
            claims = {name: texts(rows, at, name)[0] for name, some in given.items() if some[at]}
            blank = [row.named(name) for name in amounts if state[name][at] == BLANK]
            said = "、".join(f"{CAPTIONS[name]}{text}" for name, text in claims.items())
            lacking = "、".join(CAPTIONS[name] for name in blank)
            message = f"{row.name}填有{said}，而{lacking}为空白，执行率和得分没有依据，请补填金额。"
            cells = (f"{row.subject}/{blank[0]}", *(f"{row.subject}/{name}" for name in claims))
            values = texts(rows, at, *amounts, "rate", "score")
            return failed(message, f"填列{lacking}", "空白", cells=cells, values=values)

        none = (state["base"] == ABSENT) & (state["executed"] == ABSENT)
        answer.when(none, not_applicable("资金表没有预算数栏和执行数栏"))
        for name in ("rate", "score"):
            answer.unread(name, ~claimed & (state[name] == DOUBTFUL))
        answer.when(~claimed, not_applicable("没有填执行率和预算执行得分"))
        for name in amounts:
            answer.unread(name, state[name] == DOUBTFUL)
        answer.fails(told, (state["base"] == BLANK) | (state["executed"] == BLANK))


class ExecutionNotScored(FundRule):
    """Where execution has a weight and the amounts are given, it has a score."""

    id = "execution-not-scored"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, weight, score = answer.rows, *map(answer.rows.numbers, ("weight", "score"))
        lacking = (weight.state == ABSENT) | (score.state == ABSENT)
        answer.when(lacking, not_applicable("资金表没有分值栏或得分栏"))
        answer.when(weight.state == BLANK, not_applicable("预算执行没有设分值"))
        answer.unread("weight", weight.state == DOUBTFUL).unread("score", score.state == DOUBTFUL)
        filled(answer.when(score.state != BLANK, PASS), "base", "executed")
        budget, executed = rows.numbers("base").value, rows.numbers("executed").value
        unknown = ~nonzero(budget) | ~weight.known
        answer.when(unknown, undecidable("预算数为0或分值不是数字，无法计算预算执行得分"))

        def told(at: int) -> Decision:
            row, printed = rows[at], texts(rows, at, "weight", "base", "executed")
            ratio = min(executed[at] / budget[at], Decimal(1))
            expected = f"{ratio * weight.value[at]:.2f}"
            amounts = (
                f"{CAPTIONS[row.base]}{money(row, row.base)}、全年执行数{money(row, 'executed')}"
            )
            message = f"预算执行分值{printed[0]}分，{amounts}均已填报，但未填得分，按执行率{percent(ratio)}计算为{expected}分，请补填。"
            return failed(message, expected, "空白", cells=(f"{row.subject}/score",), values=printed)  # fmt: skip

        answer.fails(told)


class TenThousandfold(FundRule):
    """Amounts of one row are in one unit: none is about ten thousand times another."""

    id = "ten-thousandfold-slip"
    #: Between these a ratio is that of 元 to 万元, and not that of two amounts that differ.
    _LOWEST, _HIGHEST = Decimal(3000), Decimal(15_000)
    _NAMES = ("initial", "budget", "executed")

    def decide(self, answer: Answer, subject: str) -> None:
        rows, columns = answer.rows, {name: answer.rows.numbers(name) for name in self._NAMES}
        some = {name: nonzero(one.value) for name, one in columns.items()}
        few = np.sum(list(some.values()), axis=0) < 2
        doubted = {name: one.state == DOUBTFUL for name, one in columns.items()}
        for name in self._NAMES:
            answer.unread(name, few & doubted[name])
        answer.when(few, not_applicable("可比较的金额不足两个"))
        answer.when(mixed(rows, *self._NAMES), undecidable("金额有的带单位、有的不带，无法比较"))

        def told(at: int) -> Decision:
            known = {name: columns[name].readings[at] for name in self._NAMES if some[name][at]}
            largest = max(known, key=lambda name: abs(known[name].value))
            least = min(known, key=lambda name: abs(known[name].value))
            if not self._LOWEST <= self._times(known, largest, least) <= self._HIGHEST:
                unsure = next((name for name in self._NAMES if doubted[name][at]), None)
                return trouble(rows[at], unsure) if unsure else PASS
            row, odd = rows[at], self._odd(known, largest, least)
            other = least if odd == largest else largest
            times = plain(self._times(known, largest, least).quantize(Decimal(1)))
            message = f"{row.name}的{CAPTIONS[odd]}为{money(row, odd)}，与{CAPTIONS[other]}{money(row, other)}相差约{times}倍，疑元与万元混淆，请核实金额单位。"
            cells = (f"{row.subject}/{odd}", f"{row.subject}/{other}")
            values = texts(rows, at, *self._NAMES)
            return failed(message, "同一单位", money(row, odd), cells=cells, values=values)

        answer.fails(told)

    def _times(self, known: dict[str, Reading], largest: str, least: str) -> Decimal:
        return abs(known[largest].value / known[least].value)

    def _odd(self, known: dict[str, Reading], largest: str, least: str) -> str:
        """The column that stands alone where there are three, else the least."""
        third = next((name for name in known if name not in (largest, least)), None)
        if third is None:
            return least
        near = self._times(known, largest, third) < self._LOWEST
        return least if near else largest
