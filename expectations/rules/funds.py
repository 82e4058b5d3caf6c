"""Budget execution: amounts, rate and score of the total row agree within what is printed, and the parts make the total."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from selfeval.core.numbers import Interval, money_unit
from selfeval.core.paths import parts_of
from selfeval.expectations.arithmetic import (
    ZERO,
    Part,
    in_breakdowns,
    percent,
    plain,
    row_slip,
    trouble,
)
from selfeval.expectations.readings import AMOUNTS, CAPTIONS, CellState, Reading
from selfeval.expectations.rules.base import FormRule, FundRule
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import FormView, FundRow

ONE = Decimal(1)


def readings(row: FundRow, *names: str) -> dict[str, Reading] | Decision:
    """The cells `names` as numbers; not-applicable where the form lacks one of the columns, undecidable where one is no number."""
    found = {name: row.read(name) for name in names}
    for name, reading in found.items():
        if reading.state is CellState.ABSENT:
            return not_applicable(f"资金表没有{CAPTIONS[name]}栏")
    for name, reading in found.items():
        if reading.state is not CellState.KNOWN:
            return undecidable(trouble(row, name, reading))
    amounts = (found[name] for name in found if name in AMOUNTS)
    return MIXED_UNITS if units_differ(row.form, amounts) else found


MIXED_UNITS = undecidable("金额有的带单位、有的不带，本表又未注明单位，无法比较")


def units_differ(form: FormView, readings: Iterable[Reading]) -> bool:
    """Whether amounts cannot be brought to one unit: the form names none, and only some cells do."""
    if money_unit(form.amount_unit):
        return False
    return len({one.number.unit is None for one in readings if one.number is not None}) > 1


def base_of(row: FundRow) -> str:
    """The column that execution is measured on: 全年预算数, or 年初预算数 on a form that prints no other."""
    no_budget = row.read("budget").state is CellState.ABSENT
    return (
        "initial" if no_budget and row.read("initial").state is not CellState.ABSENT else "budget"
    )


def with_base(row: FundRow, *names: str) -> dict[str, Reading] | Decision:
    """The cells `names`, and the base of execution as `budget`."""
    base = base_of(row)
    found = readings(row, base, *names)
    return found if isinstance(found, Decision) else {**found, "budget": found[base]}


def money(row: FundRow, name: str) -> str:
    """An amount as a message gives it: as printed, with the form's unit where the cell has none."""
    text, unit = getattr(row, name) or "", money_unit(row.form.amount_unit)
    return text if not unit or "元" in text else f"{text}{unit}"


def execution_ratio(found: dict[str, Reading]) -> Interval | None:
    """All values that executed / budget may have, given how both are printed; None where the budget may be zero."""
    executed, budget = found["executed"].number, found["budget"].number
    assert executed is not None and budget is not None
    return executed.interval.divide(budget.interval) if budget.value else None


class OverExecution(FundRule):
    """No more is executed than the budget allows."""

    id = "over-execution"

    def judge(self, record: FundRow, subject: str) -> Decision:
        found = readings(record, "budget", "executed")
        if isinstance(found, Decision):
            return found
        budget, executed = found["budget"], found["executed"]
        if executed.value <= budget.value:
            return PASS
        over = f"{plain(executed.value - budget.value)}{money_unit(record.form.amount_unit) or ''}"
        message = f"全年执行数{money(record, 'executed')}大于全年预算数{money(record, 'budget')}，超出{over}，请说明超预算执行的资金来源。"
        cells, values = (f"{subject}/executed",), (budget.text, executed.text)
        return failed(message, f"不高于{budget.text}", executed.text, cells=cells, values=values)


