"""Targets and results: what was promised, what was reached, and whether the score says the same."""

from __future__ import annotations

from decimal import Decimal

from selfeval.expectations.answers import Answer
from selfeval.expectations.arithmetic import ZERO, percent, plain
from selfeval.expectations.columns import above
from selfeval.expectations.rules.base import FormRule, IndicatorRule
from selfeval.expectations.rules.common import (
    AVOIDED,
    NO_VALUES,
    NOT_QUANTITIES,
    Pairs,
    Scored,
    ambiguous,
    explained,
    pairs,
    parts,
    quantities,
    scored,
    ways,
)
from selfeval.expectations.rules.comparing import (
    NO_RESULT,
    SAME_TEXT,
    TIMED,
    WORDED,
    no_quantity,
    sensibly_met,
)
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import FormView, IndicatorRow

ONE = Decimal(1)
_BLIND = undecidable("指标方向或完成比例无法确定")


def missed(row: IndicatorRow, *names: str) -> Decision:
    """A target that is missed and has full marks; what is printed in `names` binds it."""
    message = f"{row.name}年度指标值为{row.target}，完成值为{row.actual}，未达到指标值，却得满分{row.score}分，请核实得分。"
    values = tuple(getattr(row, name) for name in names)
    cells = (f"{row.subject}/score",)
    return failed(message, f"低于{row.weight}分", f"{row.score}分", cells=cells, values=values)


class TargetMissedFullScore(IndicatorRule):
    """An indicator that misses its target, in the direction in which it points, does not get full marks."""

    id = "target-missed-full-score"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, found, both = answer.rows, scored(answer.rows), pairs(answer.rows)
        plain = quantities(rows, "target").core & quantities(rows, "actual").core & both.known
        answer.unless(found.unknown).when(found.lost, PASS)  # whatever the result, no full score
        answer.doubted("指标值读取存疑，请核对 {}", "target", "actual")
        answer.when(rows.absent("target") | rows.absent("actual") | rows.blank("target"), NO_VALUES)
        answer.when(rows.blank("actual"), NO_RESULT)
        other = answer.left & ~plain
        told = rows.fact(no_quantity, "target", "actual", where=other)
        for decision in (WORDED, TIMED, SAME_TEXT):
            answer.when(other & (told == decision), decision)
        meets = rows.fact(sensibly_met, "target", "actual", "level2", "level3", kind=bool, where=other & answer.left)  # fmt: skip
        answer.when(other & meets, PASS).when(other, NOT_QUANTITIES)
        blind = undecidable("指标值没有比较符号，指标名称也不能说明是越多越好还是越少越好")
        answer.when(both.reached < 0, blind)
        answer.fails(
            lambda at: missed(rows[at], "target", "actual", "weight", "score"),
            both.reached == 0,
        )


class TargetMetLostPoints(IndicatorRule):
    """An indicator that meets its target loses no points, unless the form says why."""

    id = "target-met-lost-points"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, found, both = answer.rows, scored(answer.rows), pairs(answer.rows)

        def told(at: int) -> Decision:
            row = rows[at]
            message = f"{row.name}年度指标值{row.target}，完成值为{row.actual}，已达到指标值，但只得{row.score}分（分值{row.weight}分），请说明扣分理由。"
            printed = (row.target, row.actual, row.weight, row.score)
            cells = (f"{row.subject}/score",)
            return failed(message, f"{row.weight}分", f"{row.score}分", cells=cells, values=printed)

        answer.unless(found.unknown).when(~found.lost, PASS).unless(both.unknown)
        answer.when((both.reached < 0) | ambiguous(rows), _BLIND)
        answer.when((both.reached == 0) | explained(rows), PASS)
        answer.doubted("偏差原因分析读取存疑，请核对 {}", "explanation").fails(told)


