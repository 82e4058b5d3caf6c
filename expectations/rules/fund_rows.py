"""Columns of the funds block beside the total row, and budgets that cannot be (family funds)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import numpy as np

from selfeval.core.numbers import money_unit
from selfeval.core.paths import parts_of
from selfeval.expectations.answers import Answer
from selfeval.expectations.arithmetic import ZERO, percent, plain, trouble
from selfeval.expectations.columns import (
    ABSENT,
    BLANK,
    DOUBTFUL,
    UNREADABLE,
    Array,
    below,
    missing,
    nonzero,
)
from selfeval.expectations.rules.base import FormRule, FundRule
from selfeval.expectations.rules.funds import filled, money, ratios, state_of_total, texts, totals
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import CAPTIONS, FormView, FundRow


class ZeroBudget(FundRule):
    """Money spent has a budget: it is neither zero nor blank. 0 of 0 is neither 0% nor 100% and is left alone."""

    id = "zero-budget"

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows
        budget, executed = rows.numbers("budget"), rows.numbers("executed")

        def told(at: int) -> Decision:
            row, printed = rows[at], texts(rows, at, "budget", "executed")
            what = f"填报为{printed[0]}" if budget.known[at] else "为空白"
            message = f"全年预算数{what}，而全年执行数为{money(row, 'executed')}，疑为全年预算数漏填，请核实。"
            cells = (f"{row.subject}/budget",)
            return failed(message, "大于0", printed[0] or "空白", cells=cells, values=printed)

        lacking = (budget.state == ABSENT) | (executed.state == ABSENT)
        answer.when(lacking, not_applicable("资金表没有全年预算数栏或全年执行数栏"))
        answer.when(executed.state == BLANK, not_applicable("没有填全年执行数")).unread("executed")
        answer.unread("budget", (budget.state == DOUBTFUL) | (budget.state == UNREADABLE))
        answer.when(nonzero(budget.value), PASS)
        answer.when(~nonzero(executed.value), not_applicable("预算数和执行数均为0")).fails(told)


class TotalRowUnfilled(FormRule):
    """The total row is not zero or blank while one of its parts is more."""

    id = "total-row-unfilled"
    subjects = ("funds/initial", "funds/budget", "funds/executed")

    def decide(self, answer: Answer, subject: str) -> None:
        forms, name = answer.rows, parts_of(subject).name or ""
        rows, (whole, part) = forms.blocks["fund_rows"], totals(forms)
        numbers, state, caption = rows.numbers(name), state_of_total(forms, name), CAPTIONS[name]
        more = part & numbers.above(ZERO)

        def told(form: int) -> Decision:
            row, one = rows[whole[form]], rows[rows.within(form, more)[0]]
            printed = texts(rows, whole[form], name)[0]
            what = money(row, name) if numbers.known[whole[form]] else "空白"
            message = f"{caption}的{row.name}为{what}，而分项{one.name}已填{money(one, name)}，总额漏填，请补正。"
            cells, values = (f"{row.subject}/{name}",), (printed, getattr(one, name))
            return failed(message, "分项之和", printed or "空白", cells=cells, values=values)

        lacking = (whole < 0) | (rows.counted(~rows.absent(name)) == 0)
        answer.when(lacking, not_applicable(f"资金表没有{caption}栏"))
        nothing = (state == ABSENT) | (rows.counted(more) == 0)
        answer.when(nothing, not_applicable(f"{caption}没有分项数字"))
        unsure = (state == DOUBTFUL) | (state == UNREADABLE)
        answer.when(unsure, lambda form: trouble(rows[whole[form]], name))
        some = np.zeros(len(forms), dtype=bool)
        some[whole >= 0] = nonzero(numbers.value)[whole[whole >= 0]]
        answer.fails(told, ~some)


class RateNotFilled(FundRule):
    """A form that has a column for the rate gives the rate of its total row."""

    id = "rate-not-filled"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, rate = answer.rows, answer.rows.numbers("rate")
        answer.when(rate.state == ABSENT, not_applicable("资金表没有执行率栏"))
        filled(answer, "budget", "executed").unread("rate", rate.state == DOUBTFUL)
        budget, executed = rows.numbers("budget").value, rows.numbers("executed").value

        def told(at: int) -> Decision:
            row, expected = rows[at], percent(executed[at] / budget[at])
            message = f"资金表设有执行率栏，{row.name}的全年预算数为{money(row, 'budget')}、全年执行数为{money(row, 'executed')}，但未填执行率，应为{expected}，请补充。"
            cells = (f"{row.subject}/rate", f"{row.subject}/executed")
            return failed(message, expected, "空白", cells=cells, values=texts(rows, at, "budget", "executed"))  # fmt: skip

        answer.when(rate.state != BLANK, PASS)
        answer.when(~nonzero(budget), not_applicable("全年预算数为0，没有执行率")).fails(told)


class ComponentRate(FormRule):
    """A rate printed for a part is the part's own executed / budget."""

    id = "component-rate"
    subjects = ("funds/rate",)

    def decide(self, answer: Answer, subject: str) -> None:
        forms = answer.rows
        rows, (_, part) = forms.blocks["fund_rows"], totals(forms)
        rate, budget, executed = map(rows.numbers, ("rate", "budget", "executed"))
        rated = part & (rate.state != ABSENT) & (rate.state != BLANK)
        unknown = Answer(rows).when(~rated, PASS)
        filled(unknown, "budget", "executed", "rate")
        ratio = ratios(rows, "budget")
        zero = missing(ratio)
        unknown.when(zero, lambda at: undecidable(f"{rows[at].name}的预算数为0，无法计算执行率"))
        wrong = unknown.left
        for at in np.flatnonzero(wrong).tolist():
            number = rate.readings[at].number
            wrong[at] = not number.to_rate().interval.intersects(ratio[at])

        def told(form: int) -> Decision:
            at = rows.within(form, wrong)[0]
            row, printed = rows[at], texts(rows, at, "budget", "executed", "rate")
            expected = percent(executed.value[at] / budget.value[at])
            message = f"分项{row.name}执行率填报为{printed[2]}，按执行数{money(row, 'executed')}、预算数{money(row, 'budget')}计算应为{expected}，请核实。"
            cells = (f"{row.subject}/rate",)
            return failed(message, expected, printed[2], cells=cells, values=printed)

        undecided = rated & ~unknown.left
        answer.when(rows.counted(rated) == 0, not_applicable("分项没有填执行率"))
        answer.when(rows.counted(wrong) > 0, told)
        answer.when(rows.counted(undecided) > 0, lambda form: unknown[rows.within(form, undecided)[-1]])  # fmt: skip
        answer.when(answer.left, PASS)


