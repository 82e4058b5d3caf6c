"""Targets and results in words, and satisfaction that looks too neat (family targets)."""

from __future__ import annotations

import re
from decimal import Decimal

from selfeval.core.folding import fold
from selfeval.core.quantities import parse_quantity
from selfeval.expectations.arithmetic import percent
from selfeval.expectations.rules.base import IndicatorRule
from selfeval.expectations.rules.common import NO_VALUES, Points, points
from selfeval.expectations.text import bare, indicator_name, is_blank
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import IndicatorRow, brief

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

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        found, settings = points(record), record.form.settings
        if isinstance(found, Decision):
            return found
        if settings is None or len(settings.qualitative) != len(_BANDS):
            return not_applicable("本表式没有定性指标的计分档次")
        if is_blank(record.actual):
            return NO_VALUES
        if doubt := record.doubt("actual"):
            return undecidable(f"实际完成值读取存疑，请核对 {doubt}")
        text = bare(record.actual)
        if parse_quantity(record.actual) is not None:
            return not_applicable("完成值是数值")
        band = next((i for i, (pattern, _) in enumerate(_BANDS) if pattern.search(text)), None)
        if band is None or not found.weight:
            return undecidable("完成值不是达成、部分达成、未达成之一")
        low, high = (
            settings.qualitative[band],
            Decimal(1) if band == 0 else settings.qualitative[band - 1],
        )
        # Whether 80% belongs to the band above or below it differs; 0% always belongs to the last.
        above = found.share > low or not low if settings.open_bands else found.share >= low
        if above and found.share <= high:
            return PASS
        label = f"{percent(high, 0)}—{percent(low, 0)}"
        message = f"{record.name}完成情况为“{brief(record.actual)}”，得分率{percent(found.share, 1)}，不在“{_BANDS[band][1]}”档次（{label}）内，请核实。"
        return failed(
            message,
            label,
            percent(found.share, 1),
            cells=(f"{subject}/score",),
            values=(record.actual, found.score_text, found.weight_text),
        )


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

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        found = points(record)
        if isinstance(found, Decision):
            return found
        if is_blank(record.target) or is_blank(record.actual):
            return NO_VALUES
        target, actual = bare(record.target), bare(record.actual)
        if doubt := record.doubt("target", "actual"):
            return undecidable(f"指标值读取存疑，请核对 {doubt}")
        if parse_quantity(record.target) is not None and parse_quantity(record.actual) is not None:
            return not_applicable("指标值和完成值是数值")
        if found.lost or not found.weight:
            return PASS
        strong, weak = _STRONG.search(target), _WEAK.search(actual)
        if opposite := self._opposite(target, actual):
            return self._failed(record, found, f"“{opposite}”与指标值相反", opposite)
        if strong is None or _WEAK.search(target):
            return not_applicable("指标值没有程度词")
        if len(target) > 30 or len(actual) > 30:
            return undecidable("文字较长，程度词未必指同一事")
        if weak is None or _STRONG.search(actual):
            return PASS
        return self._failed(record, found, "程度低于指标值", weak[0])

    def _opposite(self, target: str, actual: str) -> str | None:
        """The words of a short result that say the opposite of the target."""
        if len(actual) > 30:
            return None
        if (found := _OPPOSITE.search(actual)) and not _OPPOSITE.search(target):
            return found[0]
        falling = _FALLING.search(actual)
        return falling[0] if falling and _RISING.search(target) and not _RISING.search(actual) and not _FALLING.search(target) else None  # fmt: skip

    def _failed(self, record: IndicatorRow, found: Points, why: str, word: str) -> Decision:
        message = f"{record.name}年度指标值为“{brief(record.target)}”，完成值为“{brief(record.actual)}”，{why}，却得满分{found.score_text}分，请核实。"
        values = (record.target, record.actual, found.score_text)
        cells = (f"{record.subject}/actual",)
        return failed(message, brief(record.target), word, cells=cells, values=values)


class SurveyEvidence(IndicatorRule):
    """A measured satisfaction is a number of its own: exactly the target, 100% or "≥95%" looks assumed."""

    id = "survey-evidence"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        name = indicator_name(record.level3)
        if "满意" not in name and (
            "满意" not in (record.level2 or "") or re.search("事件|事故|投诉|次数|件数", name)
        ):
            return NO_SATISFACTION
        if is_blank(record.actual):
            return not_applicable("没有填完成值")
        if doubt := record.doubt("target", "actual"):
            return undecidable(f"满意度读取存疑，请核对 {doubt}")
        target, actual = parse_quantity(record.target), parse_quantity(record.actual)
        if actual is None:
            return undecidable("满意度不是单纯数值")
        if actual.comparator:
            what = f"填为“{record.actual}”"
        elif target is not None and target.value == actual.value:
            what = f"与指标值同为{record.actual}"
        elif actual.value == 100:
            what = f"为{record.actual}"
        else:
            return PASS
        message = f"{record.name}实际完成值{what}，请备查满意度调查问卷及统计结果。"
        return failed(
            message,
            "调查结果",
            record.actual,
            cells=(f"{subject}/actual",),
            values=(record.target, record.actual),
        )


class OpinionAsResult(IndicatorRule):
    """A numeric target has a numeric result, not an opinion."""

    id = "numeric-target-worded-result"
    _OPINION = re.compile(
        r"^(?:已)?(?:完成|达标|达成|达到|良好|较好|好|优|优秀|合格|是|已实现|完成良好|按时完成|全部完成)(?:预期|年度)?(?:指标|目标)?$"
    )

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        if is_blank(record.target) or is_blank(record.actual):
            return NO_VALUES
        if doubt := record.doubt("target", "actual"):
            return undecidable(f"指标值读取存疑，请核对 {doubt}")
        target = parse_quantity(record.target)
        if target is None:
            return NO_NUMBER
        if parse_quantity(record.actual) is not None:
            return PASS
        if not self._OPINION.search(bare(fold(record.actual or ""))):
            return undecidable("完成值含文字说明")
        message = f"{record.name}年度指标值为{record.target}，实际完成值只填“{brief(record.actual)}”，没有数值，请填列实际完成数。"
        return failed(
            message,
            "数值",
            brief(record.actual),
            cells=(f"{subject}/actual",),
            values=(record.target, record.actual),
        )
