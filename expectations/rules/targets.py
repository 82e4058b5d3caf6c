"""Targets and results: what was promised, what was reached, and whether the score says the same."""

from __future__ import annotations

from decimal import Decimal

from selfeval.core.folding import fold
from selfeval.core.quantities import CORE_COMPARATORS, Quantity, parse_quantity
from selfeval.expectations.arithmetic import percent, plain
from selfeval.expectations.rules.base import FormRule, IndicatorRule
from selfeval.expectations.rules.common import (
    AVOIDED,
    completion,
    direction,
    explained,
    has_parts,
    is_ambiguous,
    met,
    points,
    quantities,
)
from selfeval.expectations.rules.comparing import numbers_of, sensible
from selfeval.expectations.text import is_blank
from selfeval.expectations.verdicts import (
    PASS,
    Decision,
    Verdict,
    failed,
    not_applicable,
    undecidable,
)
from selfeval.expectations.view import FormView, IndicatorRow

ONE, ZERO = Decimal(1), Decimal(0)
_BLIND = undecidable("指标方向或完成比例无法确定")


def core_quantity(text: str | None) -> Quantity | None:
    """`text` as a plain quantity with one of the comparators that target-missed-full-score names."""
    quantity = parse_quantity(text)
    return quantity if quantity and fold(quantity.printed_comparator) in CORE_COMPARATORS else None


class TargetMissedFullScore(IndicatorRule):
    """An indicator that misses its target, in the direction in which it points, does not get full marks."""

    id = "target-missed-full-score"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        found = points(record)
        if isinstance(found, Decision):
            return found
        if found.lost:  # whatever the result, this is no full score
            return PASS
        if doubt := record.doubt("target", "actual"):
            return undecidable(f"指标值读取存疑，请核对 {doubt}")
        pair = numbers_of(record, core_quantity)
        if isinstance(pair, Decision):
            if pair.verdict is not Verdict.UNDECIDABLE:
                return pair
            reading = sensible(record, core_quantity)
            return PASS if reading and met(record, *reading) else pair
        reached = met(record, *pair)
        if reached is None:
            return undecidable("指标值没有比较符号，指标名称也不能说明是越多越好还是越少越好")
        if reached:
            return PASS
        message = f"{record.name}年度指标值为{record.target}，完成值为{record.actual}，未达到指标值，却得满分{found.score_text}分，请核实得分。"
        values = (record.target, record.actual, found.weight_text, found.score_text)
        cells = (f"{subject}/score",)
        expected = f"低于{found.weight_text}分"
        return failed(message, expected, f"{found.score_text}分", cells=cells, values=values)


class TargetMetLostPoints(IndicatorRule):
    """An indicator that meets its target loses no points, unless the form says why."""

    id = "target-met-lost-points"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        found = points(record)
        if isinstance(found, Decision):
            return found
        if not found.lost:
            return PASS
        values = quantities(record)
        if isinstance(values, Decision):
            return values
        reached = met(record, *values)
        if reached is None or is_ambiguous(record, values[0]):
            return _BLIND
        if not reached or explained(record):
            return PASS
        if doubt := record.doubt("explanation"):
            return undecidable(f"偏差原因分析读取存疑，请核对 {doubt}")
        message = f"{record.name}年度指标值{record.target}，完成值为{record.actual}，已达到指标值，但只得{found.score_text}分（分值{found.weight_text}分），请说明扣分理由。"
        printed = (record.target, record.actual, found.weight_text, found.score_text)
        return failed(
            message,
            f"{found.weight_text}分",
            f"{found.score_text}分",
            cells=(f"{subject}/score",),
            values=printed,
        )


class ScoreProportional(IndicatorRule):
    """A missed target is scored in proportion: weight x B/A for floors, weight x A/B for ceilings."""

    id = "score-proportional"
    #: How far a score may be from the proportional one: one point, or this share of the weight.
    _SLACK = Decimal("0.1")

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        settings = record.form.settings
        if settings is None or settings.formula != "proportional":
            return not_applicable("本表式没有规定按比例计分")
        found = points(record)
        if isinstance(found, Decision):
            return found
        values = quantities(record)
        if isinstance(values, Decision):
            return values
        done = completion(record, *values)
        if done is None:
            return _BLIND
        if done >= 1:
            return not_applicable("已达到指标值")
        shares = [done, *self._other_share(record, *values)]
        slack = max(ONE, found.weight * self._SLACK)
        if any(abs(found.score - found.weight * max(share, ZERO)) <= slack for share in shares):
            return PASS
        expected = found.weight * max(done, ZERO)
        message = f"{record.name}完成指标值的{percent(done, 1)}，按比例应得{expected:.2f}分，表中得{found.score_text}分，请说明计分办法。"
        printed = (record.target, record.actual, found.weight_text, found.score_text)
        return failed(
            message,
            f"{expected:.2f}",
            found.score_text,
            cells=(f"{subject}/score",),
            values=printed,
        )

    def _other_share(
        self, record: IndicatorRow, target: Quantity, actual: Quantity
    ) -> list[Decimal]:
        """Ceilings are scored A/B by some systems and 1-(B-A)/A by others."""
        if direction(record, target) != "≤" or not target.value:
            return []
        return [1 - (actual.value - target.value) / target.value]


