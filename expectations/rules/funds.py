"""Budget execution: amounts, rate and score of the total row agree within what is printed, and the parts make the total."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import partial

import numpy as np

from selfeval.core.numbers import Interval, money_unit
from selfeval.core.paths import parts_of
from selfeval.expectations.answers import Answer
from selfeval.expectations.arithmetic import (
    ZERO,
    Part,
    in_breakdowns,
    percent,
    plain,
    row_slip,
    trouble,
)
from selfeval.expectations.columns import (
    ABSENT,
    BLANK,
    DOUBTFUL,
    UNREADABLE,
    Array,
    Columns,
    below,
    missing,
)
from selfeval.expectations.readings import AMOUNTS, CAPTIONS
from selfeval.expectations.rules.base import FormRule, FundRule
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import FormView, FundRow

ONE = Decimal(1)
MIXED_UNITS = undecidable("金额有的带单位、有的不带，本表又未注明单位，无法比较")


def filled(answer: Answer, *names: str) -> Answer:
    """Leaves the rows where the cells `names` are numbers, and amounts of one unit: not-applicable where the form lacks one of the columns,
    undecidable where one is no number. `base` and `stated` are columns as `FundRow.named` says."""
    rows = answer.rows
    for name in names:
        answer.when(rows.numbers(name).state == ABSENT, partial(_lacking, rows, name))
    for name in names:
        answer.unread(name)
    amounts = (name for name in names if name in (*AMOUNTS, "base", "stated"))
    return answer.when(mixed(rows, *amounts), MIXED_UNITS)


def of_total(answer: Answer, *names: str) -> tuple[Columns, Array]:
    """The total rows of funds, and which of them is that of each record's form. Leaves the records where its cells `names` are `filled`."""
    funds = answer.rows.blocks["funds"]
    of = np.searchsorted(funds.of, answer.rows.of)
    answer.unless(filled(Answer(funds), *names), of)
    return funds, of


def _lacking(rows: Columns, name: str, at: int) -> Decision:
    return not_applicable(f"资金表没有{CAPTIONS[rows[at].named(name)]}栏")


def mixed(rows: Columns, *names: str) -> Array:
    """Whether the amounts of a row cannot be brought to one unit: the form names none, and only some cells do."""
    found: Array = rows.by_form(_names_no_unit, bool).copy()
    for at in np.flatnonzero(found).tolist():
        numbers = (rows.numbers(name).readings[at].number for name in names)
        found[at] = len({one.unit is None for one in numbers if one is not None}) > 1
    return found


def _names_no_unit(form: FormView) -> bool:
    return not money_unit(form.amount_unit)


def money(row: FundRow, name: str) -> str:
    """An amount as a message gives it: as printed, with the form's unit where the cell has none."""
    text, unit = getattr(row, name) or "", money_unit(row.form.amount_unit)
    return text if not unit or "元" in text else f"{text}{unit}"


def ratios(rows: Columns, base: str = "base") -> Array:
    """By row all values that executed / budget may have, given how both are printed; None where one is no number or the budget may be
    zero."""
    return rows.once(_ratios, base)


def _ratios(rows: Columns, base: str) -> Array:
    budget, executed = rows.numbers(base), rows.numbers("executed")
    found = np.full(len(rows), None)
    known = budget.known & executed.known & budget.value.astype(bool)
    for at in np.flatnonzero(known).tolist():
        divisor = budget.readings[at].number.interval
        found[at] = executed.readings[at].number.interval.divide(divisor)
    return found


def texts(rows: Columns, at: int, *names: str) -> tuple[str | None, ...]:
    """The cells `names` of a row as they are printed."""
    return tuple(rows.numbers(name).readings[at].text for name in names)


def _measured(answer: Answer) -> Answer:
    """Leaves the rows of which executed / budget can be told."""
    rows = answer.rows
    none = missing(ratios(rows))
    return answer.when(none, lambda at: undecidable(f"预算数为{texts(rows, at, 'base')[0]}，无法计算执行率"))  # fmt: skip


class OverExecution(FundRule):
    """No more is executed than the budget allows."""

    id = "over-execution"

    def decide(self, answer: Answer, subject: str) -> None:
        rows = filled(answer, "budget", "executed").rows
        budget, executed = rows.numbers("budget").value, rows.numbers("executed").value

        def told(at: int) -> Decision:
            row, printed = rows[at], texts(rows, at, "budget", "executed")
            over = plain(executed[at] - budget[at]) + (money_unit(row.form.amount_unit) or "")
            message = f"全年执行数{money(row, 'executed')}大于全年预算数{money(row, 'budget')}，超出{over}，请说明超预算执行的资金来源。"
            cells = (f"{row.subject}/executed",)
            return failed(message, f"不高于{printed[0]}", printed[1], cells=cells, values=printed)

        answer.fails(told, below(budget, executed, answer.left))


