"""Targets and results in words, and satisfaction that looks too neat (family targets)."""

from __future__ import annotations

import re
from decimal import Decimal

from selfeval.core.folding import fold
from selfeval.expectations.answers import Answer
from selfeval.expectations.arithmetic import percent
from selfeval.expectations.columns import missing, nonzero
from selfeval.expectations.rules.base import IndicatorRule
from selfeval.expectations.rules.common import NO_VALUES, quantities, scored
from selfeval.expectations.text import bare, indicator_name
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import FormView, IndicatorRow, brief

NO_SATISFACTION, NO_NUMBER = not_applicable("不是满意度指标"), not_applicable("指标值不是数值")

#: What forms tick for a qualitative result, in the order of `Profile.qualitative`.
_BANDS = (
    (
        re.compile(
            r"^(?:全部或基本)?达成(?:年度|预期)?(?:绩效)?(?:指标|目标)$|^达成预期$|^达到预期(?:目标|指标|效果)?$"
        ),
        "达成预期指标",
    ),
    (re.compile(r"^部分达成"), "部分达成预期指标"),
    (
        re.compile(r"^未达成|^未达到预期|^未完成(?:年度|预期)?(?:绩效)?(?:指标|目标)"),
        "未达成预期指标",
    ),
)


class QualitativeBand(IndicatorRule):
    """A result of 达成, 部分达成 or 未达成 gets a share of the points inside the band of the profile, its bounds included."""

    id = "qualitative-band"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, found = answer.rows, scored(answer.rows)
        answer.unless(found.unknown)
        answer.when(~rows.by_form(_banded, bool), not_applicable("本表式没有定性指标的计分档次"))
        answer.when(rows.blank("actual"), NO_VALUES)
        answer.doubted("实际完成值读取存疑，请核对 {}", "actual")
        answer.when(quantities(rows, "actual").known, not_applicable("完成值是数值"))
        band = rows.fact(_band, "actual", where=answer.left)
        unknown = missing(band) | ~nonzero(found.weight)
        answer.when(unknown, undecidable("完成值不是达成、部分达成、未达成之一"))
        answer.when(answer.left, lambda at: self._judge(rows[at], found.share(at), band[at]))

    def _judge(self, record: IndicatorRow, share: Decimal, band: int) -> Decision:
        settings = record.form.settings
        assert settings is not None
        low, high = (
            settings.qualitative[band],
            settings.qualitative[band - 1] if band else Decimal(1),
        )
        # Whether 80% belongs to the band above or below it differs; 0% always belongs to the last.
        above = share > low or not low if settings.open_bands else share >= low
        if above and share <= high:
            return PASS
        label, printed = f"{percent(high, 0)}—{percent(low, 0)}", percent(share, 1)
        message = f"{record.name}完成情况为“{brief(record.actual)}”，得分率{printed}，不在“{_BANDS[band][1]}”档次（{label}）内，请核实。"
        cells, values = (f"{record.subject}/score",), (record.actual, record.score, record.weight)
        return failed(message, label, printed, cells=cells, values=values)


def _banded(form: FormView) -> bool:
    return form.settings is not None and len(form.settings.qualitative) == len(_BANDS)


def _band(actual: str | None) -> int | None:
    """Which of the bands a result is told in."""
    text = bare(actual)
    return next((i for i, (pattern, _) in enumerate(_BANDS) if pattern.search(text)), None)


# 明显 and 显著 are of equal rank; a weaker word in the result than in the target is a miss.
_STRONG = re.compile(r"显著|明显|大幅|全面|彻底|根本|优秀|充分|有效|持续|切实|极大")
_OPPOSITE = re.compile(
    r"未(?:改善|完成|达到|达标|实现|建立|健全|见效|提[高升]|合格|通过|落实)|无(?:明显|显著)|不(?:健全|合格|达标|完善|到位|满意|明显|显著|及时|规范)|没有(?:改善|完成|达到|明显|提[高升])"
)
_FALLING = re.compile(r"下降|降低|恶化|减少|下滑")
_RISING = re.compile(r"提[高升]|增[加长]|改善|提振|上升|扩大|优化")
_WEAK = re.compile(r"基本|有所|一般|部分|初步|略有|稍有|尚可|不太|不够|有待|较差|不明显|不足")


