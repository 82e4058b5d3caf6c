"""Deviations and their explanations: whoever loses points says why."""

from __future__ import annotations

import re

import numpy as np

from selfeval.expectations.answers import Answer
from selfeval.expectations.arithmetic import plain
from selfeval.expectations.columns import ABSENT, DOUBTFUL, UNREADABLE, Array, Columns
from selfeval.expectations.rules.base import IndicatorRule
from selfeval.expectations.rules.common import NOT_PAIRED, explained, scored
from selfeval.expectations.text import bare, is_blank, likeness
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import FormView, brief

NO_EXPLANATION = not_applicable("没有填偏差原因分析")
_DOUBTED = "偏差原因分析读取存疑，请核对 {}"


class DeviationUnexplained(IndicatorRule):
    """Where points are lost, the explanation is neither blank nor absent. A merged explanation stands in every row that it spans; a form
    without the column may explain in its total row."""

    id = "deviation-unexplained"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, found = answer.rows, scored(answer.rows)
        score, weight = rows.numbers("score"), rows.numbers("weight")
        column = rows.by_form(_explains, bool)

        def told(at: int) -> Decision:
            row = rows[at]
            lost = plain(found.weight[at] - found.score[at])
            why = "但未说明" if column[at] else "而本表没有偏差原因分析栏，未说明"
            message = f"{row.name}分值{row.weight}、得分{row.score}，扣{lost}分，{why}偏差原因，请补充偏差原因分析及改进措施。"
            blank = row.explanation or ("空白" if column[at] else "没有此栏")
            values = (row.weight, row.score, row.explanation)
            cells = (f"{row.subject}/explanation", f"{row.subject}/score")
            return failed(message, "说明偏差原因", blank, cells=cells, values=values)

        for name, one in (("score", score), ("weight", weight)):
            unsure = (one.state == DOUBTFUL) | (one.state == UNREADABLE)
            answer.when(one.state == ABSENT, not_applicable("本表没有分值栏或得分栏"))
            answer.unread(name, unsure)
        answer.when(~score.known & ~weight.known, not_applicable("没有填分值和得分"))
        answer.when(score.known != weight.known, undecidable("分值、得分只填了一项"))
        answer.when(~rows.paired, NOT_PAIRED).when(~found.lost, PASS)
        answer.doubted(_DOUBTED, "explanation").when(~rows.blank("explanation"), PASS)
        elsewhere = ~column & rows.by_form(_explains_total, bool)
        answer.when(elsewhere, undecidable("本表没有偏差原因分析栏，原因可能在总分行中说明")).fails(
            told
        )


def _explains(form: FormView) -> bool:
    return form.has_column("explanation")


def _explains_total(form: FormView) -> bool:
    return not is_blank(form.total_explanation)


_CAUSE = re.compile(
    r"因|由于|导致|受|影响|未|不足|缺|推迟|滞后|结余|疫情|困难|减少|死亡|取消|变更|调整|低于|高于|有限|尚|延|剩余|节约|较"
)
_MEASURE = re.compile(r"加强|加大|改进|提高|完善|下年|今后|进一步|规范|细化|督促|建议|优化")


class ExplanationBoilerplate(IndicatorRule):
    """An explanation of lost points names a cause, not only good intentions."""

    id = "explanation-boilerplate"
    #: Fewer characters than this say nothing that can be checked.
    _LENGTH = 6

    def decide(self, answer: Answer, subject: str) -> None:
        rows, found = answer.rows, scored(answer.rows)
        answer.unless(found.unknown)
        answer.when(~found.lost | rows.blank("explanation"), NO_EXPLANATION)
        answer.doubted(_DOUBTED, "explanation")
        answer.when(_told_above(rows), not_applicable("合并单元格，已在其首行说明"))
        fault = rows.fact(self._fault, "explanation", where=answer.left)

        def told(at: int) -> Decision:
            row = rows[at]
            message = f"{row.name}的偏差原因分析“{brief(row.explanation, 30)}”{fault[at]}，请补充。"
            cells, values = (f"{row.subject}/explanation",), (row.explanation,)
            return failed(
                message, "说明具体原因", brief(row.explanation, 40), cells=cells, values=values
            )

        answer.when(fault == None, undecidable("无法判断所述是否为偏差原因"))  # noqa: E711  row by row
        answer.fails(told, fault.astype(bool))

    def _fault(self, explanation: str | None) -> str | None:
        """What is wrong with an explanation: "" for nothing, None where that cannot be told."""
        text = bare(explanation)
        if len(text) < self._LENGTH:
            return "过于简略"
        return "" if _CAUSE.search(text) else "未说明具体原因" if _MEASURE.search(text) else None


