"""Structure and completeness: is the form filled in at all, and with what belongs there?"""

from __future__ import annotations

import re

import numpy as np

from selfeval.core.numbers import parse_number
from selfeval.core.paths import parts_of
from selfeval.expectations.answers import Answer
from selfeval.expectations.columns import Columns, missing, nonzero
from selfeval.expectations.readings import AMOUNTS, CAPTIONS, CellState
from selfeval.expectations.rules.base import FormRule, IndicatorRule
from selfeval.expectations.rules.common import PLACEHOLDER
from selfeval.expectations.text import indicator_name, is_blank, years
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import FormView, brief


class RequiredField(FormRule):
    """The form names its project, its authority and its unit, and has funds and, if it is scored, a total."""

    id = "required-field"
    subjects = ("project_name", "authority", "unit", "funds", "total")

    def judge(self, record: FormView, subject: str) -> Decision:
        if subject == "total" and not record.has_column("score"):
            return not_applicable("本表没有得分栏，不要求总分")
        if subject == "project_name" and record.is_department:
            return not_applicable("部门（单位）整体支出自评表没有项目名称")
        path = "total/score" if subject == "total" else subject
        if self._present(record, subject):
            return PASS
        if record.doubts and (why := self._unread(record, subject, path)):
            return undecidable(f"{CAPTIONS[subject]}读取存疑，请核对 {path}：{why}")
        message = {
            "funds": "项目资金未填报，年初预算数、全年预算数、全年执行数均为空白，请补充。",
            "total": "本表设有得分栏，但未填报总分，请补充。",
        }.get(subject, f"{CAPTIONS[subject]}为空白，请补充。")
        return failed(message, "已填报", "空白", cells=(path, subject, "project_name"))

    def _present(self, record: FormView, subject: str) -> bool:
        """Whether something certain stands there."""
        if subject == "funds":
            cells = [(row, name) for row in record.funds for name in AMOUNTS]
            return any(
                not is_blank(getattr(row, name)) and not row.doubt(name) for row, name in cells
            )
        path = "total/score" if subject == "total" else subject
        text = record.total_score if subject == "total" else getattr(record, subject)
        return not is_blank(text) and not (record.doubts and record.doubt(path))

    def _unread(self, record: FormView, subject: str, path: str) -> str | None:
        """Why the blank may be one of reading: the value is in doubt, or something printed there could not be placed."""
        zone = "funds" if subject == "funds" else "header"
        inside = record.doubt_within("funds") if subject == "funds" else None
        return record.doubt(path) or inside or record.unknown_caption(zone)


class YearMissing(FormRule):
    """The form says which year it is about, in a cell or in its title."""

    id = "year-missing"
    subjects = ("year",)

    def judge(self, record: FormView, subject: str) -> Decision:
        if record.doubts and (why := record.doubt("year")):
            return undecidable(f"年度读取存疑，请核对 year：{why}")
        if record.title is None and record.year is None:
            return undecidable("未见标题，年度可能在标题中")
        if record.year is not None or years(record.title):
            return PASS
        cells = ("title", "project_name")
        return failed("未注明自评年度，请在标题或表头补充。", "已注明年度", "未注明", cells=cells)


#: What blank templates print as instructions. A cell that holds one of them has not been filled in.
_INSTRUCTION = re.compile(
    r"[0-9]{2,4}\s*字(?:以内|左右)|^[（(【]?(?:请|应)?(?:简要|如实|逐条)?(?:填写|填列|填报|说明|描述|概述|分析)[^。；]{0,30}[）)】]?[。.]?$|对照(?:年初|年度|预期)[^。]{0,10}目标[^。]{0,10}(?:填写|说明)|此处填写|^[（(]?填写说明"
)


NO_TEXT = not_applicable("没有填写文字")


def _kind(text: str | None) -> str:
    """ "" for a blank cell, "instruction" for one of the template, "text" for anything else."""
    if not text or is_blank(text):
        return ""
    return "instruction" if _INSTRUCTION.search(text) else "text"


class TemplateTextLeft(FormRule):
    """No instruction of the blank template stands where an answer belongs."""

    id = "template-text-left"
    tables = ("forms", "indicators")
    subjects = ("goal_expected", "goal_actual")

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows
        names = (subject,) if subject else ("level3", "target", "actual", "explanation")
        kinds = {name: rows.fact(_kind, name) for name in names}
        left = {name: kind == "instruction" for name, kind in kinds.items()}

        def told(at: int) -> Decision:
            row, name = rows[at], next(name for name in names if left[name][at])
            text, path = getattr(row, name), subject or f"{row.subject}/{name}"
            message = f"“{brief(text, 30)}”是模板的填表说明，不是填报内容，请改填实际情况。"
            return failed(message, "填报内容", brief(text, 40), cells=(path,), values=(text,))

        if not subject:
            answer.when(rows.flag("is_placeholder"), PLACEHOLDER)
        answer.when(~np.any([nonzero(kind) for kind in kinds.values()], axis=0), NO_TEXT)
        answer.doubted("文字读取存疑，请核对 {}", *names)
        answer.fails(told, np.any(list(left.values()), axis=0))


class TemplateRowLeft(FormRule):
    """No rows of the blank template are left in the table of indicators."""

    id = "template-row-left"
    subjects = ("indicators",)

    def judge(self, record: FormView, subject: str) -> Decision:
        if not record.indicators:
            return not_applicable("本表没有绩效指标")
        left = [row for row in record.indicators if row.is_placeholder]
        if record.doubts and (why := record.doubt_within("indicators")) and left:
            return undecidable(f"绩效指标读取存疑，请核对 {why}")
        if not left:
            return PASS
        where = "、".join(str(row.position + 1) for row in left[:8]) + (
            "等" if len(left) > 8 else ""
        )
        message = f"绩效指标表留有{len(left)}行未填写的模板行（第{where}行），请删除或补填。"
        cells, values = (f"{left[0].subject}/level3",), (str(len(left)),)
        return failed(message, "无空行", f"{len(left)}行", cells=cells, values=values)