class ScoreProportional(IndicatorRule):
    """A missed target is scored in proportion: weight x B/A for floors, weight x A/B for ceilings."""

    id = "score-proportional"
    #: How far a score may be from the proportional one: one point, or this share of the weight.
    _SLACK = Decimal("0.1")

    def decide(self, answer: Answer, subject: str) -> None:
        rows, found, both = answer.rows, scored(answer.rows), pairs(answer.rows)
        answer.when(~rows.by_form(_proportional, bool), not_applicable("本表式没有规定按比例计分"))
        answer.unless(found.unknown).unless(both.unknown).when(~both.tells, _BLIND)
        answer.when(both.complete, not_applicable("已达到指标值"))
        answer.when(answer.left, lambda at: self._judge(rows[at], found, both, at))

    def _judge(self, row: IndicatorRow, found: Scored, both: Pairs, at: int) -> Decision:
        done, weight, target = both.completion(at), found.weight[at], both.target[at]
        # ceilings are scored A/B by some systems and 1-(B-A)/A by others
        other = 1 - (both.actual[at] - target) / target if both.way[at] == "≤" and target else done
        slack = max(ONE, weight * self._SLACK)
        if any(
            abs(found.score[at] - weight * max(share, ZERO)) <= slack for share in (done, other)
        ):
            return PASS
        expected = f"{weight * max(done, ZERO):.2f}"
        message = f"{row.name}完成指标值的{percent(done, 1)}，按比例应得{expected}分，表中得{row.score}分，请说明计分办法。"
        printed = (row.target, row.actual, row.weight, row.score)
        return failed(message, expected, row.score, cells=(f"{row.subject}/score",), values=printed)


def _proportional(form: FormView) -> bool:
    return form.settings is not None and form.settings.formula == "proportional"


class ScoreMonotone(FormRule):
    """Within a form, who completes less does not get the higher share of its points."""

    id = "score-monotone"
    #: Completion and share of points must differ by more than this before two rows contradict each other.
    _APART = Decimal("0.1")
    subjects = ("indicators",)

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows.blocks["indicators"]
        found, both = scored(rows), pairs(rows)
        behind = found.known & found.weight.astype(bool) & both.tells & ~both.complete
        answer.within("绩效指标读取存疑，请核对 {}", "indicators")
        answer.when(rows.counted(behind) < 2, not_applicable("可比较的未完成指标不足2项"))

        def told(form: int) -> Decision:
            known = [
                (both.completion(at), found.share(at), rows[at]) for at in rows.within(form, behind)
            ]
            known.sort(key=lambda one: one[0])
            return self._judge(known)

        answer.when(answer.left, told)

    def _judge(self, known: list[tuple[Decimal, Decimal, IndicatorRow]]) -> Decision:
        for i, (done, share, row) in enumerate(known):
            for better_done, better_share, better in known[i + 1 :]:
                if better_done - done > self._APART and share - better_share > self._APART:
                    message = (
                        f"{row.name}完成{percent(done, 1)}、得分率{percent(share, 1)}，而{better.name}完成{percent(better_done, 1)}、"
                        f"得分率{percent(better_share, 1)}，完成少的得分率反而高，计分标准不一致，请核实。"
                    )
                    values = (row.actual, row.score, better.actual, better.score)
                    cells = (f"{row.subject}/score",)
                    return failed(message, None, percent(share, 1), cells=cells, values=values)
        return PASS


