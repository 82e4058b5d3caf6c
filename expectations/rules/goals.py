"""The goals, expected and reached, and whether the indicators are of the kinds that they should be (family structure)."""

from __future__ import annotations

import re

import numpy as np

from selfeval.core.folding import fold
from selfeval.core.numbers import parse_number
from selfeval.expectations.answers import Answer
from selfeval.expectations.columns import nonzero
from selfeval.expectations.rules.base import FormRule, IndicatorRule
from selfeval.expectations.rules.common import PLACEHOLDER, quantities
from selfeval.expectations.text import bare, indicator_name, is_blank, likeness
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import CAPTIONS, FormView, brief

#: From here two texts are taken to be the same (share of characters), and below this length equal goals are no wonder.
SAME_TEXT, SHORT_GOAL = 0.95, 12


class GoalMissingOrBare(FormRule):
    """The goals are told in words: not blank, not a bare number, not just the name of the project."""

    id = "goal-missing-or-bare"
    subjects = ("goal_expected", "goal_actual")

    def decide(self, answer: Answer, subject: str) -> None:
        forms, caption = answer.rows, CAPTIONS[subject]
        fault = forms.fact(_bareness, subject, "project_name")

        def told(at: int) -> Decision:
            text = getattr(forms[at], subject)
            what = f"仅填数字“{text}”" if fault[at] == "仅填数字" else fault[at]
            message = f"年度总体目标的{caption}{what}，未说明目标内容，请补充。"
            return failed(message, "文字说明", text or "空白", cells=(subject,), values=(text,))

        answer.when(forms.absent(subject), not_applicable(f"本表没有{caption}栏"))
        answer.doubted(f"{caption}读取存疑，请核对 {subject}：{{}}", subject)
        answer.fails(told, nonzero(fault))


def _bareness(goal: str | None, project_name: str | None) -> str:
    """What a goal is instead of words; "" where it is told in words."""
    if is_blank(goal):
        return "为空白"
    if parse_number(goal) is not None:
        return "仅填数字"
    return "仅照抄项目名称" if project_name and bare(goal) == bare(project_name) else ""


class GoalActualCopied(FormRule):
    """What was reached is told in other words than what was expected."""

    id = "goal-actual-copied"
    subjects = ("goal_actual",)

    def decide(self, answer: Answer, subject: str) -> None:
        forms = answer.rows
        expected, actual = (forms.fact(_undone, name) for name in ("goal_expected", "goal_actual"))
        some = nonzero(expected) & nonzero(actual)
        answer.when(~some, not_applicable("目标或实际完成情况空白"))
        answer.doubted("年度总体目标读取存疑：{}", "goal_expected", "goal_actual")
        short = np.array([len(text) < SHORT_GOAL for text in expected], dtype=bool)
        answer.when(short, undecidable("目标文字过短，相同不足为据"))

        def told(at: int) -> Decision:
            same = likeness(expected[at], actual[at])
            if same < SAME_TEXT:
                return PASS
            record = forms[at]
            message = f"实际完成情况与预期目标文字基本相同（相似度{same:.0%}），未反映实际完成的数量和效果，请据实填写。"
            cells, values = ("goal_actual",), (record.goal_expected, record.goal_actual)
            return failed(
                message, "据实填写", brief(record.goal_actual, 40), cells=cells, values=values
            )

        answer.fails(told)


_DONE = re.compile(r"已经|已|完成了|完成|了")


def _undone(goal: str | None) -> str:
    """A goal without layout and without the words that say that it is reached."""
    return _DONE.sub("", bare(goal))


_COMPARED = re.compile(
    r"^\s*(?:[≥≤><]|[<>]=|不低于|不少于|不高于|不超过|大于|小于)|(?:以上|以下|以内)\s*$"
)
#: Columns needed to speak of copying, rows with a comparator that suffice, and the share of equal rows.
ROWS_TO_JUDGE, COMPARED_ROWS, COPIED_SHARE = 5, 3, 0.8


class ActualCopiedFromTarget(FormRule):
    """Results are results: not the targets once more, with their ≥. Some systems print the sign before every result, so that a sign
    is no proof: the numbers behind it must be those of the targets, too."""

    id = "actual-copied-from-target"
    subjects = ("indicators",)
    _COMPARED_ROWS = 2

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows.blocks["indicators"]
        filled = ~rows.blank("target") & ~rows.blank("actual")
        target, actual = quantities(rows, "target"), quantities(rows, "actual")
        alike = rows.fact(_alike, "target", "actual", kind=bool)
        equal = np.where(target.known & actual.known, target.value == actual.value, alike)
        signed = filled & rows.fact(_is_signed, "actual", kind=bool)
        same, copied = signed & equal, filled & alike
        worded = copied & rows.fact(_is_worded, "target", kind=bool) & ~target.known
        count = {name: rows.counted(where) for name, where in (("all", filled), ("signed", signed), ("same", same), ("copied", copied))}  # fmt: skip

        def doubt(form: int) -> Decision:
            told = (rows[at].doubt("target", "actual") for at in rows.within(form, filled))
            return undecidable(f"指标值读取存疑，请核对 {next(filter(None, told))}")

        def told(form: int) -> Decision:
            as_signed = by_sign[form]
            first = rows[rows.within(form, same if as_signed else worded)[0]]
            what = "带比较符号，且与年度指标值相同" if as_signed else "与年度指标值文字相同"
            number = count["same" if as_signed else "copied"][form]
            message = f"{number}项指标的实际完成值{what}（如{first.name}填为“{brief(first.actual)}”），系照抄指标值，请填列实际完成的结果。"
            cells, printed = (f"{first.subject}/actual",), (first.target, first.actual)
            return failed(message, "实际完成结果", first.actual, cells=cells, values=printed)

        answer.when(count["all"] < ROWS_TO_JUDGE, not_applicable("填有指标值和完成值的指标不足5项"))
        answer.when(rows.counted(filled & rows.doubted("target", "actual")) > 0, doubt)
        by_sign = count["same"] >= np.maximum(self._COMPARED_ROWS, COPIED_SHARE * count["signed"])
        in_words = count["copied"] >= COPIED_SHARE * count["all"]
        answer.fails(told, by_sign | (in_words & (rows.counted(worded) >= COMPARED_ROWS)))