class ExecutionRate(FundRule):
    """The printed rate is executed / budget, within the printed precision of all three."""

    id = "execution-rate"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, rate = answer.rows, answer.rows.numbers("rate")
        answer.when(rate.state == BLANK, not_applicable("没有填执行率"))
        _measured(filled(answer, "base", "executed", "rate"))
        budget, executed = rows.numbers("base").value, rows.numbers("executed").value

        def told(at: int) -> Decision:
            if rate.readings[at].number.to_rate().interval.intersects(ratios(rows)[at]):
                return PASS
            row, printed = rows[at], texts(rows, at, "base", "executed", "rate")
            expected = percent(executed[at] / budget[at])
            message = f"预算执行率填报为{printed[2]}，按全年执行数{money(row, 'executed')}、{CAPTIONS[row.base]}{money(row, row.base)}计算应为{expected}，请核实。"
            return failed(message, expected, printed[2], cells=(f"{row.subject}/rate",), values=printed)  # fmt: skip

        answer.fails(told)


class ExecutionScore(FundRule):
    """The execution score is min(executed / budget, 1) x weight, within the printed precision."""

    id = "execution-score"

    def decide(self, answer: Answer, subject: str) -> None:
        rows = _measured(filled(answer, "base", "executed", "weight", "score")).rows
        budget, executed = rows.numbers("base").value, rows.numbers("executed").value
        weight, score = rows.numbers("weight").value, rows.numbers("score").readings

        def told(at: int) -> Decision:
            granted = ratios(rows)[at].capped(ONE).multiply(Interval.point(weight[at]))
            if granted.intersects(score[at].number.interval):
                return PASS
            exact = min(executed[at] / budget[at], ONE)
            expected = f"{exact * weight[at]:.2f}"
            printed = texts(rows, at, "base", "executed", "weight", "score")
            message = f"预算执行得分填报为{printed[3]}分，按执行率{percent(exact)}乘以分值{printed[2]}分计算应为{expected}分，请核实。"
            cells = (f"{rows[at].subject}/score",)
            return failed(message, expected, printed[3], cells=cells, values=printed)

        answer.fails(told)


class FundsComponents(FormRule):
    """In each column the parts make the total row. Two parallel breakdowns, by source and by use, may each make it."""

    id = "funds-components"
    subjects = ("funds/initial", "funds/budget", "funds/executed")

    def decide(self, answer: Answer, subject: str) -> None:
        forms, name = answer.rows, parts_of(subject).name or ""
        rows, (whole, part) = forms.blocks["fund_rows"], totals(forms)
        numbers, caption = rows.numbers(name), CAPTIONS[name]
        state = state_of_total(forms, name)
        answer.when(state == ABSENT, not_applicable(f"资金表没有{caption}栏"))
        unsure = (numbers.state == DOUBTFUL) | (numbers.state == UNREADABLE)
        answer.when(rows.counted(unsure) > 0, lambda form: trouble(rows[rows.within(form, unsure)[0]], name))  # fmt: skip
        known = part & numbers.known
        answer.when(rows.counted(known) == 0, not_applicable(f"{caption}没有分项数字"))
        answer.when(state == BLANK, lambda form: trouble(rows[whole[form]], name))
        for form in np.flatnonzero(answer.left & forms.by_form(_names_no_unit, bool)).tolist():
            own = (numbers.readings[at].number for at in rows.within(form, numbers.known))
            if len({one.unit is None for one in own}) > 1:
                answer.which[form] = answer.number(MIXED_UNITS)

        def told(form: int) -> Decision:
            total = numbers.readings[whole[form]].number
            parts = [Part(rows[at], one.value, one.half, numbers.readings[at].text)
                     for at in rows.within(form, known) for one in (numbers.readings[at].number,)]  # fmt: skip
            tolerance = total.half + sum((one.half for one in parts), ZERO)

            def meets(values: Iterable[Decimal]) -> bool:
                return bool(abs(sum(values, ZERO) - total.value) <= tolerance)

            values = [one.value for one in parts]
            summed, unit = sum(values, ZERO), money_unit(forms[form].amount_unit) or ""
            if in_breakdowns(values, meets):
                return PASS
            row, printed = rows[whole[form]], numbers.readings[whole[form]].text
            message = (
                f"{caption}各分项合计为{plain(summed)}{unit}，与{row.name}所列{money(row, name)}不符，相差{plain(abs(summed - total.value))}{unit}"
                f"{row_slip(parts, summed, total.value)}，请核实。"
            )
            told = (printed, *(one.text for one in parts))
            return failed(message, plain(summed), printed, cells=(f"{row.subject}/{name}",), values=told)  # fmt: skip

        answer.fails(told)


def totals(forms: Columns) -> tuple[Array, Array]:
    """By form the number of its total row among all rows of funds, -1 where there is none; and which of those rows are parts."""
    return forms.once(_totals)


def _totals(forms: Columns) -> tuple[Array, Array]:
    rows, whole = forms.blocks["fund_rows"], np.full(len(forms), -1, dtype=np.intp)
    first = np.array([row.form.total_fund is row for row in rows], dtype=bool)
    whole[rows.of[first]] = np.flatnonzero(first)
    return whole, ~first


def state_of_total(forms: Columns, name: str) -> Array:
    """By form the state of the cell `name` of its total row, ABSENT where it has none."""
    whole, _ = totals(forms)
    found, some = np.full(len(forms), ABSENT), whole >= 0
    found[some] = forms.blocks["fund_rows"].numbers(name).state[whole[some]]
    return found
