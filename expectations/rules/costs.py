"""Costs in the indicators against the money in the funds block."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np

from selfeval.core.numbers import MONEY_UNITS
from selfeval.core.quantities import parse_quantity
from selfeval.expectations.answers import Answer
from selfeval.expectations.arithmetic import percent, plain
from selfeval.expectations.columns import Array, Columns, missing
from selfeval.expectations.rules.base import FormRule, IndicatorRule
from selfeval.expectations.rules.common import quantities, scored
from selfeval.expectations.rules.fund_notes import mentions
from selfeval.expectations.text import indicator_name
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import CellState, FormView, IndicatorRow

#: Amounts that are compared across the blocks of a form may differ by this share.
ONE_PERCENT = Decimal("0.01")
_WHOLE_COST = re.compile(
    r"^(?:项目)?(?:总成本|总投资|成本总额|计划总投资|实际总投资|总成本控制数?|资金总成本)(?:控制数|额|金额)?$|^项目(?:计划)?总(?:成本|投资)"
)
_UNIT_COST = re.compile(r"单位|单项|人均|户均|每|均|单价|标准|单个|单次|价格|比例|率")
NO_COST, NO_COST_ROW, NO_UNIT_COST = (
    not_applicable(why) for why in ("没有项目总成本指标", "不是成本指标", "不是单位成本指标")
)
NO_CONTROL_RATE, NO_EXECUTION_RATE = (
    not_applicable("没有成本控制率指标"),
    not_applicable("不是预算执行率指标"),
)


def yuan(rows: Columns, name: str) -> Array:
    """The quantities of a column as money in yuan: with a unit of money, or bare in the unit of the form's amounts; None for others."""
    return rows.once(_yuan, name)


def _yuan(rows: Columns, name: str) -> Array:
    found, bare = quantities(rows, name), rows.by_form(_factor)
    value = found.value.copy()
    scaled = (found.unit == "") & bare.astype(bool)
    value[scaled] = value[scaled] * bare[scaled]
    value[(found.unit != "元") & ~scaled] = None
    return value


def _factor(form: FormView) -> Decimal | None:
    return MONEY_UNITS.get(form.amount_unit or "")


def fund_yuan(form: FormView, name: str) -> Decimal | None:
    """The total row's amount `name` in yuan; None where it is no number, is 0, or the form does not say its unit."""
    number = form.total_fund.read(name).number if form.total_fund else None
    factor = _factor(form)
    return number.value * factor if number is not None and factor and number.value else None


def executed_yuan(form: FormView) -> Decimal | None:
    return fund_yuan(form, "executed")


def budget_yuan(form: FormView) -> Decimal | None:
    return fund_yuan(form, "budget")


def is_cost(row: IndicatorRow) -> bool:
    return _costs(row.level1, row.level2)


def _costs(level1: str | None, level2: str | None) -> bool:
    return "成本" in f"{level1 or ''}{level2 or ''}"


def costs(rows: Columns) -> Array:
    """The rows of the dimension of costs."""
    return rows.fact(_costs, "level1", "level2", kind=bool)


def _is_whole(level3: str | None) -> bool:
    return _WHOLE_COST.search(indicator_name(level3)) is not None


def _differs(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) > ONE_PERCENT * max(abs(one), abs(other))


def wan(value: Decimal) -> str:
    return f"{plain((value / 10_000).quantize(Decimal('0.0001')))}万元"


class CostTotalVsExecuted(IndicatorRule):
    """The whole cost of the project, reported as a result, is the money that was executed."""

    id = "cost-total-vs-executed"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, cost = answer.rows, yuan(answer.rows, "actual")
        executed = rows.by_form(executed_yuan)

        def told(at: int) -> Decision:
            if not _differs(cost[at], executed[at]):
                return PASS
            row, money = rows[at], wan(executed[at])
            message = f"{row.name}实际完成值为{row.actual}，而全年执行数为{money}，两者不符，请核实成本口径。"
            cells, values = (f"{row.subject}/actual",), (row.actual, str(executed[at]))
            return failed(message, money, row.actual, cells=cells, values=values)

        answer.when(~rows.fact(_is_whole, "level3", kind=bool) | rows.blank("actual"), NO_COST)
        answer.doubted("成本读取存疑，请核对 {}", "actual", "target")
        unknown = missing(cost) | missing(executed)
        answer.when(unknown, undecidable("成本或全年执行数不是可比较的金额")).fails(told)