class OverAchievement(IndicatorRule):
    """A result far beyond its target was either planned too low or counted wrongly, and is explained. A difference of one is none."""

    id = "over-achievement"
    #: A ceiling of which less than this is used was planned too high.
    _LITTLE_USED = Decimal("0.7")

    def decide(self, answer: Answer, subject: str) -> None:
        rows, both = answer.rows, pairs(answer.rows)
        answer.when(
            ~rows.by_form(_recognised, bool), not_applicable("表式未识别，没有超额完成的规定")
        )
        answer.unless(both.unknown).when(both.way == None, _BLIND)  # noqa: E711  row by row
        some = above(both.target, ZERO) & above(both.actual, ZERO)
        answer.when(~some, not_applicable("指标值或完成值为0"))
        avoided = (both.way == "≤") & rows.fact(_avoided, "level3", kind=bool)
        answer.when(avoided, not_applicable("越少越好、应当避免的指标"))
        answer.when(explained(rows), PASS)
        answer.when(answer.left, lambda at: self._judge(rows[at], both, at))

    def _judge(self, row: IndicatorRow, both: Pairs, at: int) -> Decision:
        settings, target, actual = row.form.settings, both.target[at], both.actual[at]
        assert settings is not None
        times, more = actual / target, both.way[at] == "≥"
        far = times >= settings.over_achievement if more else times <= self._LITTLE_USED
        percents = both.unit[at] == "%" and max(actual, target) <= 100
        if not far or abs(actual - target) <= 1 or percents:
            return PASS
        share = f"{plain(times.quantize(Decimal('0.01')))}倍" if more else percent(times, 1)
        what = "指标值可能偏低或计数有误" if more else "控制目标可能偏高"
        message = f"{row.name}年度指标值为{row.target}，完成值为{row.actual}，是指标值的{share}，{what}，请说明。"
        limit = (
            f"低于{plain(settings.over_achievement)}倍"
            if more
            else f"高于{percent(self._LITTLE_USED, 0)}"
        )
        printed = (row.target, row.actual)
        return failed(message, limit, share, cells=(f"{row.subject}/actual",), values=printed)


def _recognised(form: FormView) -> bool:
    return form.settings is not None


def _avoided(level3: str | None) -> bool:
    return AVOIDED.search(level3 or "") is not None


class ScoredWithoutValues(IndicatorRule):
    """Points rest on a target and a result: an indicator without either gets none."""

    id = "scored-without-values"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, found = answer.rows, scored(answer.rows)

        def told(at: int) -> Decision:
            row = rows[at]
            message = f"{row.name}的年度指标值和实际完成值均为空白，却得{row.score}分，计分没有依据，请补充。"
            cells = (f"{row.subject}/actual", f"{row.subject}/score")
            return failed(
                message, "填列指标值和完成值", "空白", cells=cells, values=(row.score, row.level3)
            )

        answer.unless(found.unknown)
        answer.when(
            rows.fact(_managed, "level1", kind=bool),
            not_applicable("决策、管理类指标按标准计分，不设指标值"),
        )
        answer.when(
            rows.absent("target") & rows.absent("actual"),
            not_applicable("本表没有指标值栏和完成值栏"),
        )
        answer.when(parts(rows)[1], not_applicable("指标值和完成值填在其下各分项"))
        answer.doubted("指标值读取存疑，请核对 {}", "target", "actual")
        answer.fails(told, rows.blank("target") & rows.blank("actual") & found.given)


def _managed(level1: str | None) -> bool:
    return any(word in (level1 or "") for word in ("决策", "管理", "投入", "过程"))


class ZeroCompleted(IndicatorRule):
    """An indicator of which nothing was done, or of which no result is given, gets no points."""

    id = "zero-completed"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, found = answer.rows, scored(answer.rows)
        target, actual, blank = (
            quantities(rows, "target"),
            quantities(rows, "actual"),
            rows.blank("actual"),
        )

        def told(at: int) -> Decision:
            row = rows[at]
            what = "实际完成值为空白" if blank[at] else f"实际完成值为{row.actual}"
            message = f"{row.name}年度指标值为{row.target}，{what}，却得{row.score}分，请核实。"
            cells = (f"{row.subject}/actual", f"{row.subject}/score")
            return failed(
                message, "0分", f"{row.score}分", cells=cells, values=(row.actual, row.score)
            )

        answer.unless(found.unknown).doubted("指标值读取存疑，请核对 {}", "target", "actual")
        answer.when(rows.blank("target"), not_applicable("没有填指标值"))
        answer.when(
            blank & rows.fact(_nothing, "actual", kind=bool),
            undecidable("完成值填“无”，可能是没有发生"),
        )
        unknown = ~target.known | ~actual.known
        answer.when(~blank & unknown, undecidable("指标值或完成值不是单纯数值"))
        more = (ways(rows) == "≥") & above(target.value, ZERO)
        answer.when(~blank & ~more, not_applicable("不是越多越好的指标"))
        answer.when(~blank & actual.value.astype(bool), PASS).fails(told, found.given)


def _nothing(actual: str | None) -> bool:
    return (actual or "").strip("　 ") in ("无", "不适用")