class ComponentOverExecution(FormRule):
    """No part executes more than its own budget while the total stays within: money has moved between parts."""

    id = "component-over-execution"
    subjects = ("funds/executed",)

    def decide(self, answer: Answer, subject: str) -> None:
        forms = answer.rows
        rows, (_, part) = forms.blocks["fund_rows"], totals(forms)
        budget, executed = rows.numbers("budget"), rows.numbers("executed")
        both = budget.known & executed.known
        over = both & ~below(budget.value, ZERO, both) & below(budget.value, executed.value, both)

        def told(form: int) -> Decision:
            at = rows.within(form, part & over)[0]
            row, printed = rows[at], texts(rows, at, "budget", "executed")
            beyond = plain(executed.value[at] - budget.value[at]) + (money_unit(row.form.amount_unit) or "")  # fmt: skip
            message = f"分项{row.name}全年执行数{money(row, 'executed')}大于其全年预算数{money(row, 'budget')}，超出{beyond}，请说明资金调剂情况。"
            cells = (f"{row.subject}/executed",)
            return failed(message, f"不高于{printed[0]}", printed[1], cells=cells, values=printed)

        doubted = (budget.state == DOUBTFUL) | (executed.state == DOUBTFUL)
        answer.when(rows.counted(part & doubted) > 0, undecidable("分项金额读取存疑"))
        spent, none = rows.counted(part & executed.known) > 0, rows.counted(part & both) == 0
        answer.when(none & spent, undecidable("分项填有执行数而没有预算数"))
        answer.when(none, not_applicable("分项没有预算数和执行数"))
        # an overdrawn total is over-execution's finding
        drawn = rows.counted(~part & below(budget.value, executed.value, both)) > 0
        answer.fails(told, (rows.counted(part & over) > 0) & ~drawn)


