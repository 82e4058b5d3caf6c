"""Single weights: missing ones, one that outweighs the rest, points that rounding or left-out indicators move (family scores)."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from selfeval.expectations.answers import Answer
from selfeval.expectations.arithmetic import ZERO, form_sum, percent, plain
from selfeval.expectations.columns import (
    ABSENT,
    DOUBTFUL,
    UNREADABLE,
    Array,
    Columns,
    below,
    missing,
    nonzero,
)
from selfeval.expectations.readings import Reading
from selfeval.expectations.rules.base import FormRule, FundRule, IndicatorRule
from selfeval.expectations.rules.common import parts, scored
from selfeval.expectations.rules.funds import filled, ratios, texts
from selfeval.expectations.verdicts import (
    PASS,
    Decision,
    Verdict,
    failed,
    not_applicable,
    undecidable,
)
from selfeval.expectations.view import CellState, FormView

FULL_MARKS = Decimal(100)


class WeightZeroOrMissing(IndicatorRule):
    """An indicator that has a target and a result has a weight."""

    id = "weight-zero-or-missing"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, weight = answer.rows, answer.rows.numbers("weight")

        def told(at: int) -> Decision:
            row = rows[at]
            blank = row.weight or "空白"
            message = (
                f"{row.name}填有指标值和完成值，但分值为{blank}，请补充分值或说明不计分的理由。"
            )
            cells = (f"{row.subject}/weight", f"{row.subject}/target")
            return failed(message, "有分值", blank, cells=cells, values=(row.weight, row.target))

        inner = (
            rows.fact(_is_part, "level3", kind=bool) | parts(rows)[0] | rows.flag("is_placeholder")
        )
        answer.when(
            (weight.state == ABSENT) | inner, not_applicable("没有分值栏，或为模板空行、其中行")
        )
        answer.when(
            rows.blank("target") | rows.blank("actual"), not_applicable("没有填指标值和完成值")
        )
        unread = (weight.state == DOUBTFUL) | (weight.state == UNREADABLE)
        answer.when(unread, lambda at: undecidable(f"分值无法辨认（{rows[at].subject}/weight）"))
        answer.when(weight.above(ZERO), PASS)
        answer.when(~rows.any(weight.known), undecidable("分值栏全部空白，可能按块计分")).fails(
            told
        )


def _is_part(level3: str | None) -> bool:
    return (level3 or "").startswith("其中")


class WeightConcentration(IndicatorRule):
    """No single indicator carries most of the points."""

    id = "weight-concentration"
    #: Points of the indicators below which a form is cut short or not filled in, and a share of them says nothing.
    _ENOUGH = Decimal(60)

    def decide(self, answer: Answer, subject: str) -> None:
        rows, weight = answer.rows, answer.rows.numbers("weight")
        limits = rows.by_form(_concentration)
        whole = rows.sums(weight.value, weight.known & ~rows.repeats("weight"))[rows.of]

        def told(at: int) -> Decision:
            row, total, limit = rows[at], whole[at], percent(limits[at], 0)
            share = percent(weight.value[at] / total, 0)
            message = f"{row.name}分值{row.weight}分，占全部指标分值{plain(total)}分的{share}，权重过于集中，请考虑细化。"
            cells, values = (f"{row.subject}/weight",), (row.weight, str(total))
            return failed(message, f"不高于{limit}", share, cells=cells, values=values)

        unknown = (weight.state == ABSENT) | rows.flag("is_placeholder") | ~limits.astype(bool)
        answer.when(unknown, not_applicable("没有分值栏，或表式未识别"))
        answer.when(
            weight.state == DOUBTFUL,
            lambda at: undecidable(f"分值读取存疑（{rows[at].subject}/weight）"),
        )
        answer.when(~weight.known, not_applicable("没有填分值"))
        few = below(whole, self._ENOUGH, answer.left)
        answer.when(
            few, lambda at: undecidable(f"各指标分值合计只有{plain(whole[at])}分，不足以判断占比")
        )
        heavy = answer.left & (rows.sizes >= 3)
        heavy[heavy] = weight.value[heavy] > limits[heavy] * whole[heavy]
        answer.fails(told, heavy)


def _concentration(form: FormView) -> Decimal | None:
    return form.settings.concentration if form.settings is not None else None


class IntegerRounding(FundRule):
    """The execution score is not rounded up to a whole number where the formula gives a fraction."""

    id = "integer-rounding"

    def decide(self, answer: Answer, subject: str) -> None:
        names = ("budget", "executed", "weight", "score")
        rows = filled(answer, *names).rows
        budget, executed, weight, score = (rows.numbers(name).value for name in names)
        answer.when(missing(ratios(rows, "budget")), undecidable("全年预算数为0，无法计算执行率"))
        left = answer.left
        exact: Array = np.full(len(rows), ZERO)
        exact[left] = [min(one, Decimal(1)) for one in executed[left] / budget[left]]
        exact[left] *= weight[left]
        whole = left.copy()
        whole[left] = [one == one.to_integral_value() for one in score[left]]
        whole[whole] = [one != one.to_integral_value() for one in exact[whole]]
        answer.when(~whole, not_applicable("得分不是整数，或计算结果本为整数"))
        answer.when(rows.by_form(_rounds, bool), not_applicable("本表式允许得分取整"))

        def told(at: int) -> Decision:
            beyond = score[at] - exact[at]
            if not ZERO < beyond < 1 or exact[at].quantize(Decimal("0.01")) == score[at]:
                return PASS
            printed, expected = texts(rows, at, *names), f"{exact[at]:.2f}"
            message = f"预算执行得分按公式应为{expected}分，表中取整为{printed[3]}分，多计{beyond:.2f}分，请确认取整是否符合规定。"
            cells = (f"{rows[at].subject}/score",)
            return failed(message, expected, printed[3], cells=cells, values=printed)

        answer.fails(told)


def _rounds(form: FormView) -> bool:
    return form.settings is not None and form.settings.integer_rounding


_NOT_APPLICABLE = ("不适用", "不涉及", "不考核")


class NotApplicableRescaled(FormRule):
    """Where indicators do not apply, the total is that of the others, rescaled to 100."""

    id = "not-applicable-rescaled"
    subjects = ("total",)

    def decide(self, answer: Answer, subject: str) -> None:
        forms, rows = answer.rows, answer.rows.blocks["indicators"]
        score, weight, printed = (
            rows.numbers("score"),
            rows.numbers("weight"),
            forms.numbers("total_score"),
        )
        out = rows.fact(_left_out, "actual", "score", kind=bool) & weight.above(ZERO) & ~score.known
        answer.when(rows.counted(out) == 0, not_applicable("没有标明不适用的指标"))
        answer.when(~printed.known, undecidable("没有可读的总分"))
        answer.when(forms.shares, undecidable("分值或得分为合并单元格，无法折算"))
        answer.when(answer.left, lambda at: self._judge(forms, at, out, printed.readings[at]))

    def _judge(self, forms: Columns, form: int, out: Array, printed: Reading) -> Decision:
        score = weight = ZERO
        for table in ("indicators", "funds"):
            rows = forms.blocks[table]
            found = scored(rows)
            for at in rows.within(form, ~out if table == "indicators" else rows.of >= 0):
                if found.known[at]:
                    score, weight = score + found.score[at], weight + found.weight[at]
                elif found.unknown[at].verdict is Verdict.UNDECIDABLE:
                    return found.unknown[at]
        if not weight:
            return undecidable("没有适用的指标")
        assert printed.number is not None
        exact = FULL_MARKS * score / weight
        if abs(exact - printed.value) <= printed.number.half + Decimal("0.05"):
            return PASS
        left_out = len(forms.blocks["indicators"].within(form, out))
        message = f"{left_out}项指标不适用，应以适用指标得分{plain(score)}分、分值{plain(weight)}分按百分制折算为{exact:.2f}分，总分为{printed.text}分，请核实。"
        values = (printed.text, str(score), str(weight))
        return failed(message, f"{exact:.2f}", printed.text, cells=("total/score",), values=values)


def _left_out(*texts: str | None) -> bool:
    return any(word in (text or "") for word in _NOT_APPLICABLE for text in texts)


class TotalOutOfRange(FormRule):
    """The total is from 0 to 100."""

    id = "total-out-of-range"
    subjects = ("total",)

    def judge(self, record: FormView, subject: str) -> Decision:
        printed = record.read_total("score")
        if printed.state in (CellState.ABSENT, CellState.BLANK):
            return not_applicable("本表没有总分")
        if printed.number is None:
            return undecidable(f"总分读取存疑（total/score）：{printed.why or printed.text}")
        if ZERO <= printed.value <= FULL_MARKS:
            return PASS
        message = f"总分为{printed.text}分，超出百分制0至100分的范围，请核实。"
        return failed(
            message, "0至100", printed.text, cells=("total/score",), values=(printed.text,)
        )


class ScoresAllFull(FormRule):
    """Not every indicator of a form has full marks without a word of evidence: a hint where many rows are qualitative."""

    id = "scores-all-full"
    subjects = ("indicators",)

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows.blocks["indicators"]
        found = scored(rows)
        count, lost = rows.counted(found.known), rows.counted(found.known & found.lost)

        def told(form: int) -> Decision:
            full = f"{count[form]}项"
            message = f"{full}指标全部得满分，请复核自评是否客观，并备查佐证材料。"
            cells = ("indicators/0/score",)
            return failed(message, None, f"{full}满分", cells=cells, values=(str(count[form]),))

        sums = answer.rows.by_form(_no_scores)
        answer.when(nonzero(sums), lambda form: sums[form])
        answer.within("绩效指标读取存疑，请核对 {}", "indicators")
        answer.when(count < 8, not_applicable("计分指标不足8项")).fails(told, lost == 0)


def _no_scores(form: FormView) -> Decision | None:
    """Why a form has no scores to add up."""
    total = form_sum(form, "score")
    none = isinstance(total, Decision) and total.verdict is Verdict.NOT_APPLICABLE
    return total if none and isinstance(total, Decision) else None
