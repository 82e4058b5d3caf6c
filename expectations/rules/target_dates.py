"""Targets that are dates, ranges, or sums of the rows below them (family targets)."""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import NamedTuple

from selfeval.core.batch_cache import remembered
from selfeval.core.folding import fold
from selfeval.core.numbers import exact
from selfeval.core.quantities import Quantity, parse_quantity
from selfeval.expectations.answers import Answer
from selfeval.expectations.arithmetic import ZERO, plain
from selfeval.expectations.columns import missing
from selfeval.expectations.rules.base import IndicatorRule
from selfeval.expectations.rules.common import NO_VALUES, scored
from selfeval.expectations.text import indicator_name
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import FormView, IndicatorRow

NO_DATE, NO_RANGE, NO_PARTS = (
    not_applicable("指标值不是日期"),
    not_applicable("指标值不是区间"),
    not_applicable("没有其中行"),
)
NO_SATISFACTION = not_applicable("不是满意度指标")

_DATE = re.compile(
    r"(?:(?P<year>20[0-9]{2})\s*年)?\s*(?:(?P<month>1[0-2]|0?[1-9])\s*月)\s*(?:(?P<day>3[01]|[12][0-9]|0?[1-9])\s*[日号])?"
    r"(?P<end>底|末)?|(?P<whole>(?:20[0-9]{2}\s*年)?\s*(?:年底|年末|全年|年度内|本年度))"
)
_DOTTED = re.compile(
    r"(?P<year>20[0-9]{2})[./-](?P<month>1[0-2]|0?[1-9])(?:[./-](?P<day>3[01]|[12][0-9]|0?[1-9]))?(?![0-9])"
)
_DEADLINE = re.compile(r"前|底|末|以内|内|截止|截至|之前|完成|全年|年度")


class Day(NamedTuple):
    """A printed date: its first and last possible day, for 6月 the first and the thirtieth of June."""

    first: date
    last: date


@remembered
def printed_days(text: str, year: int | None) -> tuple[Day, ...]:
    """The dates in a text; a date without a year is of `year`, and is left out where that is not known."""
    found: list[Day] = []
    text = fold(text)
    for match in (*_DATE.finditer(text), *_DOTTED.finditer(text)):
        parts = match.groupdict()
        if parts.get("whole"):
            own = re.search("20[0-9]{2}", parts["whole"])
            its_year = int(own[0]) if own else year
            if its_year:
                found.append(Day(date(its_year, 1, 1), date(its_year, 12, 31)))
            continue
        its_year = int(parts["year"]) if parts["year"] else year
        if its_year is None:
            continue
        month, last = int(parts["month"]), calendar.monthrange(its_year, int(parts["month"]))[1]
        if parts.get("day"):
            day = min(int(parts["day"]), last)
            found.append(Day(date(its_year, month, day), date(its_year, month, day)))
        else:
            found.append(Day(date(its_year, month, 1), date(its_year, month, last)))
    return tuple(found)


class DateTarget(IndicatorRule):
    """What was due by a day and came later does not get full marks. 6月前 is read as by the end of June, the kindest reading."""

    id = "date-target"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, found = answer.rows, scored(answer.rows)
        answer.unless(found.unknown)
        answer.when(rows.blank("target") | rows.blank("actual"), NO_VALUES)
        answer.doubted("日期读取存疑，请核对 {}", "target", "actual")
        answer.when(~rows.fact(_may_be_date, "target", kind=bool), NO_DATE)
        answer.when(answer.left, lambda at: self._judge(rows[at], bool(found.lost[at])))

    def _judge(self, record: IndicatorRow, lost: bool) -> Decision:
        due = printed_days(record.target or "", record.form.year)
        if not due:
            return NO_DATE
        done = printed_days(record.actual or "", record.form.year)
        if (
            len(due) != 1
            or len(done) != 1
            or not _DEADLINE.search(record.target or "")
            or re.search("至|-|~|—", record.actual or "")
        ):
            return undecidable("指标值或完成值不是单一日期")
        if done[0].first <= due[0].last or lost:
            return PASS
        message = f"{record.name}应于{record.target}完成，实际为{record.actual}，逾期完成却得满分{record.score}分，请核实。"
        cells, values = (f"{record.subject}/actual",), (record.target, record.actual, record.score)
        limit = f"不晚于{due[0].last.isoformat()}"
        return failed(message, limit, record.actual, cells=cells, values=values)


def _may_be_date(text: str | None) -> bool:
    """Whether a text names a date, in some year."""
    return bool(printed_days(text or "", 2000))


_RANGE = re.compile(
    r"\s*(?P<low>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit_low>[^0-9\s~～至—–-]{0,4})\s*(?:~|～|至|—|–|-)\s*(?P<high>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>[^0-9\s]{0,6})\s*"
)


