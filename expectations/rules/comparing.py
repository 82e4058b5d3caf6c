"""Whether a target and a result can be compared as numbers, and if not, whether that leaves something open.

A target in words, or a day, is no number: other rules judge it. What has a number that is more than a plain quantity is open, unless the
only reading that makes sense meets the target."""

from __future__ import annotations

import re
from dataclasses import replace

from selfeval.core.folding import fold
from selfeval.core.quantities import Quantity, scale_of
from selfeval.expectations.rules.common import core_quantity, direction, met
from selfeval.expectations.text import bare
from selfeval.expectations.verdicts import Decision, not_applicable

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


def no_quantity(target: str | None, actual: str | None) -> Decision | None:
    """Why a target and a result that are not both quantities of one unit leave nothing open; None where they do."""
    text = fold(target or "")
    if not _NUMBER.search(text):
        return WORDED
    if not _NUMBER.search(_DAY.sub("", text)):
        return TIMED
    return SAME_TEXT if bare(target) == bare(actual) else None


def sensibly_met(target: str | None, actual: str | None, level2: str | None, level3: str | None) -> bool:  # fmt: skip
    """Whether the target is met by the only reading that makes sense where one of the two has no unit, or a remark in brackets behind it: good
    enough to see that a target is met, never to say that it is missed."""
    texts = [_REMARK.sub("", fold(text or "")) for text in (target, actual)]
    one, other = map(core_quantity, texts)
    if one is None or other is None:
        return False
    if not other.unit:
        other = _in_unit_of(one, texts[0], other)
    elif not one.unit:
        one = _in_unit_of(other, texts[1], one)
    way = direction(one, level2, level3)
    return one.unit == other.unit and met(one.comparator, one.value, other.value, way) is True


def _in_unit_of(other: Quantity, text: str, bare_number: Quantity) -> Quantity:
    """A number without a unit in that of another, which is printed as `text`: 90 beside 90万元 is 900000元."""
    factor = scale_of(text)
    value, half = bare_number.value * factor, bare_number.half * factor
    return replace(bare_number, value=value, half=half, unit=other.unit)
