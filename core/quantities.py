"""Targets and results: "≥98%", "不少于12种", "13.722万元", "98%以上" -> comparator, number, unit. What is more than that gives None."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from selfeval.core.batch_cache import remembered
from selfeval.core.folding import fold
from selfeval.core.numbers import MONEY_UNITS, Printed, parse_number

#: What is printed before a number -> what it means. Longer ones first in the pattern below.
PREFIXES = {
    "≥": "≥",
    ">=": "≥",
    "=>": "≥",
    "不低于": "≥",
    "不少于": "≥",
    "不小于": "≥",
    "大于等于": "≥",
    "大于或等于": "≥",
    "至少": "≥",
    "达到": "≥",
    "≤": "≤",
    "<=": "≤",
    "=<": "≤",
    "不高于": "≤",
    "不超过": "≤",
    "不超出": "≤",
    "控制在": "≤",
    "不大于": "≤",
    "不多于": "≤",
    "小于等于": "≤",
    "小于或等于": "≤",
    "至多": "≤",
    ">": ">",
    "大于": ">",
    "高于": ">",
    "超过": ">",
    "多于": ">",
    "<": "<",
    "小于": "<",
    "低于": "<",
    "少于": "<",
    "=": "=",
    "等于": "=",
}
SUFFIXES = {
    "及以上": "≥",
    "以上": "≥",
    "及以下": "≤",
    "以下": "≤",
    "以内": "≤",
    "之内": "≤",
    "内": "≤",
}

#: The comparators that the rule target-missed-full-score names, folded (RULES.md); "" is a bare number.
CORE_COMPARATORS = frozenset(
    {
        "",
        "≥",
        "≤",
        ">",
        "<",
        "=",
        "不低于",
        "不少于",
        "不高于",
        "不超过",
        "大于等于",
        "小于等于",
        "以上",
        "及以上",
        "以内",
        "至少",
        "控制在",
        "不超出",
        "达到",
    }
)

_SCALES = {"万亿": 12, "亿": 8, "千万": 7, "百万": 6, "十万": 5, "万": 4}
_UNIT_NAMES = {
    "百分比": "%",
    "千米": "公里",
    "km": "公里",
    "㎞": "公里",
    "m": "米",
    "㎡": "平方米",
    "m²": "平方米",
    "㎥": "立方米",
    "m³": "立方米",
    "㎏": "公斤",
    "千克": "公斤",
    "kg": "公斤",
}

# Words that make a number more, less or something else than a plain quantity: 6月前, 10余个, 50左右, 1次通过, 100%完成.
_NOT_A_UNIT = re.compile(r"[前后底初余多约左右至到完成通达均的了已未不无和与及或为是按第起止几超]")
_A_UNIT = re.compile(r"[\u4e00-\u9fff㎡㎥㎞㎏A-Za-z²³℃°‰%·/]{1,8}")
_MEASURE_WORDS = frozenset({"起", "人均", "户均", "通"})  # 0起 and 50通 count things

_PREFIX = "|".join(sorted(map(re.escape, PREFIXES), key=len, reverse=True))
_SUFFIX = "|".join(sorted(SUFFIXES, key=len, reverse=True))
_QUANTITY = re.compile(
    rf"(?P<prefix>{_PREFIX})?\s*(?P<percent>百分之)?(?P<number>[-+]?[0-9][0-9,\u2009\u202f]*(?:\.[0-9]+)?)"
    rf"\s*(?P<unit>\D*?)\s*(?P<suffix>{_SUFFIX})?"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A plain quantity. `comparator` is one of ≥ ≤ > < = or "" for a bare number, `printed_comparator` what stands there (不低于, 以上).
    `value` and `half` are in `unit`, which is normalised: "" for none, % for percentages, 万/亿 and units of money multiplied out to 元."""

    comparator: str
    printed_comparator: str
    value: Decimal
    half: Decimal
    unit: str
    text: str

    def is_met_by(self, actual: Quantity) -> bool | None:
        """Whether this target is met by that result, on the printed numbers; bare and = mean at least (RULES.md). A result that repeats a
        comparator (≥90%) counts as its number. None where the units differ."""
        if self.unit != actual.unit:
            return None
        if self.comparator == "≤":
            return actual.value <= self.value
        if self.comparator == "<":
            return actual.value < self.value
        return actual.value > self.value if self.comparator == ">" else actual.value >= self.value


@remembered
def parse_quantity(text: str | None) -> Quantity | None:
    """`text` as a comparator, a number and a unit, and nothing else; otherwise None (ranges, dates, sentences, 左右, 多)."""
    match = _QUANTITY.fullmatch(fold(text).strip()) if text else None
    if match is None or _contradicted(match):
        return None
    number = parse_number(match["number"])
    unit = "".join(match["unit"].split())
    if (
        number is None
        or (match["percent"] and unit)
        or not _is_unit(unit, number, bare=not (match["prefix"] or match["suffix"]))
    ):
        return None
    printed = match["prefix"] or match["suffix"] or ""
    comparator = PREFIXES.get(printed) or SUFFIXES.get(printed) or ""
    factor, unit = _normalised("%" if match["percent"] else unit)
    scaled = number.scaled(factor)
    return Quantity(comparator, printed, scaled.value, scaled.half, unit, text or "")


def scale_of(text: str | None) -> Decimal:
    """By how much the unit in `text` multiplies what is printed: 10000 for 万元, 1 where there is none."""
    match = _QUANTITY.fullmatch(fold(text).strip()) if text else None
    return _normalised("".join(match["unit"].split()))[0] if match else Decimal(1)


def printed_units(unit: str) -> tuple[str, ...]:
    """The names that a unit, as `Quantity` has it, is printed by."""
    return unit, *(name for name, one in _UNIT_NAMES.items() if one == unit)


def _contradicted(match: re.Match[str]) -> bool:
    """控制在5%以内 says the same thing twice; a prefix and a suffix that differ make no plain quantity."""
    prefix, suffix = match["prefix"], match["suffix"]
    return bool(prefix and suffix) and PREFIXES[prefix] != SUFFIXES[suffix]


def _is_unit(unit: str, number: Printed, bare: bool) -> bool:
    if not unit:
        return True
    if not _A_UNIT.fullmatch(unit) or (_NOT_A_UNIT.search(unit) and unit not in _MEASURE_WORDS):
        return False
    if unit == "年":
        return not 1900 <= number.value <= 2100  # the year 2020, not a span of 2020 years
    return not (bare and unit[0] in "月日号")  # 6月 is June


def _normalised(unit: str) -> tuple[Decimal, str]:
    """The factor and the unit that a printed unit comes to: 万元 is 10000 元, 万粒 is 10000 粒, 百分比 is %."""
    if unit in MONEY_UNITS and unit.endswith("元"):
        return MONEY_UNITS[unit], "元"
    for scale, power in _SCALES.items():
        if unit.startswith(scale):
            rest = unit[len(scale) :]
            return Decimal(10) ** power, _UNIT_NAMES.get(rest, rest)
    return Decimal(1), _UNIT_NAMES.get(unit, unit)
