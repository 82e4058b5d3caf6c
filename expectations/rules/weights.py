"""Single weights: missing ones, one that outweighs the rest, points that rounding or left-out indicators move (family scores)."""

from __future__ import annotations

from decimal import Decimal

from selfeval.expectations.arithmetic import ZERO, form_sum, percent, plain
from selfeval.expectations.rules.base import FormRule, FundRule, IndicatorRule
from selfeval.expectations.rules.common import parent_of, points
from selfeval.expectations.rules.funds import execution_ratio, readings
from selfeval.expectations.text import is_blank
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import CellState, FormView, FundRow, IndicatorRow

FULL_MARKS = Decimal(100)


class WeightZeroOrMissing(IndicatorRule):
    """An indicator that has a target and a result has a weight."""

    id = "weight-zero-or-missing"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        weight = record.read("weight")
        if (
            record.is_placeholder
            or weight.state is CellState.ABSENT
            or (record.level3 or "").startswith("其中")
            or parent_of(record) is not None
        ):
            return not_applicable("没有分值栏，或为模板空行、其中行")
        if is_blank(record.target) or is_blank(record.actual):
            return not_applicable("没有填指标值和完成值")
        if weight.state in (CellState.DOUBTFUL, CellState.UNREADABLE):
            return undecidable(f"分值无法辨认（{subject}/weight）")
        if weight.number is not None and weight.value > 0:
            return PASS
        if not any(row.read("weight").number for row in record.form.indicators):
            return undecidable("分值栏全部空白，可能按块计分")
        message = f"{record.name}填有指标值和完成值，但分值为{weight.text or '空白'}，请补充分值或说明不计分的理由。"
        return failed(
            message,
            "有分值",
            weight.text or "空白",
            cells=(f"{subject}/weight", f"{subject}/target"),
            values=(weight.text, record.target),
        )


def _all_weights(form: FormView) -> Decimal:
    """The sum of the readable weights of the indicators."""
    if "all weights" not in form.memo:
        found = (row.read("weight") for row in form.filled if not row.repeats("weight"))
        form.memo["all weights"] = sum((reading.value for reading in found if reading.number), ZERO)
    total: Decimal = form.memo["all weights"]
    return total


class WeightConcentration(IndicatorRule):
    """No single indicator carries most of the points."""

    id = "weight-concentration"
    #: Points of the indicators below which a form is cut short or not filled in, and a share of them says nothing.
    _ENOUGH = Decimal(60)

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        weight, settings = record.read("weight"), record.form.settings
        if weight.state is CellState.ABSENT or record.is_placeholder or settings is None:
            return not_applicable("没有分值栏，或表式未识别")
        if weight.state is CellState.DOUBTFUL:
            return undecidable(f"分值读取存疑（{subject}/weight）")
        if weight.number is None:
            return not_applicable("没有填分值")
        total = _all_weights(record.form)
        if total < self._ENOUGH:
            return undecidable(f"各指标分值合计只有{plain(total)}分，不足以判断占比")
        if weight.value <= settings.concentration * total or len(record.form.filled) < 3:
            return PASS
        share = percent(weight.value / total, 0)
        message = f"{record.name}分值{weight.text}分，占全部指标分值{plain(total)}分的{share}，权重过于集中，请考虑细化。"
        return failed(
            message,
            f"不高于{percent(settings.concentration, 0)}",
            share,
            cells=(f"{subject}/weight",),
            values=(weight.text, str(total)),
        )


class IntegerRounding(FundRule):
    """The execution score is not rounded up to a whole number where the formula gives a fraction."""

    id = "integer-rounding"

    def judge(self, record: FundRow, subject: str) -> Decision:
        found = readings(record, "budget", "executed", "weight", "score")
        if isinstance(found, Decision):
            return found
        if execution_ratio(found) is None:
            return undecidable("全年预算数为0，无法计算执行率")
        ratio = min(found["executed"].value / found["budget"].value, Decimal(1))
        exact, score = ratio * found["weight"].value, found["score"].value
        if score != score.to_integral_value() or exact == exact.to_integral_value():
            return not_applicable("得分不是整数，或计算结果本为整数")
        if record.form.settings is not None and record.form.settings.integer_rounding:
            return not_applicable("本表式允许得分取整")
        if not ZERO < score - exact < 1 or exact.quantize(Decimal("0.01")) == score:
            return PASS
        message = f"预算执行得分按公式应为{exact:.2f}分，表中取整为{found['score'].text}分，多计{score - exact:.2f}分，请确认取整是否符合规定。"
        values = tuple(found[name].text for name in ("budget", "executed", "weight", "score"))
        return failed(
            message, f"{exact:.2f}", found["score"].text, cells=(f"{subject}/score",), values=values
        )


_NOT_APPLICABLE = ("不适用", "不涉及", "不考核")


class NotApplicableRescaled(FormRule):
    """Where indicators do not apply, the total is that of the others, rescaled to 100."""

    id = "not-applicable-rescaled"
    subjects = ("total",)

    def judge(self, record: FormView, subject: str) -> Decision:
        left_out = [
            row
            for row in record.filled
            if any(
                word in (text or "") for word in _NOT_APPLICABLE for text in (row.actual, row.score)
            )
        ]
        left_out = [
            row
            for row in left_out
            if (given := row.read("weight").number)
            and given.value > 0
            and not row.read("score").number
        ]
        if not left_out:
            return not_applicable("没有标明不适用的指标")
        printed = record.read_total("score")
        if printed.number is None:
            return undecidable("没有可读的总分")
        if record.shared:
            return undecidable("分值或得分为合并单元格，无法折算")
        score = weight = ZERO
        for row in (*record.filled, *((record.total_fund,) if record.total_fund else ())):
            if row in left_out:
                continue
            found = points(row)
            if isinstance(found, Decision):
                if found.verdict.value == "undecidable":
                    return found
                continue
            score, weight = score + found.score, weight + found.weight
        if not weight:
            return undecidable("没有适用的指标")
        exact = FULL_MARKS * score / weight
        if abs(exact - printed.value) <= printed.number.half + Decimal("0.05"):
            return PASS
        message = f"{len(left_out)}项指标不适用，应以适用指标得分{plain(score)}分、分值{plain(weight)}分按百分制折算为{exact:.2f}分，总分为{printed.text}分，请核实。"
        return failed(
            message,
            f"{exact:.2f}",
            printed.text,
            cells=("total/score",),
            values=(printed.text, str(score), str(weight)),
        )


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

    def judge(self, record: FormView, subject: str) -> Decision:
        total = form_sum(record, "score")
        if isinstance(total, Decision) and total.verdict.value == "not-applicable":
            return total
        found = [points(row) for row in record.filled]
        rows = [one for one in found if not isinstance(one, Decision)]
        if record.doubts and (why := record.doubt_within("indicators")):
            return undecidable(f"绩效指标读取存疑，请核对 {why}")
        if len(rows) < 8:
            return not_applicable("计分指标不足8项")
        if any(one.lost for one in rows):
            return PASS
        message = f"{len(rows)}项指标全部得满分，请复核自评是否客观，并备查佐证材料。"
        return failed(
            message,
            None,
            f"{len(rows)}项满分",
            cells=("indicators/0/score",),
            values=(str(len(rows)),),
        )
