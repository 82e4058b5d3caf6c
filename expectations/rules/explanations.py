"""Deviations and their explanations: whoever loses points says why."""

from __future__ import annotations

import re

from selfeval.core.batch_cache import remembered
from selfeval.expectations.arithmetic import plain, trouble
from selfeval.expectations.rules.base import IndicatorRule
from selfeval.expectations.rules.common import NOT_PAIRED, explained, points
from selfeval.expectations.text import bare, is_blank, likeness
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import CellState, IndicatorRow, brief

NO_EXPLANATION = not_applicable("没有填偏差原因分析")
TOLD_ABOVE = not_applicable("合并单元格，已在其首行说明")


class DeviationUnexplained(IndicatorRule):
    """Where points are lost, the explanation is neither blank nor absent. A merged explanation stands in every row that it spans; a form
    without the column may explain in its total row."""

    id = "deviation-unexplained"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        score, weight = record.read("score"), record.read("weight")
        for name, reading in (("score", score), ("weight", weight)):
            if reading.state is CellState.ABSENT:
                return not_applicable("本表没有分值栏或得分栏")
            if reading.state in (CellState.DOUBTFUL, CellState.UNREADABLE):
                return undecidable(trouble(record, name, reading))
        if score.number is None or weight.number is None:
            return (
                not_applicable("没有填分值和得分")
                if score.state is weight.state
                else undecidable("分值、得分只填了一项")
            )
        if not record.paired:
            return NOT_PAIRED
        if score.value >= weight.value:
            return PASS
        if doubt := record.doubt("explanation"):
            return undecidable(f"偏差原因分析读取存疑，请核对 {doubt}")
        if not is_blank(record.explanation):
            return PASS
        column = record.form.has_column("explanation")
        if not column and not is_blank(record.form.total_explanation):
            return undecidable("本表没有偏差原因分析栏，原因可能在总分行中说明")
        lost = plain(weight.value - score.value)
        why = "但未说明偏差原因" if column else "而本表没有偏差原因分析栏，未说明偏差原因"
        message = f"{record.name}分值{weight.text}、得分{score.text}，扣{lost}分，{why}，请补充偏差原因分析及改进措施。"
        values = (weight.text, score.text, record.explanation)
        cells = (f"{subject}/explanation", f"{subject}/score")
        return failed(
            message,
            "说明偏差原因",
            record.explanation or ("空白" if column else "没有此栏"),
            cells=cells,
            values=values,
        )


_CAUSE = re.compile(
    r"因|由于|导致|受|影响|未|不足|缺|推迟|滞后|结余|疫情|困难|减少|死亡|取消|变更|调整|低于|高于|有限|尚|延|剩余|节约|较"
)
_MEASURE = re.compile(r"加强|加大|改进|提高|完善|下年|今后|进一步|规范|细化|督促|建议|优化")


@remembered
def _fault(text: str) -> str | None:
    """What is wrong with an explanation: "" for nothing, None where that cannot be told."""
    if _CAUSE.search(text):
        return ""
    return "未说明具体原因" if _MEASURE.search(text) else None


class ExplanationBoilerplate(IndicatorRule):
    """An explanation of lost points names a cause, not only good intentions."""

    id = "explanation-boilerplate"
    #: Fewer characters than this say nothing that can be checked.
    _LENGTH = 6

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        found = points(record)
        if isinstance(found, Decision):
            return found
        if not found.lost or is_blank(record.explanation):
            return NO_EXPLANATION
        if doubt := record.doubt("explanation"):
            return undecidable(f"偏差原因分析读取存疑，请核对 {doubt}")
        if self._told_above(record):
            return TOLD_ABOVE
        text = bare(record.explanation)
        what = "过于简略" if len(text) < self._LENGTH else _fault(text)
        if what is None:
            return undecidable("无法判断所述是否为偏差原因")
        if not what:
            return PASS
        message = f"{record.name}的偏差原因分析“{brief(record.explanation, 30)}”{what}，请补充。"
        return failed(
            message,
            "说明具体原因",
            brief(record.explanation, 40),
            cells=(f"{subject}/explanation",),
            values=(record.explanation,),
        )

    def _told_above(self, record: IndicatorRow) -> bool:
        """Whether the cell is merged with one above whose row lost points, too: one explanation is told once."""
        above = record.form.indicators[record.span("explanation")[0] : record.position]
        found = (points(row) for row in above)
        return any(not isinstance(one, Decision) and one.lost for one in found)


