"""Costs in the indicators against the money in the funds block."""

from __future__ import annotations

import re
from decimal import Decimal

from selfeval.core.numbers import MONEY_UNITS
from selfeval.core.quantities import Quantity, parse_quantity
from selfeval.expectations.arithmetic import ZERO, percent, plain
from selfeval.expectations.rules.base import FormRule, IndicatorRule
from selfeval.expectations.rules.common import points
from selfeval.expectations.rules.fund_notes import mentions
from selfeval.expectations.text import indicator_name, is_blank
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


def yuan(quantity: Quantity | None, form: FormView) -> Decimal | None:
    """A quantity as money in yuan: with a unit of money, or bare in the unit of the form's amounts; None for anything else."""
    if quantity is None or quantity.unit not in ("元", ""):
        return None
    if quantity.unit == "元":
        return quantity.value
    factor = MONEY_UNITS.get(form.amount_unit or "")
    return quantity.value * factor if factor else None


def fund_yuan(form: FormView, name: str) -> Decimal | None:
    """The total row's amount `name` in yuan; None where it is no number, is 0, or the form does not say its unit."""
    number = form.total_fund.read(name).number if form.total_fund else None
    factor = MONEY_UNITS.get(form.amount_unit or "")
    return number.value * factor if number is not None and factor and number.value else None


def is_cost(row: IndicatorRow) -> bool:
    return "成本" in f"{row.level1 or ''}{row.level2 or ''}"


def _differs(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) > ONE_PERCENT * max(abs(one), abs(other))


def wan(value: Decimal) -> str:
    return f"{plain((value / 10_000).quantize(Decimal('0.0001')))}万元"


class CostTotalVsExecuted(IndicatorRule):
    """The whole cost of the project, reported as a result, is the money that was executed."""

    id = "cost-total-vs-executed"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        if not _WHOLE_COST.search(indicator_name(record.level3)) or is_blank(record.actual):
            return NO_COST
        if doubt := record.doubt("actual", "target"):
            return undecidable(f"成本读取存疑，请核对 {doubt}")
        cost, executed = (
            yuan(parse_quantity(record.actual), record.form),
            fund_yuan(record.form, "executed"),
        )
        if cost is None or executed is None:
            return undecidable("成本或全年执行数不是可比较的金额")
        if not _differs(cost, executed):
            return PASS
        message = f"{record.name}实际完成值为{record.actual}，而全年执行数为{wan(executed)}，两者不符，请核实成本口径。"
        return failed(
            message,
            wan(executed),
            record.actual,
            cells=(f"{subject}/actual",),
            values=(record.actual, str(executed)),
        )


class CostCeilingVsBudget(IndicatorRule):
    """The ceiling for the whole cost is not above the budget."""

    id = "cost-ceiling-vs-budget"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        if not _WHOLE_COST.search(indicator_name(record.level3)) or is_blank(record.target):
            return NO_COST
        if doubt := record.doubt("target"):
            return undecidable(f"成本读取存疑，请核对 {doubt}")
        ceiling, budget = (
            yuan(parse_quantity(record.target), record.form),
            fund_yuan(record.form, "budget"),
        )
        if ceiling is None or budget is None:
            return undecidable("成本指标值或全年预算数不是可比较的金额")
        if ceiling <= budget * (1 + ONE_PERCENT):
            return PASS
        message = f"{record.name}指标值为{record.target}，高于全年预算数{wan(budget)}，成本控制目标没有约束力，请核实。"
        return failed(
            message,
            f"不高于{wan(budget)}",
            record.target,
            cells=(f"{subject}/target",),
            values=(record.target, str(budget)),
        )


class CostPartsSum(FormRule):
    """The costs that the indicators report do not come to more than the money executed. Unit costs are not summed."""

    id = "cost-parts-sum"
    subjects = ("indicators",)

    def judge(self, record: FormView, subject: str) -> Decision:
        rows = [
            row
            for row in record.filled
            if is_cost(row)
            and not _UNIT_COST.search(indicator_name(row.level3))
            and not _WHOLE_COST.search(indicator_name(row.level3))
        ]
        known = [(row, value) for row in rows if (value := self._cost(row)) is not None]
        if len(known) < 2:
            return not_applicable("没有两项以上的金额成本指标")
        if record.doubts and (
            why := next((why for row, _ in known if (why := row.doubt("actual"))), None)
        ):
            return undecidable(f"成本读取存疑，请核对 {why}")
        executed, summed = fund_yuan(record, "executed"), sum((value for _, value in known), ZERO)
        if executed is None:
            return undecidable("全年执行数不是可比较的金额")
        if summed <= executed * (1 + ONE_PERCENT):
            return PASS
        message = f"{len(known)}项成本指标实际完成值合计{wan(summed)}，大于全年执行数{wan(executed)}，请核实成本口径。"
        cells = (f"{known[0][0].subject}/actual",)
        return failed(
            message,
            f"不高于{wan(executed)}",
            wan(summed),
            cells=cells,
            values=tuple(row.actual for row, _ in known),
        )

    def _cost(self, row: IndicatorRow) -> Decimal | None:
        actual = parse_quantity(row.actual)
        return actual.value if actual is not None and actual.unit == "元" else None