class QualitativeMismatch(IndicatorRule):
    """A result told in a weaker word than its target, or in the opposite of it, does not get full marks."""

    id = "qualitative-mismatch"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, found = answer.rows, scored(answer.rows)
        answer.unless(found.unknown)
        answer.when(rows.blank("target") | rows.blank("actual"), NO_VALUES)
        answer.doubted("指标值读取存疑，请核对 {}", "target", "actual")
        numbers = quantities(rows, "target").known & quantities(rows, "actual").known
        answer.when(numbers, not_applicable("指标值和完成值是数值"))
        answer.when(found.lost | ~nonzero(found.weight), PASS)
        mismatch = rows.fact(_mismatch, "target", "actual", where=answer.left)

        def told(at: int) -> Decision:
            row, (why, word) = rows[at], mismatch[at]
            message = f"{row.name}年度指标值为“{brief(row.target)}”，完成值为“{brief(row.actual)}”，{why}，却得满分{row.score}分，请核实。"
            cells, values = (f"{row.subject}/actual",), (row.target, row.actual, row.score)
            return failed(message, brief(row.target), word, cells=cells, values=values)

        for decision in (_NO_DEGREE, _LONG, PASS):
            answer.when(mismatch == decision, decision)
        answer.fails(told)


_NO_DEGREE = not_applicable("指标值没有程度词")
_LONG = undecidable("文字较长，程度词未必指同一事")


def _mismatch(target: str | None, actual: str | None) -> tuple[str, str] | Decision:
    """What is wrong with a result beside its target, and in which word; or why nothing is."""
    target, actual = bare(target), bare(actual)
    strong, weak = _STRONG.search(target), _WEAK.search(actual)
    if opposite := _opposite(target, actual):
        return f"“{opposite}”与指标值相反", opposite
    if strong is None or _WEAK.search(target):
        return _NO_DEGREE
    if len(target) > 30 or len(actual) > 30:
        return _LONG
    return PASS if weak is None or _STRONG.search(actual) else ("程度低于指标值", weak[0])


def _opposite(target: str, actual: str) -> str | None:
    """The words of a short result that say the opposite of the target."""
    if len(actual) > 30:
        return None
    if (found := _OPPOSITE.search(actual)) and not _OPPOSITE.search(target):
        return found[0]
    falling = _FALLING.search(actual)
    return falling[0] if falling and _RISING.search(target) and not _RISING.search(actual) and not _FALLING.search(target) else None  # fmt: skip


class SurveyEvidence(IndicatorRule):
    """A measured satisfaction is a number of its own: exactly the target, 100% or "≥95%" looks assumed."""

    id = "survey-evidence"

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows
        target, actual = quantities(rows, "target"), quantities(rows, "actual")
        same, signed = target.value == actual.value, nonzero(actual.comparator)

        def told(at: int) -> Decision:
            row = rows[at]
            what = (
                f"填为“{row.actual}”"
                if signed[at]
                else f"与指标值同为{row.actual}"
                if same[at]
                else f"为{row.actual}"
            )
            message = f"{row.name}实际完成值{what}，请备查满意度调查问卷及统计结果。"
            cells, values = (f"{row.subject}/actual",), (row.target, row.actual)
            return failed(message, "调查结果", row.actual, cells=cells, values=values)

        answer.when(~rows.fact(_is_satisfaction, "level2", "level3", kind=bool), NO_SATISFACTION)
        answer.when(rows.blank("actual"), not_applicable("没有填完成值"))
        answer.doubted("满意度读取存疑，请核对 {}", "target", "actual")
        answer.when(~actual.known, undecidable("满意度不是单纯数值"))
        answer.fails(told, signed | same | (actual.value == 100))


def _is_satisfaction(level2: str | None, level3: str | None) -> bool:
    name = indicator_name(level3)
    counted = re.search("事件|事故|投诉|次数|件数", name)
    return "满意" in name or ("满意" in (level2 or "") and not counted)


class OpinionAsResult(IndicatorRule):
    """A numeric target has a numeric result, not an opinion."""

    id = "numeric-target-worded-result"
    _OPINION = re.compile(
        r"^(?:已)?(?:完成|达标|达成|达到|良好|较好|好|优|优秀|合格|是|已实现|完成良好|按时完成|全部完成)(?:预期|年度)?(?:指标|目标)?$"
    )

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows

        def told(at: int) -> Decision:
            row, printed = rows[at], brief(rows[at].actual)
            message = f"{row.name}年度指标值为{row.target}，实际完成值只填“{printed}”，没有数值，请填列实际完成数。"
            cells, values = (f"{row.subject}/actual",), (row.target, row.actual)
            return failed(message, "数值", printed, cells=cells, values=values)

        answer.when(rows.blank("target") | rows.blank("actual"), NO_VALUES)
        answer.doubted("指标值读取存疑，请核对 {}", "target", "actual")
        answer.when(~quantities(rows, "target").known, NO_NUMBER)
        answer.when(quantities(rows, "actual").known, PASS)
        opinion = rows.fact(self._is_opinion, "actual", kind=bool, where=answer.left)
        answer.when(~opinion, undecidable("完成值含文字说明")).fails(told)

    def _is_opinion(self, actual: str | None) -> bool:
        return self._OPINION.search(bare(fold(actual or ""))) is not None
