"""Rates and years in the texts of a form against its table, its title and its year (family costs)."""

from __future__ import annotations

import re
from decimal import Decimal

from selfeval.core.folding import fold
from selfeval.core.numbers import exact
from selfeval.expectations.answers import Answer
from selfeval.expectations.arithmetic import percent
from selfeval.expectations.columns import missing, nonzero
from selfeval.expectations.readings import CAPTIONS
from selfeval.expectations.rules.base import FormRule
from selfeval.expectations.rules.funds import money, of_total, texts
from selfeval.expectations.text import is_blank, years
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import FormView

_CLAIMED = re.compile(
    r"(?:预算执行率|资金执行率|资金支付率|资金支出率|支出进度|执行进度|支付进度|资金使用率)[^0-9。；]{0,6}([0-9]+(?:\.[0-9]+)?)\s*%"
)


class GoalRateVsFunds(FormRule):
    """The execution rate that the result's text names is the one of the funds."""

    id = "goal-rate-vs-funds"
    subjects = ("goal_actual",)
    _APART = Decimal("0.01")

    def decide(self, answer: Answer, subject: str) -> None:
        forms = answer.rows
        claims = forms.fact(_claims, subject, kind=int)
        answer.when((claims == 0) | missing(forms.column("total_fund")), _NO_CLAIM)
        answer.doubted("实际完成情况读取存疑：{}", subject)
        answer.when(claims > 1, undecidable("文字中的执行率不止一处，无法确定所指"))
        funds, of = of_total(answer, "base", "executed")
        budget, executed = (funds.numbers(name).value for name in ("base", "executed"))

        def told(form: int) -> Decision:
            record, at = forms[form], of[form]
            total, (claim, *_) = funds[at], _CLAIMED.findall(fold(record.goal_actual or ""))
            if not budget[at]:
                return undecidable("预算数为0，无法计算执行率")
            ratio = executed[at] / budget[at]
            if abs(exact(claim) / 100 - ratio) <= self._APART:
                return PASS
            message = f"实际完成情况称执行率{claim}%，而资金表全年执行数{money(total, 'executed')}、{CAPTIONS[total.base]}{money(total, total.base)}，执行率为{percent(ratio)}，两处不符，请核实。"
            cells = (subject, f"{total.subject}/rate")
            values = (record.goal_actual, *texts(funds, at, "executed", "base"))
            return failed(message, percent(ratio), f"{claim}%", cells=cells, values=values)

        answer.fails(told)


_NO_CLAIM = not_applicable("文字中没有执行率的说法，或没有资金表")


def _claims(text: str | None) -> int:
    """How many rates of execution a text names."""
    return len(set(_CLAIMED.findall(fold(text or ""))))


# A year that something is compared with, planned or carried over from says nothing about the year of the form.
_OTHER = re.compile(r"较|比|同比|以来|规划|至|[-—~～]|[〔\[]|号|起|结转|上年|截止|截至|期|批|五")


class GoalYear(FormRule):
    """The year that a goal names is the form's."""

    id = "goal-year-inconsistent"
    subjects = ("goal_expected", "goal_actual")

    def decide(self, answer: Answer, subject: str) -> None:
        forms, named = answer.rows, answer.rows.fact(_years, subject)
        answer.when(~nonzero(named), not_applicable("文字中没有年份"))
        answer.doubted("年份读取存疑：{}", subject, "year")
        answer.when(answer.left, lambda at: self._judge(forms[at], subject))

    def _judge(self, record: FormView, subject: str) -> Decision:
        text = getattr(record, subject)
        if record.year is None:
            return undecidable("本表未注明年度，无法比较")
        named = years(text)
        if record.year in named or _OTHER.search(text or ""):
            return PASS
        which = "、".join(f"{year}年" for year in sorted(named))
        message = f"{CAPTIONS[subject]}写作{which}，与自评年度{record.year}年不一致，请核实是否照抄以前年度内容。"
        values = (str(record.year), text)
        return failed(message, f"{record.year}年", which, cells=(subject,), values=values)


def _years(text: str | None) -> frozenset[int]:
    return frozenset() if is_blank(text) else years(text)


class TitleYear(FormRule):
    """The year in the title is the one that the form says it is about."""

    id = "title-year-inconsistent"
    subjects = ("year",)
    _YEAR = re.compile(r"(?<![0-9〔\[])(20[0-9]{2})(?=\s*年)")

    def judge(self, record: FormView, subject: str) -> Decision:
        named = {int(year) for year in self._YEAR.findall(fold(record.title or ""))}
        if record.year is None or not named:
            return not_applicable("标题或表头没有年份")
        if record.doubts and (why := record.doubt("year") or record.doubt("title")):
            return undecidable(f"年度读取存疑：{why}")
        if record.year in named:
            return PASS
        which = "、".join(f"{year}年" for year in sorted(named))
        message = f"标题写作{which}，而表中自评年度为{record.year}年，请统一。"
        values = (str(record.year), record.title)
        return failed(message, which, f"{record.year}年", cells=("year", "title"), values=values)
