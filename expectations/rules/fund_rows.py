"""Columns of the funds block beside the total row, and budgets that cannot be (family funds)."""

from __future__ import annotations

from decimal import Decimal

from selfeval.core.numbers import money_unit
from selfeval.core.paths import parts_of
from selfeval.expectations.arithmetic import ZERO, percent, plain, trouble
from selfeval.expectations.rules.base import FormRule, FundRule
from selfeval.expectations.rules.funds import execution_ratio, money, readings
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import CAPTIONS, CellState, FormView, FundRow


class ZeroBudget(FundRule):
    """Money spent has a budget: it is neither zero nor blank. 0 of 0 is neither 0% nor 100% and is left alone."""

    id = "zero-budget"

    def judge(self, record: FundRow, subject: str) -> Decision:
        budget, executed = record.read("budget"), record.read("executed")
        if budget.state is CellState.ABSENT or executed.state is CellState.ABSENT:
            return not_applicable("资金表没有全年预算数栏或全年执行数栏")
        if executed.number is None:
            return (
                not_applicable("没有填全年执行数")
                if executed.state is CellState.BLANK
                else undecidable(trouble(record, "executed", executed))
            )
        if budget.state in (CellState.DOUBTFUL, CellState.UNREADABLE):
            return undecidable(trouble(record, "budget", budget))
        if budget.number is not None and budget.value:
            return PASS
        if not executed.value:
            return not_applicable("预算数和执行数均为0")
        printed = f"填报为{budget.text}" if budget.number is not None else "为空白"
        message = f"全年预算数{printed}，而全年执行数为{money(record, 'executed')}，疑为全年预算数漏填，请核实。"
        cells, values = (f"{subject}/budget",), (budget.text, executed.text)
        return failed(message, "大于0", budget.text or "空白", cells=cells, values=values)


class TotalRowUnfilled(FormRule):
    """The total row is not zero or blank while one of its parts is more."""

    id = "total-row-unfilled"
    subjects = ("funds/initial", "funds/budget", "funds/executed")

    def judge(self, record: FormView, subject: str) -> Decision:
        name, total_row = parts_of(subject).name or "", record.total_fund
        if total_row is None or all(getattr(row, name) is None for row in record.funds):
            return not_applicable(f"资金表没有{CAPTIONS[name]}栏")
        parts = {row.position: row.read(name) for row in record.funds if row is not total_row}
        filled = [
            record.funds[i]
            for i, reading in parts.items()
            if reading.number is not None and reading.value > 0
        ]
        total = total_row.read(name)
        if total.state is CellState.ABSENT or not filled:
            return not_applicable(f"{CAPTIONS[name]}没有分项数字")
        if total.state in (CellState.DOUBTFUL, CellState.UNREADABLE):
            return undecidable(trouble(total_row, name, total))
        if total.number is not None and total.value:
            return PASS
        part = filled[0]
        printed = money(total_row, name) if total.number is not None else "空白"
        message = f"{CAPTIONS[name]}的{total_row.name}为{printed}，而分项{part.name}已填{money(part, name)}，总额漏填，请补正。"
        values = (total.text, getattr(part, name))
        cells = (f"{total_row.subject}/{name}",)
        return failed(message, "分项之和", total.text or "空白", cells=cells, values=values)


class RateNotFilled(FundRule):
    """A form that has a column for the rate gives the rate of its total row."""

    id = "rate-not-filled"

    def judge(self, record: FundRow, subject: str) -> Decision:
        rate = record.read("rate")
        if rate.state is CellState.ABSENT:
            return not_applicable("资金表没有执行率栏")
        found = readings(record, "budget", "executed")
        if isinstance(found, Decision):
            return found
        if rate.state is CellState.DOUBTFUL:
            return undecidable(trouble(record, "rate", rate))
        if rate.state is not CellState.BLANK:
            return PASS
        if not found["budget"].value:
            return not_applicable("全年预算数为0，没有执行率")
        expected = percent(found["executed"].value / found["budget"].value)
        message = f"资金表设有执行率栏，{record.name}的全年预算数为{money(record, 'budget')}、全年执行数为{money(record, 'executed')}，但未填执行率，应为{expected}，请补充。"
        cells = (f"{subject}/rate", f"{subject}/executed")
        values = (found["budget"].text, found["executed"].text)
        return failed(message, expected, "空白", cells=cells, values=values)


class ComponentRate(FormRule):
    """A rate printed for a part is the part's own executed / budget."""

    id = "component-rate"
    subjects = ("funds/rate",)

    def judge(self, record: FormView, subject: str) -> Decision:
        rows = [
            row
            for row in record.funds
            if row is not record.total_fund
            and row.read("rate").state not in (CellState.ABSENT, CellState.BLANK)
        ]
        if not rows:
            return not_applicable("分项没有填执行率")
        undecided: Decision | None = None
        for row in rows:
            found = readings(row, "budget", "executed", "rate")
            ratio = None if isinstance(found, Decision) else execution_ratio(found)
            if isinstance(found, Decision) or ratio is None:
                undecided = (
                    found
                    if isinstance(found, Decision)
                    else undecidable(f"{row.name}的预算数为0，无法计算执行率")
                )
                continue
            number = found["rate"].number
            if number is not None and not number.to_rate().interval.intersects(ratio):
                expected = percent(found["executed"].value / found["budget"].value)
                message = f"分项{row.name}执行率填报为{found['rate'].text}，按执行数{money(row, 'executed')}、预算数{money(row, 'budget')}计算应为{expected}，请核实。"
                values = tuple(found[name].text for name in ("budget", "executed", "rate"))
                cells = (f"{row.subject}/rate",)
                return failed(message, expected, found["rate"].text, cells=cells, values=values)
        return undecided or PASS


