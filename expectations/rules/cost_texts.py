"""Amounts and counts in the text of a form against its indicators and its money (family costs)."""

from __future__ import annotations

import re

import numpy as np

from selfeval.core.folding import fold
from selfeval.core.numbers import MONEY_UNITS
from selfeval.core.quantities import Quantity, parse_quantity, printed_units
from selfeval.expectations.answers import VERDICTS, Answer
from selfeval.expectations.columns import nonzero, objects
from selfeval.expectations.readings import CAPTIONS
from selfeval.expectations.rules.base import FormRule, IndicatorRule
from selfeval.expectations.rules.common import pairs, quantities, scored
from selfeval.expectations.rules.costs import NO_COST_ROW, costs
from selfeval.expectations.text import Money, amounts, indicator_name, longest_common
from selfeval.expectations.verdicts import (
    PASS,
    Decision,
    Verdict,
    failed,
    not_applicable,
    undecidable,
)
from selfeval.expectations.view import FormView, brief

_COUNT = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)\s*(万|亿)?([一-龥㎡]{1,3})")


#: A quantity that a text names, what stands before it, how it is printed.
Named = tuple[Quantity, str, str]


def _counts(text: str) -> list[re.Match[str]]:
    return list(_COUNT.finditer(text))


def _named(counts: list[re.Match[str]], unit: str) -> tuple[Named, ...]:
    """The quantities in `unit` that a text names; all of them where that is ""."""
    named, printed = [], printed_units(unit) if unit else ("",)
    for match in counts:
        tail = match[3]
        if not any(name in tail for name in printed):
            continue
        for cut in range(len(tail), 0, -1):
            found = parse_quantity(match[1] + (match[2] or "") + tail[:cut])
            if found is not None and (not unit or found.unit == unit) and found.unit != "%":
                before = match.string[max(0, match.start() - 24) : match.start()]
                named.append((found, before, match[0]))
                break
    return tuple(named)


class CountsVsGoalText(IndicatorRule):
    """A count that the text of the goal names is that of the indicator of the same name: the expected goal against the target, the
    actual one against the result."""

    id = "counts-vs-goal-text"
    #: Share of the indicator's name that must stand, in one run, before the number: 繁育基地 alone may be another 繁育基地.
    _SHARED = 0.6

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows
        both = [
            self._against(Answer(rows), cell, goal)
            for cell, goal in (("target", "goal_expected"), ("actual", "goal_actual"))
        ]
        for verdict in (Verdict.FAIL, Verdict.UNDECIDABLE, Verdict.PASS, Verdict.NOT_APPLICABLE):
            for one in both:
                said = one.codes() == VERDICTS.index(verdict)
                answer.put(np.flatnonzero(said & answer.left), one)

    def _against(self, answer: Answer, cell: str, goal: str) -> Answer:
        rows, count = answer.rows, quantities(answer.rows, cell)
        texts = objects([fold(getattr(form, goal) or "") for form in rows.forms])
        unit = count.unit
        counted = count.known & (unit != "%") & (unit != "元") & (unit != "‰")
        answer.when(~counted, not_applicable("指标值不是数量"))
        answer.when(~nonzero(texts)[rows.of], not_applicable(f"没有{CAPTIONS[goal]}"))

        def doubt(at: int) -> Decision:
            return undecidable(
                f"文字读取存疑，请核对 {rows[at].doubt(cell, 'level3') or rows[at].form.doubt(goal)}"
            )

        unsure = np.array(
            [bool(form.doubts and form.doubt(goal)) for form in rows.forms], dtype=bool
        )
        answer.when(rows.doubted(cell, "level3") | unsure[rows.of], doubt)
        counts = [_counts(text) for text in texts]
        known: dict[tuple[int, str], tuple[Named, ...]] = {}
        named = np.full(len(rows), None)
        for at in np.flatnonzero(answer.left).tolist():
            key = (int(rows.of[at]), unit[at])
            if key not in known:
                known[key] = _named(counts[key[0]], unit[at])
            named[at] = known[key]
        answer.when(~nonzero(named), not_applicable("文字中没有同一单位的数量"))
        same = [
            at
            for at in np.flatnonzero(answer.left)
            if any(found.value == count.value[at] for found, _, _ in named[at])
        ]
        answer.which[same] = answer.number(PASS)

        def told(at: int) -> Decision:
            row, name = rows[at], indicator_name(rows[at].level3)
            others = {
                count.value[one] for one in rows.within(rows.of[at], count.known) if one != at
            }
            alike = [
                one
                for one in named[at]
                if one[0].value not in others and self._meant(name, unit[at], one)
            ]
            if len(alike) != 1:
                return undecidable("无法确定目标文字与本指标对应")
            printed, said = getattr(row, cell), alike[0][2]
            message = f"{row.name}的{CAPTIONS[cell]}为{printed}，而{CAPTIONS[goal]}写作“{brief(said)}”，两处数量不一致，请核实。"
            cells = (f"{row.subject}/{cell}", goal)
            return failed(message, said, printed, cells=cells, values=(printed, said))

        return answer.fails(told)

    def _meant(self, name: str, unit: str, one: Named) -> bool:
        """Whether the text means this indicator: its name stands before the number. Where the indicator has no unit, its whole name does."""
        if not name:
            return False
        common = longest_common(name, one[1])
        share = self._SHARED if unit else 1
        return one[1].endswith(common) and len(common) >= len(name) * share


