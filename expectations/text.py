"""What rules ask of free text: likeness, the words without their layout, amounts of money, years."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from selfeval.core import filings, numbers
from selfeval.core.batch_cache import remembered
from selfeval.core.folding import fold
from selfeval.core.numbers import MONEY_UNITS, parse_number

_NUMBERING = re.compile(
    r"^(?:指标\s*[0-9一二三四五六七八九十]{0,3}|[0-9]{1,2}[.、)）]|[★☆*])+\s*[:：.、]?\s*"
)
_MONEY = re.compile(
    r"([0-9][0-9,]*(?:\.[0-9]+)?)\s*(亿元|百万元|万元|千元|元|亿|万(?=[,，。;；、）)\s]|$))(?!\s*[/／每])"
)
_NUMBERED_YEAR = re.compile(
    r"指标\s*[0-9]{1,2}(?=20[0-9]{2}\s*年)"
)  # 指标12021年 is 指标1 and 2021年
_YEAR = re.compile(r"(?<![0-9〔\[(（])(20[0-9]{2})(?=\s*年)")


#: `selfeval.core.numbers.is_blank`, remembered: many rules ask it about the same few texts.
is_blank = remembered(numbers.is_blank)
#: `selfeval.core.filings.bare`, likewise.
bare = remembered(filings.bare)


@remembered
def indicator_name(text: str | None) -> str:
    """The name of an indicator without its numbering (指标1:, ★) and without punctuation."""
    return bare(_NUMBERING.sub("", fold(text).strip())) if text else ""


def likeness(one: str, other: str) -> float:
    """How alike two texts are, from 0 to 1, whatever their layout."""
    from rapidfuzz import fuzz

    return fuzz.ratio(bare(one), bare(other)) / 100


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a text: in yuan, with half of its last printed place, where it starts and ends."""

    yuan: Decimal
    half: Decimal
    text: str
    start: int
    end: int


@remembered
def amounts(text: str | None) -> tuple[Money, ...]:
    """The amounts of money in a text, in order; unit prices (75元/人) are left out."""
    found = []
    for match in _MONEY.finditer(fold(text or "")):
        number, factor = parse_number(match[1]), MONEY_UNITS[match[2]]
        if number is not None:
            found.append(
                Money(
                    number.value * factor,
                    number.half * factor,
                    match[0],
                    match.start(),
                    match.end(),
                )
            )
    return tuple(found)


@remembered
def years(text: str | None) -> frozenset[int]:
    """The calendar years that a text names (2021年), without document numbers such as 〔2021〕."""
    return frozenset(int(year) for year in _YEAR.findall(_NUMBERED_YEAR.sub("", fold(text or ""))))


def longest_common(one: str, other: str) -> str:
    """The longest run of characters that both hold."""
    best = ""
    for start in range(len(one)):
        while start + len(best) < len(one) and one[start : start + len(best) + 1] in other:
            best = one[start : start + len(best) + 1]
    return best