class ScoreMonotone(FormRule):
    """Within a form, who completes less does not get the higher share of its points."""

    id = "score-monotone"
    #: Completion and share of points must differ by more than this before two rows contradict each other.
    _APART = Decimal("0.1")
    subjects = ("indicators",)

    def judge(self, record: FormView, subject: str) -> Decision:
        known = []
        for row in record.filled:
            found, values = points(row), quantities(row)
            if isinstance(found, Decision) or isinstance(values, Decision) or not found.weight:
                continue
            done = completion(row, *values)
            if done is not None and done < 1:
                known.append((done, found.share, row))
        if record.doubts and (why := record.doubt_within("indicators")):
            return undecidable(f"绩效指标读取存疑，请核对 {why}")
        if len(known) < 2:
            return not_applicable("可比较的未完成指标不足2项")
        known.sort(key=lambda one: one[0])
        for i, (done, share, row) in enumerate(known):
            for better_done, better_share, better in known[i + 1 :]:
                if better_done - done > self._APART and share - better_share > self._APART:
                    message = (
                        f"{row.name}完成{percent(done, 1)}、得分率{percent(share, 1)}，而{better.name}完成{percent(better_done, 1)}、"
                        f"得分率{percent(better_share, 1)}，完成少的得分率反而高，计分标准不一致，请核实。"
                    )
                    cells = (f"{row.subject}/score",)
                    return failed(
                        message,
                        None,
                        percent(share, 1),
                        cells=cells,
                        values=(row.actual, row.score, better.actual, better.score),
                    )
        return PASS


class OverAchievement(IndicatorRule):
    """A result far beyond its target was either planned too low or counted wrongly, and is explained. A difference of one is none."""

    id = "over-achievement"
    #: A ceiling of which less than this is used was planned too high.
    _LITTLE_USED = Decimal("0.7")

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        settings = record.form.settings
        if settings is None:
            return not_applicable("表式未识别，没有超额完成的规定")
        values = quantities(record)
        if isinstance(values, Decision):
            return values
        target, actual = values
        way = direction(record, target)
        if way is None:
            return _BLIND
        if target.value <= 0 or actual.value <= 0:
            return not_applicable("指标值或完成值为0")
        if way == "≤" and AVOIDED.search(record.level3 or ""):
            return not_applicable("越少越好、应当避免的指标")
        times = actual.value / target.value
        far = times >= settings.over_achievement if way == "≥" else times <= self._LITTLE_USED
        small = abs(actual.value - target.value) <= 1 or (
            target.unit == "%" and max(actual.value, target.value) <= 100
        )
        if not far or small or explained(record):
            return PASS
        share = f"{plain(times.quantize(Decimal('0.01')))}倍" if way == "≥" else percent(times, 1)
        what = "指标值可能偏低或计数有误" if way == "≥" else "控制目标可能偏高"
        message = f"{record.name}年度指标值为{record.target}，完成值为{record.actual}，是指标值的{share}，{what}，请说明。"
        limit = (
            f"低于{plain(settings.over_achievement)}倍"
            if way == "≥"
            else f"高于{percent(self._LITTLE_USED, 0)}"
        )
        printed = (record.target, record.actual)
        return failed(message, limit, share, cells=(f"{subject}/actual",), values=printed)


class ScoredWithoutValues(IndicatorRule):
    """Points rest on a target and a result: an indicator without either gets none."""

    id = "scored-without-values"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        found = points(record)
        if isinstance(found, Decision):
            return found
        if any(word in (record.level1 or "") for word in ("决策", "管理", "投入", "过程")):
            return not_applicable("决策、管理类指标按标准计分，不设指标值")
        if record.target is None and record.actual is None:
            return not_applicable("本表没有指标值栏和完成值栏")
        if has_parts(record):
            return not_applicable("指标值和完成值填在其下各分项")
        if doubt := record.doubt("target", "actual"):
            return undecidable(f"指标值读取存疑，请核对 {doubt}")
        if not is_blank(record.target) or not is_blank(record.actual) or found.score <= 0:
            return PASS
        message = f"{record.name}的年度指标值和实际完成值均为空白，却得{found.score_text}分，计分没有依据，请补充。"
        return failed(
            message,
            "填列指标值和完成值",
            "空白",
            cells=(f"{subject}/actual", f"{subject}/score"),
            values=(found.score_text, record.level3),
        )


class ZeroCompleted(IndicatorRule):
    """An indicator of which nothing was done, or of which no result is given, gets no points."""

    id = "zero-completed"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        found = points(record)
        if isinstance(found, Decision):
            return found
        if doubt := record.doubt("target", "actual"):
            return undecidable(f"指标值读取存疑，请核对 {doubt}")
        if is_blank(record.target):
            return not_applicable("没有填指标值")
        if is_blank(record.actual):
            if (record.actual or "").strip("　 ") in ("无", "不适用"):
                return undecidable("完成值填“无”，可能是没有发生")
            what = "实际完成值为空白"
        else:
            target, actual = parse_quantity(record.target), parse_quantity(record.actual)
            if target is None or actual is None:
                return undecidable("指标值或完成值不是单纯数值")
            if direction(record, target) != "≥" or target.value <= 0:
                return not_applicable("不是越多越好的指标")
            if actual.value:
                return PASS
            what = f"实际完成值为{record.actual}"
        if found.score <= 0:
            return PASS
        message = (
            f"{record.name}年度指标值为{record.target}，{what}，却得{found.score_text}分，请核实。"
        )
        return failed(
            message,
            "0分",
            f"{found.score_text}分",
            cells=(f"{subject}/actual", f"{subject}/score"),
            values=(record.actual, found.score_text),
        )