class ExplainedButFull(IndicatorRule):
    """A deviation that is explained also costs points, unless more was done than promised."""

    id = "explained-but-full"
    _MORE = re.compile(r"超额|超过|增加|超出|多于|新增|扩大|提前|完成|达到|无偏差|没有偏差|按")
    _LESS = re.compile(
        r"未(?:能|完|按|达|如期|开展|实施)|没有(?:完|达|按)|推迟|滞后|延[期迟误]|不足|取消"
    )

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        found = points(record)
        if isinstance(found, Decision):
            return found
        if found.lost or not explained(record):
            return NO_EXPLANATION
        if doubt := record.doubt("explanation"):
            return undecidable(f"偏差原因分析读取存疑，请核对 {doubt}")
        text = record.explanation or ""
        if self._MORE.search(text) and not self._LESS.search(text):
            return PASS
        message = f"{record.name}填有偏差原因“{brief(record.explanation, 30)}”，但得满分{found.score_text}分，请核实得分或说明无偏差。"
        values = (found.score_text, record.explanation)
        return failed(
            message,
            "有偏差则扣分",
            f"{found.score_text}分",
            cells=(f"{subject}/explanation", f"{subject}/score"),
            values=values,
        )


#: An explanation shorter than this may well be the same for two rows.
SAME_LENGTH = 8


class ExplanationRepeated(IndicatorRule):
    """Different indicators are not explained by the same sentence. Told on the first row of them; one merged explanation is no repetition."""

    id = "explanation-repeated"
    _ROWS = 2

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        text = bare(record.explanation)
        if len(text) < SAME_LENGTH:
            return NO_EXPLANATION
        if doubt := record.doubt("explanation"):
            return undecidable(f"偏差原因分析读取存疑，请核对 {doubt}")
        same = [row for row in record.form.filled if bare(row.explanation) == text]
        own = [row for row in same if not row.repeats("explanation")]
        if not own or own[0] is not record:
            return not_applicable("已在首项指标处说明")
        if len(own) < self._ROWS:
            return PASS
        message = f"{len(own)}项指标（自{record.name}起）的偏差原因均为“{brief(record.explanation, 30)}”，未区分各指标的实际情况，请分别说明。"
        cells = tuple(f"{row.subject}/explanation" for row in same)
        printed = (record.explanation, str(len(own)))
        return failed(message, "分别说明", f"{len(own)}项相同", cells=cells, values=printed)


class ExplanationRepeatsResult(IndicatorRule):
    """An explanation says more than the result or the target once again."""

    id = "explanation-repeats-result"

    def judge(self, record: IndicatorRow, subject: str) -> Decision:
        found = points(record)
        if isinstance(found, Decision):
            return found
        text = bare(record.explanation)
        if not found.lost or len(text) < SAME_LENGTH:
            return NO_EXPLANATION
        if doubt := record.doubt("explanation", "actual", "target"):
            return undecidable(f"文字读取存疑，请核对 {doubt}")
        for name, other in (
            ("实际完成值", record.actual),
            ("年度指标值", record.target),
            ("指标名称", record.level3),
        ):
            if len(bare(other)) >= SAME_LENGTH and likeness(text, bare(other)) >= 0.9:
                message = f"{record.name}的偏差原因照抄{name}，没有说明扣分原因，请补充。"
                return failed(
                    message,
                    "说明原因",
                    brief(record.explanation, 40),
                    cells=(f"{subject}/explanation",),
                    values=(record.explanation, other),
                )
        return PASS