def _told_above(rows: Columns) -> Array:
    """Whether the cell is merged with one above whose row lost points, too: one explanation is told once."""
    told, found = np.zeros(len(rows), dtype=bool), scored(rows)
    losing = found.known & found.lost
    for at in np.flatnonzero(rows.shares).tolist():
        above = rows[at].span("explanation")[0]
        told[at] = any(losing[one] and rows[one].position >= above for one in rows.before(at))
    return told


class ExplainedButFull(IndicatorRule):
    """A deviation that is explained also costs points, unless more was done than promised."""

    id = "explained-but-full"
    _MORE = re.compile(r"超额|超过|增加|超出|多于|新增|扩大|提前|完成|达到|无偏差|没有偏差|按")
    _LESS = re.compile(
        r"未(?:能|完|按|达|如期|开展|实施)|没有(?:完|达|按)|推迟|滞后|延[期迟误]|不足|取消"
    )

    def decide(self, answer: Answer, subject: str) -> None:
        rows, found = answer.rows, scored(answer.rows)

        def told(at: int) -> Decision:
            row = rows[at]
            message = f"{row.name}填有偏差原因“{brief(row.explanation, 30)}”，但得满分{row.score}分，请核实得分或说明无偏差。"
            values = (row.score, row.explanation)
            cells = (f"{row.subject}/explanation", f"{row.subject}/score")
            return failed(message, "有偏差则扣分", f"{row.score}分", cells=cells, values=values)

        answer.unless(found.unknown).when(found.lost | ~explained(rows), NO_EXPLANATION)
        answer.doubted(_DOUBTED, "explanation")
        fine = rows.fact(self._more, "explanation", kind=bool, where=answer.left)
        answer.fails(told, ~fine)

    def _more(self, text: str | None) -> bool:
        return bool(self._MORE.search(text or "")) and not self._LESS.search(text or "")


#: An explanation shorter than this may well be the same for two rows.
SAME_LENGTH = 8


def _length(text: str | None) -> int:
    return len(bare(text))


class ExplanationRepeated(IndicatorRule):
    """Different indicators are not explained by the same sentence. Told on the first row of them; one merged explanation is no repetition."""

    id = "explanation-repeated"
    _ROWS = 2

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows
        answer.when(rows.fact(_length, "explanation", kind=int) < SAME_LENGTH, NO_EXPLANATION)
        answer.doubted(_DOUBTED, "explanation")
        alone = ~rows.repeated(bare, "explanation") & ~rows.shares
        answer.when(alone & (self._ROWS > 1), PASS)
        answer.when(answer.left, lambda at: self._judge(rows, at))

    def _judge(self, rows: Columns, at: int) -> Decision:
        record, text = rows[at], bare(rows[at].explanation)
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

    def decide(self, answer: Answer, subject: str) -> None:
        rows, found = answer.rows, scored(answer.rows)
        short = rows.fact(_length, "explanation", kind=int) < SAME_LENGTH
        answer.unless(found.unknown).when(~found.lost | short, NO_EXPLANATION)
        answer.doubted("文字读取存疑，请核对 {}", "explanation", "actual", "target")
        names = ("explanation", "actual", "target", "level3")
        copied = rows.fact(_copied, *names, where=answer.left)

        def told(at: int) -> Decision:
            row, (what, name) = rows[at], copied[at]
            message = f"{row.name}的偏差原因照抄{what}，没有说明扣分原因，请补充。"
            cells, values = (f"{row.subject}/explanation",), (row.explanation, getattr(row, name))
            return failed(
                message, "说明原因", brief(row.explanation, 40), cells=cells, values=values
            )

        answer.fails(told, copied.astype(bool))


def _copied(explanation: str, actual: str | None, target: str | None, level3: str | None) -> tuple[str, str] | None:  # fmt: skip
    """What an explanation is a copy of: as messages call it, and its column."""
    text = bare(explanation)
    for what, name, other in (
        ("实际完成值", "actual", actual),
        ("年度指标值", "target", target),
        ("指标名称", "level3", level3),
    ):
        if len(bare(other)) >= SAME_LENGTH and likeness(text, bare(other)) >= 0.9:
            return what, name
    return None