class CostCeilingVsBudget(IndicatorRule):
    """The ceiling for the whole cost is not above the budget."""

    id = "cost-ceiling-vs-budget"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, ceiling = answer.rows, yuan(answer.rows, "target")
        budget = rows.by_form(budget_yuan)

        def told(at: int) -> Decision:
            if ceiling[at] <= budget[at] * (1 + ONE_PERCENT):
                return PASS
            row, money = rows[at], wan(budget[at])
            message = f"{row.name}指标值为{row.target}，高于全年预算数{money}，成本控制目标没有约束力，请核实。"
            cells, values = (f"{row.subject}/target",), (row.target, str(budget[at]))
            return failed(message, f"不高于{money}", row.target, cells=cells, values=values)

        answer.when(~rows.fact(_is_whole, "level3", kind=bool) | rows.blank("target"), NO_COST)
        answer.doubted("成本读取存疑，请核对 {}", "target")
        unknown = missing(ceiling) | missing(budget)
        answer.when(unknown, undecidable("成本指标值或全年预算数不是可比较的金额")).fails(told)


class CostPartsSum(FormRule):
    """The costs that the indicators report do not come to more than the money executed. Unit costs are not summed."""

    id = "cost-parts-sum"
    subjects = ("indicators",)

    def decide(self, answer: Answer, subject: str) -> None:
        forms, rows = answer.rows, answer.rows.blocks["indicators"]
        cost = quantities(rows, "actual")
        known = costs(rows) & rows.fact(_is_partial, "level3", kind=bool) & (cost.unit == "元")
        executed, summed = forms.by_form(executed_yuan), rows.sums(cost.value, known)

        def doubt(form: int) -> Decision:
            why = next(why for at in rows.within(form, known) if (why := rows[at].doubt("actual")))
            return undecidable(f"成本读取存疑，请核对 {why}")

        def told(form: int) -> Decision:
            if summed[form] <= executed[form] * (1 + ONE_PERCENT):
                return PASS
            parts = [rows[at] for at in rows.within(form, known)]
            message = f"{len(parts)}项成本指标实际完成值合计{wan(summed[form])}，大于全年执行数{wan(executed[form])}，请核实成本口径。"
            cells, values = (f"{parts[0].subject}/actual",), tuple(row.actual for row in parts)
            return failed(
                message,
                f"不高于{wan(executed[form])}",
                wan(summed[form]),
                cells=cells,
                values=values,
            )

        answer.when(rows.counted(known) < 2, not_applicable("没有两项以上的金额成本指标"))
        answer.when(rows.counted(known & rows.doubted("actual")) > 0, doubt)
        answer.when(missing(executed), undecidable("全年执行数不是可比较的金额")).fails(told)


def _is_partial(level3: str | None) -> bool:
    name = indicator_name(level3)
    return not _UNIT_COST.search(name) and not _WHOLE_COST.search(name)


class QuantityTimesUnitCost(IndicatorRule):
    """Count x unit cost is the money, where a form has one of each. Told on the row of the unit cost."""

    id = "quantity-times-unit-cost"
    _PER = re.compile(r"每(?:人|名|生)|人均|生均|每户|户均|每亩|亩均")
    _COUNTED = {"人": "人|名|学生|对象", "名": "人|名", "生": "人|学生|生", "户": "户", "亩": "亩|面积"}  # fmt: skip

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows
        per = rows.fact(self._is_per, "level3", "actual", kind=bool)
        answer.when(~per | ~costs(rows), NO_UNIT_COST)
        answer.doubted("单位成本读取存疑，请核对 {}", "actual")
        answer.when(answer.left, lambda at: self._judge(rows[at]))

    def _is_per(self, level3: str | None, actual: str | None) -> bool:
        return self._PER.search(f"{level3 or ''}{actual or ''}") is not None

    def _judge(self, record: IndicatorRow) -> Decision:
        match = self._PER.search(f"{record.level3 or ''}{record.actual or ''}")
        assert match is not None
        unit_cost, executed = parse_quantity(record.actual), fund_yuan(record.form, "executed")
        basis = next(key for key in self._COUNTED if key in match[0])
        counts = [
            row
            for row in record.form.filled
            if "数量" in (row.level2 or "")
            and re.search(self._COUNTED[basis], f"{row.level3}{row.actual}")
        ]
        others = [
            row for row in record.form.filled if is_cost(row) and self._PER.search(row.level3 or "")
        ]
        count = parse_quantity(counts[0].actual) if len(counts) == 1 else None
        if (
            unit_cost is None
            or unit_cost.unit != "元"
            or executed is None
            or count is None
            or len(others) > 1
            or re.search("月|天|次", record.level3 or "")
        ):
            return undecidable("没有唯一对应的数量指标，或金额无法比较")
        product = count.value * unit_cost.value
        if not _differs(product, executed):
            return PASS
        message = f"{counts[0].name}{counts[0].actual}乘以{record.name}{record.actual}为{wan(product)}，与全年执行数{wan(executed)}不符，请核实。"
        values = (counts[0].actual, record.actual, str(executed))
        return failed(
            message, wan(executed), wan(product), cells=(f"{record.subject}/actual",), values=values
        )