class CostOverCeiling(IndicatorRule):
    """A cost above its ceiling does not get full marks, also where the ceiling is a bare number."""

    id = "cost-over-ceiling"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, found, both = answer.rows, scored(answer.rows), pairs(answer.rows)

        def told(at: int) -> Decision:
            row = rows[at]
            message = f"{row.name}成本指标值为{row.target}，实际为{row.actual}，超出控制数，却得满分{row.score}分，请核实。"
            cells, values = (f"{row.subject}/actual",), (row.target, row.actual, row.score)
            return failed(message, f"不高于{row.target}", row.actual, cells=cells, values=values)

        answer.when(~costs(rows), NO_COST_ROW).unless(found.unknown).unless(both.unknown)
        comparator = quantities(rows, "target").comparator
        bare_number = (comparator == "") | (comparator == "=")
        granted = rows.fact(_is_granted, "level3", kind=bool)
        ceiling = bare_number & (both.unit == "元") & ~granted
        answer.when(~ceiling, not_applicable("不是以金额表示的成本上限"))
        answer.fails(told, both.more & ~found.lost)


def _is_granted(level3: str | None) -> bool:
    return re.search("补助|补贴|标准|发放|收入|率", indicator_name(level3)) is not None


class MoneyInTextVsFunds(FormRule):
    """The budget that the expected goal names, and the money that the actual one says was spent, is one of the amounts of the funds."""

    id = "goal-money-vs-funds"
    subjects = ("goal_expected", "goal_actual")
    _BEFORE = re.compile(
        r"(?:预算资金|项目资金|资金总额|总投资|预算|(?:实际|全年|累计|共|已)(?:支出|支付|执行|使用)(?:资金|经费)?|执行数)(?:共计|合计|为|共)?[:：]?$"
    )

    def decide(self, answer: Answer, subject: str) -> None:
        forms, named = answer.rows, answer.rows.fact(self._named, subject)
        answer.when(~nonzero(named), not_applicable("文字没有写明预算或支出金额"))
        answer.doubted("金额读取存疑：{}", subject).within("金额读取存疑：{}", "funds")
        answer.when(answer.left, lambda at: self._judge(forms[at], subject, named[at]))

    def _named(self, text: str | None) -> list[Money]:
        """The amounts that a text names as budget or as spent."""
        text = fold(text or "")
        return [money for money in amounts(text) if self._BEFORE.search(text[: money.start])]

    def _judge(self, record: FormView, subject: str, named: list[Money]) -> Decision:
        factor = MONEY_UNITS.get(record.amount_unit or "")
        printed = [
            number.value * factor
            for row in record.funds
            for name in ("initial", "budget", "executed")
            if factor and (number := row.read(name).number)
        ]
        if not printed or len(named) != 1:
            return undecidable("资金表没有可比较的金额，或文中金额不止一处")
        money = named[0]
        if any(abs(money.yuan - value) <= money.half for value in printed):
            return PASS
        message = f"{CAPTIONS[subject]}称{money.text}，与资金表所列各数均不一致，请核实。"
        values = (getattr(record, subject),)
        return failed(message, "与资金表一致", money.text, cells=(subject,), values=values)