def _alike(target: str | None, actual: str | None) -> bool:
    return bare(target) == bare(actual)


def _is_signed(actual: str | None) -> bool:
    return _COMPARED.search(fold(actual or "")) is not None


def _is_worded(target: str | None) -> bool:
    return len(bare(target)) >= 6


_SCALE = re.compile(
    r"好坏|优良中?低?差|优[、/]良[、/].*|高中低|高[、/]中[、/]低|是[/、]?否|好[/、](?:一般|中)[/、]差|有[/、]无|达标[/、]?(?:不|未)达标|大中小"
)


def _is_scale(text: str | None) -> bool:
    return bool(_SCALE.fullmatch(bare(text)) or _SCALE.fullmatch("".join(fold(text or "").split())))


class RatingScaleAsValue(IndicatorRule):
    """A result is one grade of the scale, not the scale."""

    id = "rating-scale-as-value"

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows

        def told(at: int) -> Decision:
            row = rows[at]
            message = f"{row.name}的实际完成值填为“{row.actual}”，这是评价等级的选项而不是结果，请填写所达到的等级。"
            cells, values = (f"{row.subject}/actual",), (row.actual,)
            return failed(message, "其中一个等级", row.actual, cells=cells, values=values)

        empty = rows.flag("is_placeholder") | rows.blank("actual")
        answer.when(empty, not_applicable("没有填完成值"))
        answer.doubted("实际完成值读取存疑，请核对 {}", "actual")
        answer.fails(told, rows.fact(_is_scale, "actual", kind=bool))


class MissingDimension(FormRule):
    """The indicators cover the dimensions that this kind of form asks for."""

    id = "missing-dimension"
    subjects = ("indicators",)

    def judge(self, record: FormView, subject: str) -> Decision:
        settings = record.settings
        if (
            settings is None
            or not (settings.dimensions or settings.benefits)
            or not record.indicators
        ):
            return not_applicable("本表式没有规定指标维度")
        if record.doubts and (why := record.doubt_within("indicators")):
            return undecidable(f"绩效指标读取存疑，请核对 {why}")
        levels = " ".join(f"{row.level1 or ''}{row.level2 or ''}" for row in record.filled)
        if not any(word in levels for word in ("产出", "效益", *settings.dimensions)):
            return undecidable("一、二级指标名称不是产出、效益的分法")
        missing = [f"{name}指标" for name in settings.dimensions if name not in levels]
        if settings.benefits and not any(word in levels for word in ("效益", "效果", "影响")):
            missing.append("效益指标")
        if not missing:
            return PASS
        message = f"绩效指标缺少{'、'.join(missing)}，未完整反映产出、效益和成本要求，请补充。"
        cells, values = ("indicators/0/level2",), tuple(missing)
        return failed(
            message, "指标维度完整", f"缺少{'、'.join(missing)}", cells=cells, values=values
        )


#: Second level, words that do not belong there, and where they do.
_MISPLACED = (
    ("经济效益", re.compile(r"水土|排放|污染|植被|绿化|生态|伤亡|安全度汛"), "生态效益或社会效益"),
    ("生态效益", re.compile(r"成本|收入|利润|税收|产值|资金"), "经济效益或成本"),
    ("社会效益", re.compile(r"减排|植被|水质|空气质量"), "生态效益"),
    ("满意度", re.compile(r"事故|事件发生|成本|资金|及时率"), "产出或社会效益"),
    ("成本指标", re.compile(r"满意度|知晓率|验收合格"), "满意度或质量"),
    ("数量指标", re.compile(r"满意度|及时率|合格率"), "满意度、时效或质量"),
)


def _better_place(level2: str | None, level3: str | None) -> tuple[str, str] | None:
    """The word that does not belong under `level2`, and the second level that it belongs to."""
    above, name = bare(level2), indicator_name(level3)
    for place, words, better in _MISPLACED:
        if place in above and (found := words.search(name)):
            return found[0], better
    return None


class MisclassifiedIndicator(IndicatorRule):
    """An indicator stands under the second level that it is about."""

    id = "misclassified-indicator"

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows
        better = rows.fact(_better_place, "level2", "level3")

        def told(at: int) -> Decision:
            row, (word, place) = rows[at], better[at]
            message = f"{row.name}列在“{brief(row.level2)}”下，内容涉及“{word}”，似应列入{place}，请核实分类。"
            cells, values = (f"{row.subject}/level2",), (row.level2, row.level3)
            return failed(message, place, row.level2, cells=cells, values=values)

        answer.when(rows.flag("is_placeholder"), PLACEHOLDER)
        unnamed = rows.blank("level2") | rows.blank("level3")
        answer.when(unnamed, not_applicable("没有二级指标或三级指标名称"))
        answer.doubted("指标名称读取存疑，请核对 {}", "level2", "level3")
        answer.fails(told, nonzero(better))