class SavingVsFullOutput(FormRule):
    """Much less money spent with every output reached is a saving or a budget too large, and is explained."""

    id = "saving-vs-full-output"
    subjects = ("funds/executed",)
    _LITTLE = Decimal("0.8")

    def decide(self, answer: Answer, subject: str) -> None:
        forms, rows = answer.rows, answer.rows.blocks["indicators"]
        executed, budget = forms.by_form(executed_yuan), forms.by_form(budget_yuan)
        found, counts = scored(rows), rows.fact(_counts, "level2", kind=bool)
        known = ~missing(executed) & ~missing(budget)
        spent = np.zeros(len(forms), dtype=bool)
        spent[known] = executed[known] >= budget[known] * self._LITTLE

        def told(form: int) -> Decision:
            record, share = forms[form], percent(executed[form] / budget[form], 1)
            message = f"全年执行数只占预算数的{share}，而数量指标全部完成并得满分，请说明资金节约或预算偏大的原因。"
            cells = (f"{record.total_fund.subject}/executed",)
            values = (str(executed[form]), str(budget[form]))
            return failed(message, "说明原因", share, cells=cells, values=values)

        answer.when(
            ~known & forms.by_form(_funded, bool), undecidable("全年预算数或全年执行数无法比较")
        )
        answer.when(~known, not_applicable("没有资金表")).when(spent, PASS)
        unread = (rows.counted(counts) == 0) | (rows.counted(counts & ~found.known) > 0)
        answer.when(unread, undecidable("数量指标没有可读的得分"))
        answer.when(rows.counted(counts & found.lost) > 0, PASS)
        words = "结余|节约|节省|招标|中标|尾款|未付|未支付|结算|压减|疫情|未拨"
        answer.fails(lambda form: PASS if mentions(forms[form], words) else told(form))


def _counts(level2: str | None) -> bool:
    return "数量" in (level2 or "")


def _funded(form: FormView) -> bool:
    return bool(form.funds)


class CostRateVsExecutionRate(IndicatorRule):
    """A cost-control rate of 100% goes with an execution of 100%."""

    id = "cost-rate-vs-execution-rate"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, rate = answer.rows, quantities(answer.rows, "actual")
        executed, budget = rows.by_form(executed_yuan), rows.by_form(budget_yuan)

        def told(at: int) -> Decision:
            if rate.value[at] != 100 or not _differs(executed[at], budget[at]):
                return PASS
            row, ratio = rows[at], percent(executed[at] / budget[at], 1)
            message = (
                f"{row.name}填为{row.actual}，而预算执行率为{ratio}，请说明成本控制率的计算口径。"
            )
            values = (row.actual, str(executed[at]), str(budget[at]))
            return failed(
                message, ratio, row.actual, cells=(f"{row.subject}/actual",), values=values
            )

        named = rows.fact(_is_control_rate, "level3", kind=bool)
        answer.when(~named | rows.blank("actual"), NO_CONTROL_RATE)
        answer.doubted("成本控制率读取存疑，请核对 {}", "actual")
        unknown = ~rate.known | missing(executed) | missing(budget)
        answer.when(unknown, undecidable("成本控制率或资金无法比较")).fails(told)


def _is_control_rate(level3: str | None) -> bool:
    return "成本控制率" in indicator_name(level3)


class ExecutionCountedTwice(IndicatorRule):
    """The execution rate is scored once: in the funds block or among the indicators."""

    id = "execution-counted-twice"
    _NAME = re.compile(r"^(?:项目)?(?:预算|资金|预算资金)(?:执行|支出|支付)(?:完成)?率$")

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows
        answer.when(~rows.fact(self._is_rate, "level3", kind=bool), NO_EXECUTION_RATE)
        answer.when(answer.left, lambda at: self._judge(rows[at]))

    def _is_rate(self, level3: str | None) -> bool:
        return self._NAME.search(indicator_name(level3)) is not None

    def _judge(self, record: IndicatorRow) -> Decision:
        total = record.form.total_fund
        marks = [record.read("weight"), record.read("score")]
        block = [total.read("weight"), total.read("score")] if total else []
        if any(reading.state is CellState.DOUBTFUL for reading in (*marks, *block)):
            return undecidable(f"分值或得分读取存疑（{record.subject}）")
        if not any(reading.number and reading.value > 0 for reading in block) or not any(
            reading.number and reading.value > 0 for reading in marks
        ):
            return PASS
        message = f"{record.name}与资金表的预算执行率重复计分（资金表{(block[0].text or block[1].text)}分），请只保留一处。"
        cells, values = (f"{record.subject}/level3",), (record.level3, record.weight, record.score)
        return failed(message, "计分一次", "计分两次", cells=cells, values=values)