class _Amounts(FormRule):
    """No cell `names` of funds is one that `wrong` says is."""

    subjects = ("funds",)
    names: tuple[str, ...] = ("initial", "budget", "executed")

    def _ask(self, answer: Answer, wrong: dict[str, Array], told: Callable[[FundRow, str], Decision]) -> None:  # fmt: skip
        rows = answer.rows.blocks["fund_rows"]
        columns = {name: rows.numbers(name) for name in self.names}
        doubted = np.any([one.state == DOUBTFUL for one in columns.values()], axis=0)
        odd = np.any(list(wrong.values()), axis=0)

        def first(form: int) -> Decision:
            at = rows.within(form, odd)[0]
            return told(rows[at], next(name for name in self.names if wrong[name][at]))

        answer.when(rows.counted(doubted) > 0, undecidable("资金金额读取存疑"))
        answer.when(rows.counted(odd) > 0, first)
        some = rows.counted(np.any([one.known for one in columns.values()], axis=0)) > 0
        answer.when(some, PASS).when(answer.left, not_applicable("资金表没有金额"))


class NegativeAmount(_Amounts):
    """No amount of money is below zero."""

    id = "negative-amount"

    def decide(self, answer: Answer, subject: str) -> None:
        columns = {name: answer.rows.blocks["fund_rows"].numbers(name) for name in self.names}

        def told(row: FundRow, name: str) -> Decision:
            message = f"{row.name}的{CAPTIONS[name]}为负数{money(row, name)}，请核实。"
            printed, cells = row.read(name).text, (f"{row.subject}/{name}",)
            return failed(message, "0以上", printed, cells=cells, values=(printed,))

        wrong = {name: below(one.value, ZERO, one.known) for name, one in columns.items()}
        self._ask(answer, wrong, told)


class AmountUnreadable(_Amounts):
    """A cell of money or of a rate that is not blank is a number."""

    id = "amount-unreadable"
    names = ("initial", "budget", "executed", "rate")

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows.blocks["fund_rows"]

        def told(row: FundRow, name: str) -> Decision:
            printed, cells = row.read(name).text, (f"{row.subject}/{name}",)
            message = (
                f"{row.name}的{CAPTIONS[name]}填为“{printed}”，不是可以计算的数字，请改填数字。"
            )
            return failed(message, "数字", printed, cells=cells, values=(printed,))

        self._ask(answer, {name: rows.numbers(name).state == UNREADABLE for name in self.names}, told)  # fmt: skip


class PerfectExecution(FundRule):
    """A whole department does not execute initial and adjusted budget to the cent: a hint that figures were copied."""

    id = "perfect-execution"
    #: Half of the last place of an amount that is printed to the tenth.
    _PRECISE = Decimal("0.05")

    def decide(self, answer: Answer, subject: str) -> None:
        rows, names = answer.rows, ("initial", "budget", "executed")
        answer.when(~rows.by_form(_is_department, bool), not_applicable("不是部门整体支出自评表"))
        filled(answer, *names)

        def told(at: int) -> Decision:
            row, numbers = rows[at], [rows.numbers(name).readings[at].number for name in names]
            value, printed = numbers[2].value, texts(rows, at, "executed")[0]
            same = len({one.value for one in numbers}) == 1 and value != ZERO
            if not same or numbers[2].half > self._PRECISE:
                return PASS
            message = f"部门整体支出的年初预算数、全年预算数、全年执行数均为{printed}，三数完全一致，请核实是否照抄预算数。"
            return failed(message, None, printed, cells=(f"{row.subject}/executed",), values=(printed,))  # fmt: skip

        answer.fails(told)


def _is_department(form: FormView) -> bool:
    return form.settings is not None and form.settings.id == "department"
