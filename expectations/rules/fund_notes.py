"""What the text of a form says about its money: reasons for changes and delays, claims, amounts that add up (family funds)."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import numpy as np

from selfeval.core.folding import fold
from selfeval.core.numbers import exact
from selfeval.expectations.answers import Answer
from selfeval.expectations.arithmetic import ZERO, percent, plain
from selfeval.expectations.columns import Array, below, missing, nonzero
from selfeval.expectations.rules.base import FormRule, FundRule
from selfeval.expectations.rules.funds import filled, money, ratios, texts
from selfeval.expectations.text import Money, amounts, is_blank
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import CAPTIONS, FormView, brief

_MONEY_ROW = re.compile(r"预算|资金|成本|经费|执行|支付|支出|费用|投资")
_MONEY_WORD = re.compile(r"预算|资金|经费|指标|执行|支付|支出|拨付|拨款|款项|尾款|财政|万元|元")


def money_notes(form: FormView) -> list[str]:
    """What the form says of its money: the explanation of the total, those of rows about money, and sentences of the result that speak of it."""
    rows = (
        row for row in form.filled if _MONEY_ROW.search(f"{row.level2 or ''}{row.level3 or ''}")
    )
    sentences = re.split("[。；;\\n]", form.goal_actual or "")
    texts = [
        form.total_explanation,
        *(row.explanation for row in rows),
        *(text for text in sentences if _MONEY_WORD.search(text)),
        *(row.explanation for row in form.filled if _MONEY_WORD.search(row.explanation or "")),
    ]
    return [text for text in texts if text and not is_blank(text)]


def mentions(form: FormView, words: str) -> bool:
    return any(re.search(words, text) for text in money_notes(form))


def unexplained(answer: Answer, where: Array, words: str, told: Callable[[int], Decision]) -> None:
    """Of the rows left those in `where` fail whose form says none of `words` about its money."""
    rows = answer.when(~where, PASS).rows
    answer.within("说明文字读取存疑，请核对 {}", "goal_actual", "indicators", "total")
    answer.fails(lambda at: PASS if mentions(rows[at].form, words) else told(at))


class BudgetAdjustedUnexplained(FundRule):
    """A budget that was changed within the year by more than the threshold is explained somewhere on the form."""

    id = "budget-adjusted-unexplained"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, limit = answer.rows, answer.rows.by_form(_budget_change)
        answer.when(missing(limit), not_applicable("表式未识别，没有调整幅度的规定"))
        filled(answer, "initial", "budget")
        initial, budget = rows.numbers("initial").value, rows.numbers("budget").value
        answer.when(~nonzero(initial), not_applicable("年初预算数为0"))
        change, left = np.full(len(rows), ZERO), answer.left
        change[left] = (budget[left] - initial[left]) / initial[left]

        def told(at: int) -> Decision:
            row, what = rows[at], "增加" if change[at] > 0 else "减少"
            message = f"年初预算数{money(row, 'initial')}调整为全年预算数{money(row, 'budget')}，{what}{percent(abs(change[at]), 1)}，表中未说明调整原因，请补充。"
            cells, values = (f"{row.subject}/budget",), texts(rows, at, "initial", "budget")
            return failed(message, "说明调整原因", "未说明", cells=cells, values=values)

        words = "调整|追加|调减|调增|压减|压缩|收回|结转|结余|变更|核减"
        unexplained(answer, below(limit, abs(change), left), words, told)


def _budget_change(form: FormView) -> Decimal | None:
    return form.settings.budget_change if form.settings is not None else None


class LowExecutionUnexplained(FundRule):
    """A low execution rate is explained somewhere on the form."""

    id = "low-execution-unexplained"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, limit = answer.rows, answer.rows.by_form(_low_execution)
        answer.when(missing(limit), not_applicable("表式未识别，没有执行率的规定"))
        filled(answer, "stated", "executed")
        budget, executed = rows.numbers("stated").value, rows.numbers("executed").value
        answer.when(~nonzero(budget), undecidable("预算数为0，无法计算执行率"))
        ratio, left = np.full(len(rows), ZERO), answer.left
        ratio[left] = executed[left] / budget[left]

        def told(at: int) -> Decision:
            row = rows[at]
            message = f"预算执行率为{percent(ratio[at])}（{money(row, 'executed')}/{money(row, row.named('stated'))}），低于{percent(limit[at], 0)}，表中未说明原因，请补充。"
            cells = (f"{row.subject}/rate", f"{row.subject}/executed")
            values = texts(rows, at, "stated", "executed")
            return failed(message, "说明原因", "未说明", cells=cells, values=values)

        words = "未|结余|节约|节省|尾款|招标|中标|结算|结转|压减|收回|疫情|滞后|推迟|延|因|由于|受"
        unexplained(answer, below(ratio, limit, left), words, told)


def _low_execution(form: FormView) -> Decimal | None:
    return form.settings.low_execution if form.settings is not None else None


_CLAIM = re.compile(
    r"(?:执行率|支付率|支付进度|拨付进度|支出进度|资金使用率)[^0-9。；]{0,6}([0-9]+(?:\.[0-9]+)?)\s*%"
)
_ALLOTTED = re.compile(r"(?:下达|安排|到位|批复|预算)[^，。；0-9]{0,12}$")
_PAID = re.compile(r"(?:支付|支出|执行|使用|拨付|付款)[^，。；0-9]{0,8}$")


class ExecutionClaimVsAmounts(FormRule):
    """A rate that the text claims is the one of the amounts in the same text."""

    id = "execution-claim-vs-amounts"
    _APART = Decimal("0.01")
    subjects = ("goal_actual",)

    def decide(self, answer: Answer, subject: str) -> None:
        forms = answer.rows
        answer.when(~forms.fact(_claims, subject, kind=bool), _NO_CLAIM)
        answer.doubted("实际完成情况读取存疑：{}", subject)
        answer.when(answer.left, lambda at: self._judge(forms[at], subject))

    def _judge(self, record: FormView, subject: str) -> Decision:
        text = fold(record.goal_actual or "")
        claims = _CLAIM.findall(text)
        found = amounts(text)
        allotted = [money for money in found if _ALLOTTED.search(text[: money.start])]
        paid = [
            money for money in found if _PAID.search(text[: money.start]) and money not in allotted
        ]
        if len(claims) != 1 or len(allotted) != 1 or len(paid) != 1 or not allotted[0].yuan:
            return undecidable("文字中的金额不止一对，无法确定所指")
        ratio, claim = paid[0].yuan / allotted[0].yuan, exact(claims[0]) / 100
        if abs(ratio - claim) <= self._APART:
            return PASS
        message = f"实际完成情况称进度{claims[0]}%，而文中金额{paid[0].text}/{allotted[0].text}为{percent(ratio)}，前后不符，请核实。"
        return failed(
            message, percent(ratio), f"{claims[0]}%", cells=(subject,), values=(record.goal_actual,)
        )


_NO_CLAIM = not_applicable("文字中没有执行率的说法")


def _claims(text: str | None) -> bool:
    return _CLAIM.search(fold(text or "")) is not None


class GoalTextMoney(FormRule):
    """Where the text of a goal names a sum and its parts, the parts add up."""

    id = "goal-text-money"
    #: Parts that miss their sum by more than this share may be some of several.
    _PARTIAL = Decimal("0.05")
    subjects = ("goal_expected", "goal_actual")

    def decide(self, answer: Answer, subject: str) -> None:
        forms, found = answer.rows, answer.rows.fact(_sums, subject)
        answer.when(missing(found), not_applicable("文字中没有金额及其分项"))
        answer.doubted(f"{CAPTIONS[subject]}读取存疑：{{}}", subject)
        answer.when(answer.left, lambda at: self._judge(forms[at], subject, *found[at]))

    def _judge(
        self, record: FormView, subject: str, whole: Money, parts: tuple[Money, ...]
    ) -> Decision:
        text = fold(getattr(record, subject) or "")
        summed = sum((part.yuan for part in parts), ZERO)
        if (
            abs(summed - whole.yuan) <= whole.half
        ):  # parts are taken at their word: 30万元 in a text is thirty, not 29.5 to 30.5
            return PASS
        if summed < whole.yuan * (1 - self._PARTIAL) or re.search("约|余|左右|等", text):
            return undecidable("分项可能未列全，或为约数")
        return self._failed(whole, parts, summed, record, subject)

    def _failed(
        self,
        whole: Money,
        parts: tuple[Money, ...],
        summed: Decimal,
        record: FormView,
        subject: str,
    ) -> Decision:
        unit, factor = ("万元", Decimal(10_000)) if "万元" in whole.text else ("元", Decimal(1))
        listed = "、".join(part.text for part in parts)
        message = (
            f"{CAPTIONS[subject]}称{whole.text}，而其分项（{brief(listed, 60)}）合计为{plain(summed / factor)}{unit}，"
            f"相差{plain(abs(summed - whole.yuan) / factor)}{unit}，请核实。"
        )
        return failed(
            message,
            f"{plain(summed / factor)}{unit}",
            whole.text,
            cells=(subject,),
            values=(getattr(record, subject),),
        )


def _sums(text: str | None) -> tuple[Money, tuple[Money, ...]] | None:
    """A sum that a text names and its parts (其中)."""
    head, _, tail = fold(text or "").partition("其中")
    total, parts = amounts(head)[-1:] if tail else (), amounts(tail)
    return (total[0], parts) if total and len(parts) > 1 else None


class AdjustmentNotRecorded(FundRule):
    """More executed than the initial budget, with a budget column that was not changed: the adjustment is missing."""

    id = "adjustment-not-recorded"

    def decide(self, answer: Answer, subject: str) -> None:
        rows = filled(answer, "initial", "budget", "executed").rows
        initial, budget, executed = (
            rows.numbers(name).value for name in ("initial", "budget", "executed")
        )
        answer.when(missing(ratios(rows, "budget")), undecidable("全年预算数为0"))

        def told(at: int) -> Decision:
            row, printed = rows[at], texts(rows, at, "initial", "budget", "executed")
            message = f"全年执行数{money(row, 'executed')}大于预算数{money(row, 'budget')}，而年初预算数与全年预算数相同，疑追加或结转资金未计入全年预算数，请核实。"
            cells = (f"{row.subject}/budget",)
            return failed(message, f"不低于{printed[2]}", printed[1], cells=cells, values=printed)

        answer.fails(told, (initial == budget) & below(budget, executed, answer.left))