class ScoreColumnEmpty(FormRule):
    """A form that gives weights also gives scores."""

    id = "score-column-empty"
    subjects = ("indicators",)

    def judge(self, record: FormView, subject: str) -> Decision:
        weights = [row.read("weight") for row in record.indicators]
        if not any(reading.state is CellState.KNOWN for reading in weights):
            return not_applicable("绩效指标没有分值")
        if record.settings is not None and not record.settings.scored:
            return not_applicable("本表式不计分")
        scores = [row.read("score") for row in record.indicators] + [record.read_total("score")]
        if any(reading.state is CellState.DOUBTFUL for reading in scores):
            return undecidable("得分栏读取存疑")
        if any(reading.state in (CellState.KNOWN, CellState.UNREADABLE) for reading in scores):
            return PASS
        message = "各指标设有分值，但得分栏和总分全部空白，自评未打分，请补充。"
        return failed(
            message, "已打分", "空白", cells=("indicators/0/score", "indicators/0/weight")
        )


class DuplicateLevel3(IndicatorRule):
    """No third-level indicator stands twice under the same second level."""

    id = "duplicate-level3"

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows
        named = nonzero(rows.fact(indicator_name, "level3")) & ~rows.flag("is_placeholder")
        answer.when(~named, not_applicable("没有三级指标名称"))
        answer.doubted("指标名称读取存疑，请核对 {}", "level3", "level2")
        answer.when(~rows.repeated(indicator_name, "level3"), PASS)
        answer.when(answer.left, lambda at: self._judge(rows, at))

    def _judge(self, rows: Columns, at: int) -> Decision:
        record, name = rows[at], indicator_name(rows[at].level3)
        above = (record.level1, record.level2)
        for other in (rows[one] for one in rows.before(at)):
            if indicator_name(other.level3) == name and (other.level1, other.level2) == above:
                message = f"{record.name}与第{other.position + 1}项指标同名，请合并或改正名称。"
                cells, values = (f"{record.subject}/level3",), (record.level3,)
                return failed(message, "名称不重复", record.level3, cells=cells, values=values)
        return PASS


class UnitOfAmounts(FormRule):
    """One column of money has one unit, the one that the form states."""

    id = "unit-of-amounts"
    subjects = ("funds/initial", "funds/budget", "funds/executed")

    def judge(self, record: FormView, subject: str) -> Decision:
        name = parts_of(subject).name or ""
        printed = [
            (row, number)
            for row in record.funds
            if (number := parse_number(getattr(row, name))) is not None
        ]
        if not printed:
            return not_applicable(f"{CAPTIONS[name]}没有数字")
        if record.doubts and (
            why := next((why for row, _ in printed if (why := row.doubt(name))), None)
        ):
            return undecidable(f"金额读取存疑，请核对 {why}")
        stated = record.amount_unit
        units = {number.unit for _, number in printed if number.unit}
        if stated is None and not units:
            return undecidable("本表未注明金额单位")
        odd = next(
            (
                (row, number)
                for row, number in printed
                if number.unit and stated and number.unit not in (stated, stated.rstrip("元"))
            ),
            None,
        )
        if odd is None and len(units) < 2:
            return PASS
        row, number = odd or printed[-1]
        what = (
            f"表头单位为{stated}" if odd else f"同栏混用{'、'.join(sorted(unit for unit in units))}"
        )
        message = f"{CAPTIONS[name]}中{row.name}填为“{number.text}”，{what}，单位不一致，请统一。"
        cells, values = (f"{row.subject}/{name}",), (stated, number.text)
        return failed(message, stated or "同一单位", number.text, cells=cells, values=values)


NO_YEAR = not_applicable("指标中没有年份")


class YearInconsistent(IndicatorRule):
    """The years in an indicator's target and result include the year of the form."""

    id = "year-inconsistent"
    # A year that is compared with, planned for, or part of a document's number says nothing about when the work was due.
    _OTHER = re.compile(r"较|比|同比|以来|规划|至|-|—|~|～|[〔\[]|号|起|结转|上年")

    def decide(self, answer: Answer, subject: str) -> None:
        rows, names = answer.rows, ("level3", "target", "actual")
        named = {name: rows.fact(years, name) for name in names}
        other = {name: rows.fact(self._is_other, name, kind=bool) for name in names}
        year, some = rows.by_form(_year), [nonzero(found) for found in named.values()]
        compared = [other[name] & here for name, here in zip(names, some, strict=True)]

        def told(at: int) -> Decision:
            row, name = rows[at], next(name for name in names if named[name][at])
            found = frozenset().union(*(named[one][at] for one in names))
            if year[at] in found:
                return PASS
            which = "、".join(f"{value}年" for value in sorted(found))
            message = f"{row.name}的{CAPTIONS[name]}写作{which}，与自评年度{year[at]}年不一致，请核实是否照抄以前年度内容。"
            cells, values = (f"{row.subject}/{name}",), (str(year[at]), getattr(row, name))
            return failed(message, f"{year[at]}年", which, cells=cells, values=values)

        answer.doubted("年份读取存疑，请核对 {}", *names)
        answer.when(~np.any(some, axis=0), NO_YEAR)
        answer.when(missing(year), undecidable("本表未注明年度，无法比较"))
        answer.fails(told, ~np.any(compared, axis=0))

    def _is_other(self, text: str | None) -> bool:
        return self._OTHER.search(text or "") is not None


def _year(form: FormView) -> int | None:
    return form.year