class ExecutionRate(FundRule):
    """The printed rate is executed / budget, within the printed precision of all three."""

    id = "execution-rate"

    def judge(self, record: FundRow, subject: str) -> Decision:
        if record.read("rate").state is CellState.BLANK:
            return not_applicable("没有填执行率")
        found = with_base(record, "executed", "rate")
        if isinstance(found, Decision):
            return found
        ratio = execution_ratio(found)
        if ratio is None:
            return undecidable(f"预算数为{found['budget'].text}，无法计算执行率")
        number = found["rate"].number
        assert number is not None
        if number.to_rate().interval.intersects(ratio):
            return PASS
        exact = found["executed"].value / found["budget"].value
        expected = percent(exact)
        base = base_of(record)
        message = f"预算执行率填报为{found['rate'].text}，按全年执行数{money(record, 'executed')}、{CAPTIONS[base]}{money(record, base)}计算应为{expected}，请核实。"
        values = tuple(found[name].text for name in ("budget", "executed", "rate"))
        return failed(
            message, expected, found["rate"].text, cells=(f"{subject}/rate",), values=values
        )


class ExecutionScore(FundRule):
    """The execution score is min(executed / budget, 1) x weight, within the printed precision."""

    id = "execution-score"

    def judge(self, record: FundRow, subject: str) -> Decision:
        found = with_base(record, "executed", "weight", "score")
        if isinstance(found, Decision):
            return found
        ratio = execution_ratio(found)
        if ratio is None:
            return undecidable(f"预算数为{found['budget'].text}，无法计算执行率")
        weight, score = found["weight"].value, found["score"].number
        assert score is not None
        if ratio.capped(ONE).multiply(Interval.point(weight)).intersects(score.interval):
            return PASS
        exact = min(found["executed"].value / found["budget"].value, ONE)
        expected = f"{exact * weight:.2f}"
        message = f"预算执行得分填报为{found['score'].text}分，按执行率{percent(exact)}乘以分值{found['weight'].text}分计算应为{expected}分，请核实。"
        values = tuple(found[name].text for name in ("budget", "executed", "weight", "score"))
        return failed(
            message, expected, found["score"].text, cells=(f"{subject}/score",), values=values
        )


class FundsComponents(FormRule):
    """In each column the parts make the total row. Two parallel breakdowns, by source and by use, may each make it."""

    id = "funds-components"
    subjects = ("funds/initial", "funds/budget", "funds/executed")

    def judge(self, record: FormView, subject: str) -> Decision:
        name = parts_of(subject).name or ""
        total_row = record.total_fund
        if total_row is None or total_row.read(name).state is CellState.ABSENT:
            return not_applicable(f"资金表没有{CAPTIONS[name]}栏")
        parts: list[Part] = []
        for row in record.funds:
            reading = row.read(name)
            if reading.state in (CellState.DOUBTFUL, CellState.UNREADABLE):
                return undecidable(trouble(row, name, reading))
            if row is not total_row and reading.number is not None:
                parts.append(Part(row, reading.value, reading.number.half, reading.text))
        if not parts:
            return not_applicable(f"{CAPTIONS[name]}没有分项数字")
        total = total_row.read(name)
        if total.number is None:
            return undecidable(trouble(total_row, name, total))
        if units_differ(record, (row.read(name) for row in record.funds)):
            return MIXED_UNITS
        tolerance = total.number.half + sum((part.half for part in parts), ZERO)

        def meets(values: Iterable[Decimal]) -> bool:
            return abs(sum(values, ZERO) - total.value) <= tolerance

        values = [part.value for part in parts]
        if in_breakdowns(values, meets):
            return PASS
        summed, unit = sum(values, ZERO), money_unit(record.amount_unit) or ""
        message = (
            f"{CAPTIONS[name]}各分项合计为{plain(summed)}{unit}，与{total_row.name}所列{money(total_row, name)}不符，相差{plain(abs(summed - total.value))}{unit}"
            f"{row_slip(parts, summed, total.value)}，请核实。"
        )
        printed = (total.text, *(part.text for part in parts))
        cells = (f"{total_row.subject}/{name}",)
        return failed(message, plain(summed), total.text, cells=cells, values=printed)