class QuantityTimesUnitCost(IndicatorRule):
    """Count x unit cost is the money, where a form has one of each. Told on the row of the unit cost."""

    id = "quantity-times-unit-cost"
    _PER = re.compile(r"每(?:人|名|生)|人均|生均|每户|户均|每亩|亩均")
    _COUNTED = {"人": "人|名|学生|对象", "名": "人|名", "生": "人|学生|生", "户": "户", "亩": "亩|面积"}  # fmt: skip

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        match = self._PER.search(f"{record.level3 or ''}{record.actual or ''}")
        if match is None or not is_cost(record):
            return NO_UNIT_COST
        if doubt := record.doubt("actual"):
            return undecidable(f"单位成本读取存疑，请核对 {doubt}")
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
            message, wan(executed), wan(product), cells=(f"{subject}/actual",), values=values
        )


class SavingVsFullOutput(FormRule):
    """Much less money spent with every output reached is a saving or a budget too large, and is explained."""

    id = "saving-vs-full-output"
    subjects = ("funds/executed",)
    _LITTLE = Decimal("0.8")

    def judge(self, record: FormView, subject: str) -> Decision:
        executed, budget = fund_yuan(record, "executed"), fund_yuan(record, "budget")
        if executed is None or budget is None:
            return (
                undecidable("全年预算数或全年执行数无法比较")
                if record.funds
                else not_applicable("没有资金表")
            )
        if executed >= budget * self._LITTLE:
            return PASS
        counts = [row for row in record.filled if "数量" in (row.level2 or "")]
        found = [points(row) for row in counts]
        if not counts or any(isinstance(one, Decision) for one in found):
            return undecidable("数量指标没有可读的得分")
        if mentions(record, "结余|节约|节省|招标|中标|尾款|未付|未支付|结算|压减|疫情|未拨"):
            return PASS
        if any(not isinstance(one, Decision) and one.lost for one in found):
            return PASS
        message = f"全年执行数只占预算数的{percent(executed / budget, 1)}，而数量指标全部完成并得满分，请说明资金节约或预算偏大的原因。"
        cells = (f"{record.total_fund.subject}/executed",) if record.total_fund else ()
        return failed(
            message,
            "说明原因",
            percent(executed / budget, 1),
            cells=cells,
            values=(str(executed), str(budget)),
        )


class CostRateVsExecutionRate(IndicatorRule):
    """A cost-control rate of 100% goes with an execution of 100%."""

    id = "cost-rate-vs-execution-rate"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        if "成本控制率" not in indicator_name(record.level3) or is_blank(record.actual):
            return NO_CONTROL_RATE
        if doubt := record.doubt("actual"):
            return undecidable(f"成本控制率读取存疑，请核对 {doubt}")
        rate, executed, budget = (
            parse_quantity(record.actual),
            fund_yuan(record.form, "executed"),
            fund_yuan(record.form, "budget"),
        )
        if rate is None or executed is None or budget is None:
            return undecidable("成本控制率或资金无法比较")
        if rate.value != 100 or not _differs(executed, budget):
            return PASS
        ratio = percent(executed / budget, 1)
        message = (
            f"{record.name}填为{record.actual}，而预算执行率为{ratio}，请说明成本控制率的计算口径。"
        )
        return failed(
            message,
            ratio,
            record.actual,
            cells=(f"{subject}/actual",),
            values=(record.actual, str(executed), str(budget)),
        )


class ExecutionCountedTwice(IndicatorRule):
    """The execution rate is scored once: in the funds block or among the indicators."""

    id = "execution-counted-twice"
    _NAME = re.compile(r"^(?:项目)?(?:预算|资金|预算资金)(?:执行|支出|支付)(?:完成)?率$")

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        if not self._NAME.search(indicator_name(record.level3)):
            return NO_EXECUTION_RATE
        total = record.form.total_fund
        marks = [record.read("weight"), record.read("score")]
        block = [total.read("weight"), total.read("score")] if total else []
        if any(reading.state is CellState.DOUBTFUL for reading in (*marks, *block)):
            return undecidable(f"分值或得分读取存疑（{subject}）")
        if not any(reading.number and reading.value > 0 for reading in block) or not any(
            reading.number and reading.value > 0 for reading in marks
        ):
            return PASS
        message = f"{record.name}与资金表的预算执行率重复计分（资金表{(block[0].text or block[1].text)}分），请只保留一处。"
        return failed(
            message,
            "计分一次",
            "计分两次",
            cells=(f"{subject}/level3",),
            values=(record.level3, record.weight, record.score),
        )