class RangeTarget(IndicatorRule):
    """A result outside the range that was promised does not get full marks."""

    id = "range-target"

    def decide(self, answer: Answer, subject: str) -> None:
        rows, found = answer.rows, scored(answer.rows)
        answer.unless(found.unknown).when(missing(rows.fact(_bounds, "target")), NO_RANGE)
        answer.doubted("指标值读取存疑，请核对 {}", "target", "actual")
        answer.when(answer.left, lambda at: self._judge(rows[at], bool(found.lost[at])))

    def _judge(self, record: IndicatorRow, lost: bool) -> Decision:
        low, high = (parse_quantity(one) for one in _bounds(record.target) or ())
        actual = parse_quantity(record.actual)
        if low is None or high is None or actual is None or actual.unit != high.unit:
            return undecidable("完成值不是同一单位的单纯数值")
        if low.value <= actual.value <= high.value or lost:
            return PASS
        message = f"{record.name}年度指标值为{record.target}，完成值为{record.actual}，不在区间内，却得满分{record.score}分，请核实。"
        cells, values = (f"{record.subject}/actual",), (record.target, record.actual, record.score)
        return failed(message, record.target, record.actual, cells=cells, values=values)


def _bounds(target: str | None) -> tuple[str, str] | None:
    """Both bounds of a range, each with the unit of the range; None for what is no range."""
    match = _RANGE.fullmatch(fold(target or ""))
    dated = match and re.search("[年月日号]", match["unit"] + match["unit_low"])
    if match is None or dated or exact(match["low"]) >= exact(match["high"]):
        return None
    return match["low"] + match["unit"], match["high"] + match["unit"]


class SubRowsSum(IndicatorRule):
    """Columns that are told to be parts (其中) do not come to more than the row that they are part of."""

    id = "sub-rows-sum"

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows
        answer.when(~rows.by_form(_names_parts, bool), NO_PARTS)
        answer.when(answer.left, lambda at: self._judge(rows[at], rows[at].subject))

    def _judge(self, record: IndicatorRow, subject: str) -> Decision:
        rows = record.form.indicators
        parts = []
        for row in rows[record.position + 1 :]:
            if not _is_part(row.level3) or row.level2 != record.level2:
                break
            parts.append(row)
        if not parts or _is_part(record.level3):
            return NO_PARTS
        for name, what in (("target", "年度指标值"), ("actual", "实际完成值")):
            if doubt := next((why for row in (record, *parts) if (why := row.doubt(name))), None):
                return undecidable(f"{what}读取存疑，请核对 {doubt}")
            whole, numbers = (
                parse_quantity(getattr(record, name)),
                [parse_quantity(getattr(row, name)) for row in parts],
            )
            known = [number for number in numbers if isinstance(number, Quantity)]
            if (
                whole is None
                or len(known) < len(numbers)
                or any(number.unit != whole.unit for number in known)
            ):
                return undecidable(f"{what}不是同一单位的单纯数值")
            summed, half = (
                sum((number.value for number in known), ZERO),
                sum((number.half for number in known), whole.half),
            )
            if summed > whole.value + half:
                message = f"{record.name}的{what}为{getattr(record, name)}，其中各行合计为{plain(summed)}{whole.unit}，大于总数，请核实。"
                values = tuple(getattr(row, name) for row in (record, *parts))
                return failed(
                    message,
                    f"不高于{getattr(record, name)}",
                    f"{plain(summed)}{whole.unit}",
                    cells=(f"{subject}/{name}",),
                    values=values,
                )
        return PASS


def _names_parts(form: FormView) -> bool:
    return any(_is_part(row.level3) for row in form.indicators)


def _is_part(level3: str | None) -> bool:
    return (level3 or "").strip().startswith("其中")


class SatisfactionNotMeasured(IndicatorRule):
    """Satisfaction that was not surveyed gets no points."""

    id = "satisfaction-not-measured"
    _NOT_MEASURED = re.compile(
        r"未(?:开展|进行|组织|做)[^。；]{0,8}(?:调查|测评|评价)|没有(?:开展|进行)[^。；]{0,8}(?:调查|测评)|未调查"
    )

    def decide(self, answer: Answer, subject: str) -> None:
        rows, found = answer.rows, scored(answer.rows)

        def told(at: int) -> Decision:
            row = rows[at]
            message = f"{row.name}未开展满意度调查，却得{row.score}分，得分没有依据，请核实。"
            cells, values = (f"{row.subject}/actual",), (row.actual, row.score)
            return failed(message, "0分", f"{row.score}分", cells=cells, values=values)

        named = rows.fact(_is_satisfaction, "level1", "level2", "level3", kind=bool)
        answer.unless(found.unknown).when(~named, NO_SATISFACTION)
        answer.when(rows.blank("actual"), not_applicable("没有填完成值"))
        answer.doubted("实际完成值读取存疑，请核对 {}", "actual")
        unasked = rows.fact(self._unasked, "actual", kind=bool, where=answer.left)
        answer.fails(told, unasked & found.given)

    def _unasked(self, actual: str | None) -> bool:
        return self._NOT_MEASURED.search(actual or "") is not None


def _is_satisfaction(level1: str | None, level2: str | None, level3: str | None) -> bool:
    return "满意" in f"{level1}{level2}{indicator_name(level3)}"
