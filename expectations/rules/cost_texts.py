"""Amounts and counts in the text of a form against its indicators and its money (family costs)."""

from __future__ import annotations

import re

from selfeval.core.batch_cache import remembered
from selfeval.core.folding import fold
from selfeval.core.numbers import MONEY_UNITS
from selfeval.core.values import Quantity, parse_quantity
from selfeval.expectations.rules.base import FormRule, IndicatorRule
from selfeval.expectations.rules.common import points, quantities
from selfeval.expectations.rules.costs import NO_COST_ROW, is_cost
from selfeval.expectations.rules.gates import Gate, Kind
from selfeval.expectations.text import amounts, indicator_name, longest_common
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import FormView, IndicatorRow, brief

_COUNT = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)\s*(万|亿)?([一-龥㎡]{1,3})")


@remembered
def _named(text: str, unit: str) -> tuple[tuple[Quantity, str, str], ...]:
    """The quantities in `unit` that a text names: the quantity, what stands before it, how it is printed."""
    named = []
    for match in _COUNT.finditer(text):
        for cut in range(len(match[3]), 0, -1):
            found = parse_quantity(match[1] + (match[2] or "") + match[3][:cut])
            if found is not None and found.unit == unit:
                named.append((found, text[max(0, match.start() - 12) : match.start()], match[0]))
                break
    return tuple(named)


def _folded_goal(form: FormView) -> str:
    """The expected goal in half width; every row of the form asks for it."""
    if "folded goal" not in form.memo:
        form.memo["folded goal"] = fold(form.goal_expected or "")
    text: str = form.memo["folded goal"]
    return text


class CountsVsGoalText(IndicatorRule):
    """A count that the goal names is the count of the indicator of the same name."""

    id = "counts-vs-goal-text"
    #: Share of the indicator's name that must stand, in one run, before the number: 繁育基地 alone may be another 繁育基地.
    _SHARED = 0.6

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        target = parse_quantity(record.target)
        if target is None or target.unit in ("", "%", "元", "‰"):
            return not_applicable("指标值不是带单位的数量")
        text = _folded_goal(record.form)
        if not text:
            return not_applicable("没有预期目标")
        if doubt := record.doubt("target", "level3") or (
            record.form.doubts and record.form.doubt("goal_expected")
        ):
            return undecidable(f"文字读取存疑，请核对 {doubt}")
        named = _named(text, target.unit)
        if not named:
            return not_applicable("预期目标中没有同一单位的数量")
        others = {
            quantity.value
            for row in record.form.filled
            if row is not record and (quantity := parse_quantity(row.target))
        }
        if any(found.value == target.value for found, _, _ in named):
            return PASS
        name = indicator_name(record.level3)
        alike = [(found, printed) for found, before, printed in named
                 if found.value not in others and name and len(longest_common(name, before)) >= self._SHARED * len(name)]  # fmt: skip
        if len(alike) != 1:
            return undecidable("无法确定目标文字与本指标对应")
        message = f"{record.name}年度指标值为{record.target}，而预期目标写作“{brief(alike[0][1])}”，两处数量不一致，请核实。"
        return failed(
            message,
            alike[0][1],
            record.target,
            cells=(f"{subject}/target", "goal_expected"),
            values=(record.target, alike[0][1]),
        )


class CostOverCeiling(IndicatorRule):
    """A cost above its ceiling does not get full marks, also where the ceiling is a bare number."""

    id = "cost-over-ceiling"
    gate = Gate(Kind(0), Kind.COST, NO_COST_ROW)

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
    """The budget that the goal names is one of the amounts of the funds block."""

    id = "goal-money-vs-funds"
    subjects = ("goal_expected",)
    _BUDGET = re.compile(r"(?:预算资金|项目资金|资金总额|总投资|预算)(?:共计|合计|为|共)?[:：]?$")

    def judge(self, record: FormView, subject: str) -> Decision:
        text = fold(record.goal_expected or "")
        named = [money for money in amounts(text) if self._BUDGET.search(text[: money.start])]
        if not named:
            return not_applicable("预期目标没有写明预算金额")
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
        message = f"预期目标称预算{money.text}，与资金表所列各数均不一致，请核实。"
        return failed(
            message, "与资金表一致", money.text, cells=(subject,), values=(record.goal_expected,)
        )
