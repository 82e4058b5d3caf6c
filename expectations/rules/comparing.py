"""Whether a target and a result can be compared as numbers, and if not, whether that leaves something open.

A target in words, or a day, is no number: other rules judge it. What has a number that is more than a plain quantity is open, unless the
only reading that makes sense meets the target."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from selfeval.core.folding import fold
from selfeval.core.quantities import Quantity, scale_of
from selfeval.expectations.rules.common import NO_VALUES, comparable
from selfeval.expectations.text import bare, is_blank
from selfeval.expectations.verdicts import Decision, not_applicable
from selfeval.expectations.view import IndicatorRow

WORDED = not_applicable("指标值是文字，不是数量")
TIMED = not_applicable("指标值是时间，不是数量")
NO_RESULT = not_applicable("没有填完成值")
#: The result says what the target says.
SAME_TEXT = not_applicable("完成值与指标值相同")

_NUMBER = re.compile(
    r"[0-9]|[一二两三四五六七八九十百千]+[个处台套项次户人件名座条家所场期份批亩吨米元]|百分之|几"
)
_DAY = re.compile(
    r"(?:20[0-9]{2}\s*[年./-])?\s*(?:(?:1[0-2]|0?[1-9])\s*(?:月份?|季度)(?:\s*[0-9]{1,2}\s*[日号]?)?)?"
)
_REMARK = re.compile(r"\s*[(][^()]*[)]\s*$")


def numbers_of(
    record: IndicatorRow, parse: Callable[[str | None], Quantity | None]
) -> tuple[Quantity, Quantity] | Decision:
    """Target and result of a row without doubts as quantities of one unit, as `parse` reads them; why not, where they are none."""
    if record.target is None or record.actual is None:
        return NO_VALUES
    if is_blank(record.target) or is_blank(record.actual):
        return NO_VALUES if is_blank(record.target) else NO_RESULT
    pair = comparable(record, parse(record.target), parse(record.actual))
    if not isinstance(pair, Decision):
        return pair
    text = fold(record.target)
    if not _NUMBER.search(text):
        return WORDED
    if not _NUMBER.search(_DAY.sub("", text)):
        return TIMED
    return SAME_TEXT if bare(record.target) == bare(record.actual) else pair


def sensible(
    record: IndicatorRow, parse: Callable[[str | None], Quantity | None]
) -> tuple[Quantity, Quantity] | None:
    """The only reading that makes sense where one of the two has no unit, or a remark in brackets behind it: good enough to see that a
    target is met, never to say that it is missed."""
    texts = [_REMARK.sub("", fold(text or "")) for text in (record.target, record.actual)]
    target, actual = map(parse, texts)
    if target is None or actual is None:
        return None
    if not actual.unit:
        return target, _in_unit_of(target, texts[0], actual)
    if not target.unit:
        return _in_unit_of(actual, texts[1], target), actual
    return (target, actual) if target.unit == actual.unit else None


def _in_unit_of(other: Quantity, text: str, bare_number: Quantity) -> Quantity:
    """A number without a unit in that of another, which is printed as `text`: 90 beside 90万元 is 900000元."""
    factor = scale_of(text)
    value, half = bare_number.value * factor, bare_number.half * factor
    return replace(bare_number, value=value, half=half, unit=other.unit)