class ComponentOverExecution(FormRule):
    """No part executes more than its own budget while the total stays within: money has moved between parts."""

    id = "component-over-execution"
    subjects = ("funds/executed",)

    def judge(self, record: FormView, subject: str) -> Decision:
        rows = [row for row in record.funds if row is not record.total_fund]
        pairs = [(row, row.read("budget"), row.read("executed")) for row in rows]
        if any(
            CellState.DOUBTFUL in (budget.state, executed.state) for _, budget, executed in pairs
        ):
            return undecidable("分项金额读取存疑")
        filled = [
            (row, budget, executed)
            for row, budget, executed in pairs
            if budget.number and executed.number
        ]
        if not filled:
            blank = any(executed.number for _, _, executed in pairs)
            return (
                undecidable("分项填有执行数而没有预算数")
                if blank
                else not_applicable("分项没有预算数和执行数")
            )
        over = [
            (row, budget, executed)
            for row, budget, executed in filled
            if executed.value > budget.value >= 0
        ]
        total = record.total_fund
        if not over or (
            total is not None
            and (b := total.read("budget")).number
            and (e := total.read("executed")).number
            and e.value > b.value
        ):
            return PASS  # an overdrawn total is over-execution's finding
        row, budget, executed = over[0]
        beyond = f"{plain(executed.value - budget.value)}{money_unit(record.amount_unit) or ''}"
        message = f"分项{row.name}全年执行数{money(row, 'executed')}大于其全年预算数{money(row, 'budget')}，超出{beyond}，请说明资金调剂情况。"
        cells, values = (f"{row.subject}/executed",), (budget.text, executed.text)
        return failed(message, f"不高于{budget.text}", executed.text, cells=cells, values=values)


class NegativeAmount(FormRule):
    """No amount of money is below zero."""

    id = "negative-amount"
    subjects = ("funds",)

    def judge(self, record: FormView, subject: str) -> Decision:
        cells = [
            (row, name, row.read(name))
            for row in record.funds
            for name in ("initial", "budget", "executed")
        ]
        if any(reading.state is CellState.DOUBTFUL for _, _, reading in cells):
            return undecidable("资金金额读取存疑")
        numbers = [
            (row, name, reading) for row, name, reading in cells if reading.number is not None
        ]
        if not numbers:
            return not_applicable("资金表没有金额")
        for row, name, reading in numbers:
            if reading.value < 0:
                message = f"{row.name}的{CAPTIONS[name]}为负数{money(row, name)}，请核实。"
                place, values = (f"{row.subject}/{name}",), (reading.text,)
                return failed(message, "0以上", reading.text, cells=place, values=values)
        return PASS


class AmountUnreadable(FormRule):
    """A cell of money or of a rate that is not blank is a number."""

    id = "amount-unreadable"
    subjects = ("funds",)

    def judge(self, record: FormView, subject: str) -> Decision:
        cells = [
            (row, name, row.read(name))
            for row in record.funds
            for name in ("initial", "budget", "executed", "rate")
        ]
        if any(reading.state is CellState.DOUBTFUL for _, _, reading in cells):
            return undecidable("资金金额读取存疑")
        for row, name, reading in cells:
            if reading.state is CellState.UNREADABLE:
                message = f"{row.name}的{CAPTIONS[name]}填为“{reading.text}”，不是可以计算的数字，请改填数字。"
                place, values = (f"{row.subject}/{name}",), (reading.text,)
                return failed(message, "数字", reading.text, cells=place, values=values)
        return (
            PASS
            if any(reading.number for _, _, reading in cells)
            else not_applicable("资金表没有金额")
        )


class PerfectExecution(FundRule):
    """A whole department does not execute initial and adjusted budget to the cent: a hint that figures were copied."""

    id = "perfect-execution"

    def judge(self, record: FundRow, subject: str) -> Decision:
        if record.form.settings is None or record.form.settings.id != "department":
            return not_applicable("不是部门整体支出自评表")
        found = readings(record, "initial", "budget", "executed")
        if isinstance(found, Decision):
            return found
        amounts = {found[name].value for name in ("initial", "budget", "executed")}
        number = found["executed"].number
        if (
            len(amounts) > 1
            or number is None
            or number.half > Decimal("0.05")
            or number.value == ZERO
        ):
            return PASS
        message = f"部门整体支出的年初预算数、全年预算数、全年执行数均为{found['executed'].text}，三数完全一致，请核实是否照抄预算数。"
        cells, values = (f"{subject}/executed",), (found["executed"].text,)
        return failed(message, None, found["executed"].text, cells=cells, values=values)
