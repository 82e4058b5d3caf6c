"""Grades and conclusions against the score (family conclusions)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from selfeval.expectations.answers import Answer
from selfeval.expectations.columns import nonzero
from selfeval.expectations.rules.base import FormRule
from selfeval.expectations.rules.common import scored
from selfeval.expectations.rules.target_dates import printed_days
from selfeval.expectations.text import bare, is_blank
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import FormView, brief

_GRADE = re.compile(r"(?:等级|评价结论|评级|结论)?[为:：]?(优|良|中|差)(?:秀|好|等)?")
_PRAISE = re.compile(
    r"全部完成|圆满完成|全面完成|超额完成|全部达标|均已完成|均达到预期|优秀|执行良好"
)


#: Scales of grades that are both in use. Where no profile names one, only a grade that fits neither is told.
_SCALES = (
    (("优", Decimal(90)), ("良", Decimal(80)), ("中", Decimal(60)), ("差", Decimal(0))),
    (("优", Decimal(80)), ("良", Decimal(70)), ("中", Decimal(60)), ("差", Decimal(0))),
)


class GradeVsScore(FormRule):
    """The grade is one that a scale in use gives to the score; the scale of the profile where it names one."""

    id = "grade-vs-score"
    subjects = ("total",)

    def judge(self, record: FormView, subject: str) -> Decision:
        texts = (record.total_explanation, record.total_label)
        found = (match[1] for text in texts if text and (match := _GRADE.fullmatch(bare(text))))
        printed = next(found, None)
        if printed is None:
            return not_applicable("总分行没有评价等级")
        settings, score = record.settings, record.read_total("score")
        if score.number is None:
            return undecidable(f"总分读取存疑（total/score）：{score.why or score.text or '空白'}")
        scales = (settings.grades,) if settings is not None and settings.grades else _SCALES
        fitting = [self._grade(scale, score.value) for scale in scales]
        if printed in fitting:
            return PASS
        expected = "”或“".join(dict.fromkeys(fitting))
        message = f"总分为{score.text}分，按等级划分应为“{expected}”，表中评为“{printed}”，请核实。"
        cells, values = ("total/explanation", "total/score"), (score.text, printed)
        return failed(message, expected, printed, cells=cells, values=values)

    def _grade(self, scale: tuple[tuple[str, Decimal], ...], score: Decimal) -> str:
        return next((name for name, lowest in scale if score >= lowest), scale[-1][0])


class ConclusionVsScore(FormRule):
    """A conclusion that everything was done goes with a high score."""

    id = "conclusion-vs-score"
    subjects = ("goal_actual",)
    #: Below this a conclusion of full success contradicts the score.
    _HIGH = Decimal(80)

    def judge(self, record: FormView, subject: str) -> Decision:
        text = record.goal_actual or ""
        praise = _PRAISE.search(text)
        if praise is None:
            return not_applicable("实际完成情况没有总评")
        if record.doubts and (why := record.doubt(subject)):
            return undecidable(f"实际完成情况读取存疑：{why}")
        score = record.read_total("score")
        if score.number is None:
            return undecidable("没有可读的总分")
        if score.value >= self._HIGH:
            return PASS
        message = f"实际完成情况称“{brief(praise[0])}”，而自评总分只有{score.text}分，结论与得分不符，请核实。"
        cells, values = (subject, "total/score"), (record.goal_actual, score.text)
        return failed(message, f"不低于{self._HIGH}分", score.text, cells=cells, values=values)


class NoProblemsButPointsLost(FormRule):
    """A form that says there was no deviation loses no points."""

    id = "no-problems-but-points-lost"
    subjects = ("total",)
    _NONE = re.compile(r"^(?:无偏差|没有偏差|不存在(?:偏差|问题)|无存在问题|存在问题无)$")

    def decide(self, answer: Answer, subject: str) -> None:
        forms, rows = answer.rows, answer.rows.blocks["indicators"]
        found = scored(rows)
        lost, known = rows.counted(found.known & found.lost), rows.counted(found.known)

        def told(at: int) -> Decision:
            text = forms[at].total_explanation
            message = f"总分行称“{text}”，而有{lost[at]}项指标扣分，请补充存在的问题和改进措施。"
            cells, values = ("total/explanation", "total/score"), (text, str(lost[at]))
            return failed(message, "说明存在的问题", text, cells=cells, values=values)

        none = forms.fact(self._says_none, "total_explanation", kind=bool)
        answer.when(~none, not_applicable("总分行没有写明无偏差"))
        answer.within("得分读取存疑，请核对 {}", "indicators", "total")
        answer.when(known == 0, undecidable("没有可读的得分")).fails(told, lost > 0)

    def _says_none(self, text: str | None) -> bool:
        return self._NONE.search(bare(text)) is not None


class GoalDoneButOutputsMissed(FormRule):
    """A goal that is told to be fully done goes with outputs of which none is far short."""

    id = "goal-done-but-outputs-missed"
    subjects = ("goal_actual",)
    _SHORT = Decimal("0.6")

    def decide(self, answer: Answer, subject: str) -> None:
        forms, rows = answer.rows, answer.rows.blocks["indicators"]
        found = scored(rows)
        weighed = rows.fact(_is_output, "level1", kind=bool) & found.known & nonzero(found.weight)

        def told(form: int) -> Decision:
            at = min(rows.within(form, weighed), key=found.share)
            if found.share(at) >= self._SHORT:
                return PASS
            worst, text = rows[at], forms[form].goal_actual
            message = f"实际完成情况称目标全部完成，而{worst.name}只得{worst.score}分（分值{worst.weight}分），前后不符，请核实。"
            cells = (subject, f"{worst.subject}/score")
            return failed(message, None, worst.score, cells=cells, values=(text, worst.score))

        praised = forms.fact(_praises, "goal_actual", kind=bool)
        answer.when(~praised, not_applicable("实际完成情况没有称全部完成"))
        answer.doubted("读取存疑：{}", subject).within("读取存疑：{}", "indicators")
        answer.when(rows.counted(weighed) == 0, undecidable("没有可读的产出指标得分"))
        answer.when(answer.left, told)


def _is_output(level1: str | None) -> bool:
    return "产出" in (level1 or "")


def _praises(text: str | None) -> bool:
    return _PRAISE.search(text or "") is not None


class FilingLate(FormRule):
    """A form is filed by the end of June of the year after the one that it is about."""

    id = "filing-late"
    subjects = ("filing_date",)
    _MONTH, _DAY = 6, 30

    def judge(self, record: FormView, subject: str) -> Decision:
        if is_blank(record.filing_date):
            return not_applicable("没有填报日期")
        if record.doubts and (why := record.doubt(subject)):
            return undecidable(f"填报日期读取存疑，请核对 {subject}：{why}")
        if record.year is None:
            return undecidable("年度不详，无法判断是否按期报送")
        days = printed_days(record.filing_date or "", None)
        if len(days) != 1:
            return undecidable("填报日期不是单一日期")
        due = date(record.year + 1, self._MONTH, self._DAY)
        if days[0].first <= due:
            return PASS
        message = f"{record.year}年度自评表填报日期为{brief(record.filing_date)}，晚于{due.year}年{due.month}月{due.day}日，请核实是否逾期报送。"
        return failed(
            message,
            f"不晚于{due.year}年{due.month}月{due.day}日",
            record.filing_date,
            cells=(subject,),
            values=(record.filing_date, str(record.year)),
        )
