"""Amounts and counts in the text of a form against its indicators and its money (family costs)."""

from __future__ import annotations

import re

from selfeval.core.batch_cache import remembered
from selfeval.core.folding import fold
from selfeval.core.numbers import MONEY_UNITS
from selfeval.core.quantities import Quantity, parse_quantity
from selfeval.expectations.readings import CAPTIONS
from selfeval.expectations.rules.base import FormRule, IndicatorRule
from selfeval.expectations.rules.common import points, quantities
from selfeval.expectations.rules.costs import NO_COST_ROW, is_cost
from selfeval.expectations.text import amounts, indicator_name, longest_common
from selfeval.expectations.verdicts import (
    PASS,
    Decision,
    Verdict,
    failed,
    not_applicable,
    undecidable,
)
from selfeval.expectations.view import FormView, IndicatorRow, brief

_COUNT = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)\s*(万|亿)?([一-龥㎡]{1,3})")


#: A quantity that a text names, what stands before it, how it is printed.
Named = tuple[Quantity, str, str]


@remembered
def _named(text: str, unit: str) -> tuple[Named, ...]:
    """The quantities in `unit` that a text names; all of them where that is ""."""
    named = []
    for match in _COUNT.finditer(text):
        for cut in range(len(match[3]), 0, -1):
            found = parse_quantity(match[1] + (match[2] or "") + match[3][:cut])
            if found is not None and (not unit or found.unit == unit) and found.unit != "%":
                named.append((found, text[max(0, match.start() - 24) : match.start()], match[0]))
                break
    return tuple(named)


def _folded(form: FormView, goal: str) -> str:
    """A goal in half width; every row of the form asks for it."""
    key = f"folded {goal}"
    if key not in form.memo:
        form.memo[key] = fold(getattr(form, goal) or "")
    text: str = form.memo[key]
    return text


class CountsVsGoalText(IndicatorRule):
    """A count that the text of the goal names is that of the indicator of the same name: the expected goal against the target, the
    actual one against the result."""

    id = "counts-vs-goal-text"
    #: Share of the indicator's name that must stand, in one run, before the number: 繁育基地 alone may be another 繁育基地.
    _SHARED = 0.6

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        first = self._against(record, "target", "goal_expected")
        second = self._against(record, "actual", "goal_actual")
        order = (Verdict.FAIL, Verdict.UNDECIDABLE, Verdict.PASS, Verdict.NOT_APPLICABLE)
        return min(first, second, key=lambda one: order.index(one.verdict))

    def _against(self, record: IndicatorRow, cell: str, goal: str) -> Decision:
        printed = getattr(record, cell)
        count = parse_quantity(printed)
        if count is None or count.unit in ("%", "元", "‰"):
            return not_applicable("指标值不是数量")
        text = _folded(record.form, goal)
        if not text:
            return not_applicable(f"没有{CAPTIONS[goal]}")
        if doubt := record.doubt(cell, "level3") or (
            record.form.doubts and record.form.doubt(goal)
        ):
            return undecidable(f"文字读取存疑，请核对 {doubt}")
        named = _named(text, count.unit)
        if not named:
            return not_applicable("文字中没有同一单位的数量")
        if any(found.value == count.value for found, _, _ in named):
            return PASS
        name = indicator_name(record.level3)
        alike = [one for one in named if self._meant(record, name, count, one, cell)]
        if len(alike) != 1:
            return undecidable("无法确定目标文字与本指标对应")
        told = brief(alike[0][2])
        message = f"{record.name}的{CAPTIONS[cell]}为{printed}，而{CAPTIONS[goal]}写作“{told}”，两处数量不一致，请核实。"
        cells = (f"{record.subject}/{cell}", goal)
        return failed(message, alike[0][2], printed, cells=cells, values=(printed, alike[0][2]))

    def _meant(
        self, record: IndicatorRow, name: str, count: Quantity, one: Named, cell: str
    ) -> bool:
        """Whether the text means this indicator: its name stands before the number, which is no other row's. Where the indicator has no
        unit, its whole name does."""
        found, before, _ = one
        others = (row for row in record.form.filled if row is not record)
        taken = (parse_quantity(getattr(row, cell)) for row in others)
        if not name or any(other and other.value == found.value for other in taken):
            return False
        common = longest_common(name, before)
        return before.endswith(common) and len(common) >= len(name) * (
            self._SHARED if count.unit else 1
        )


class CostOverCeiling(IndicatorRule):
    """A cost above its ceiling does not get full marks, also where the ceiling is a bare number."""

    id = "cost-over-ceiling"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        if not is_cost(record):
            return NO_COST_ROW
        found = points(record)
        if isinstance(found, Decision):
            return found
        values = quantities(record)
        if isinstance(values, Decision):
            return values
        target, actual = values
        if (
            target.comparator not in ("", "=")
            or target.unit != "元"
            or re.search("补助|补贴|标准|发放|收入|率", indicator_name(record.level3))
        ):
            return not_applicable("不是以金额表示的成本上限")
        if actual.value <= target.value or found.lost:
            return PASS
        message = f"{record.name}成本指标值为{record.target}，实际为{record.actual}，超出控制数，却得满分{found.score_text}分，请核实。"
        return failed(
            message,
            f"不高于{record.target}",
            record.actual,
            cells=(f"{subject}/actual",),
            values=(record.target, record.actual, found.score_text),
        )


class MoneyInTextVsFunds(FormRule):
    """The budget that the expected goal names, and the money that the actual one says was spent, is one of the amounts of the funds."""

    id = "goal-money-vs-funds"
    subjects = ("goal_expected", "goal_actual")
    _BEFORE = re.compile(
        r"(?:预算资金|项目资金|资金总额|总投资|预算|(?:实际|全年|累计|共|已)(?:支出|支付|执行|使用)(?:资金|经费)?|执行数)(?:共计|合计|为|共)?[:：]?$"
    )

    def judge(self, record: FormView, subject: str) -> Decision:
        text = fold(getattr(record, subject) or "")
        named = [money for money in amounts(text) if self._BEFORE.search(text[: money.start])]
        if not named:
            return not_applicable("文字没有写明预算或支出金额")
        if record.doubts and (why := record.doubt(subject) or record.doubt_within("funds")):
            return undecidable(f"金额读取存疑：{why}")
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
