"""Printed text -> exact numbers with their printed precision, and the arithmetic of what they may stand for; blanks. Nothing else in the
project turns print into numbers; `quantities` reads targets and results by what is here.

Nothing is guessed: text that is not one number, alone or with a unit, gives None. A printed 508.75 stands for everything from 508.745 to
508.755; results of intervals are rounded outwards, so that they never lose a value that the printed numbers allow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

from selfeval.core.batch_cache import remembered
from selfeval.core.fields import Field
from selfeval.core.folding import DASHES, fold

#: Working precision. Printed numbers have at most 21 digits (see below), so products of two are exact.
DIGITS = 60
_DOWN = Context(prec=DIGITS, rounding=ROUND_FLOOR)
_UP = Context(prec=DIGITS, rounding=ROUND_CEILING)

#: Longest number that is taken for one, so that every value, in whatever money unit, fits DECIMAL(38, 18) exactly.
#: 12 digits are a trillion; spreadsheets print at most 9 places. Longer runs of digits are account or document numbers.
MAX_INTEGER_DIGITS, MAX_FRACTION_DIGITS = 12, 9

#: Yuan in one of each money unit.
MONEY_UNITS = {
    "元": Decimal(1),
    "千元": Decimal(1000),
    "万元": Decimal(10_000),
    "万": Decimal(10_000),
    "百万元": Decimal(1_000_000),
    "亿元": Decimal(100_000_000),
    "亿": Decimal(100_000_000),
}

#: Units that may follow a weight or a score (RULES.md, number-unreadable); percent is told by `is_percent`.
SCORE_UNITS = frozenset({None, "分", "元", "万元"})

#: A rate without a percent sign up to this is a fraction, above it a percentage (RULES.md, execution-rate).
LARGEST_FRACTION = Decimal("1.5")

_BLANK_WORDS = frozenset({"无", "不适用", "无偏差"})
_BLANK_MARKS = frozenset(DASHES + "/\\⁄∕")
_BLANK_STARTS = _BLANK_MARKS | {word[0] for word in _BLANK_WORDS}

# Digits in one run, or grouped by threes with commas or the thin spaces that are set for that purpose. A plain space groups nothing:
# "20 100" may be two numbers that stand side by side. A point may stand off: "9. 50".
_DIGITS = (
    r"(?P<integer>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?:[\u2009\u202f][0-9]{3})+|[0-9]*)"
    r"(?: ?\. ?(?P<fraction>[0-9]+))?"
)
_UNIT = r"(?P<unit>%|分|元|千元|万元|百万元|亿元|万|亿)?"
_NUMBER = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[-+])?\s*(?P<currency>¥)?\s*{_DIGITS}\s*{_UNIT}\s*(?P<close>\))?\s*(?P<late_unit>%|分|元|万元)?"
)


@dataclass(frozen=True, slots=True)
class Interval:
    """All values from `low` to `high`, both included."""

    low: Decimal
    high: Decimal

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"interval from {self.low} to {self.high} is empty")

    @classmethod
    def point(cls, value: Decimal) -> Interval:
        return cls(value, value)

    @classmethod
    def around(cls, value: Decimal, half: Decimal) -> Interval:
        """`value` +- `half`; `half` must not be negative."""
        return cls(_DOWN.subtract(value, half), _UP.add(value, half))

    @property
    def middle(self) -> Decimal:
        return (self.low + self.high) / 2

    def add(self, other: Interval) -> Interval:
        return Interval(_DOWN.add(self.low, other.low), _UP.add(self.high, other.high))

    def subtract(self, other: Interval) -> Interval:
        return Interval(_DOWN.subtract(self.low, other.high), _UP.subtract(self.high, other.low))

    def multiply(self, other: Interval) -> Interval:
        pairs = [(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(
            min(_DOWN.multiply(a, b) for a, b in pairs), max(_UP.multiply(a, b) for a, b in pairs)
        )

    def divide(self, other: Interval) -> Interval | None:
        """All quotients, or None where the divisor may be zero: then nothing can be said."""
        if other.contains(Decimal(0)):
            return None
        pairs = [(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(
            min(_DOWN.divide(a, b) for a, b in pairs), max(_UP.divide(a, b) for a, b in pairs)
        )

    def capped(self, limit: Decimal) -> Interval:
        """min(x, limit) for every x: what a score does that cannot exceed its weight."""
        return Interval(min(self.low, limit), min(self.high, limit))

    def widened(self, half: Decimal) -> Interval:
        return Interval(_DOWN.subtract(self.low, half), _UP.add(self.high, half))

    def intersects(self, other: Interval) -> bool:
        return self.low <= other.high and other.low <= self.high

    def contains(self, value: Decimal) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as printed. `value` is exact and in the printed unit (300万元 is 300, 99% is 99); `half` is half of its last printed place
    (0.005 for 387664.62, 0.5 for 10); `unit` is 分, 元, 万元 ... or None; `is_percent` says that % follows."""

    value: Decimal
    half: Decimal
    text: str
    is_percent: bool = False
    unit: str | None = None

    @property
    def interval(self) -> Interval:
        """Everything that this print may stand for."""
        return Interval.around(self.value, self.half)

    def scaled(self, factor: Decimal) -> Printed:
        """The same print in another measure; exact for powers of ten."""
        return replace(self, value=self.value * factor, half=self.half * factor)

    def to_rate(self) -> Printed:
        """As a fraction of one: 99%, 99 and 0.99 are all 0.99. Above LARGEST_FRACTION a number without % is a percentage."""
        if self.is_percent or abs(self.value) > LARGEST_FRACTION:
            return replace(self.scaled(Decimal("0.01")), is_percent=False)
        return self

    def to_amount(self, unit: str | None) -> Printed | None:
        """As money in `unit` (元, 万元, or a caption that names one). A number without a unit of its own is taken to be in `unit` already;
        where `unit` names no money it stays as it is. None for what is no money itself, as 10分 or 5%."""
        if self.is_percent or self.unit not in (None, *MONEY_UNITS):
            return None
        unit = unit if unit in MONEY_UNITS else money_unit(unit)
        if self.unit is None or unit is None or MONEY_UNITS[self.unit] == MONEY_UNITS[unit]:
            return self
        factor = MONEY_UNITS[self.unit] / MONEY_UNITS[unit]
        return replace(self.scaled(factor), unit=unit)


@remembered
def parse_number(text: str | None) -> Printed | None:
    """The one number that `text` prints, or None. Takes full width, grouping by threes, a sign or parentheses for a negative,
    and after it %, 分 or a unit of money. "——", "", "≥5", "20 100", "1,23" and "约5" are no numbers."""
    if text is None:
        return None
    match = _NUMBER.fullmatch(fold(text).strip())
    if match is None:
        return None
    integer, fraction = re.sub(r"[^0-9]", "", match["integer"]), match["fraction"] or ""
    if (
        not integer + fraction
        or len(integer) > MAX_INTEGER_DIGITS
        or len(fraction) > MAX_FRACTION_DIGITS
    ):
        return None
    if not _well_formed(match):
        return None
    value = Decimal(f"{integer or '0'}.{fraction}" if fraction else integer)
    if (match["open"] or match["sign"] == "-") and value:
        value = -value
    unit = match["unit"] or match["late_unit"] or ("元" if match["currency"] else None)
    return Printed(
        value,
        half_place(len(fraction)),
        text,
        is_percent=unit == "%",
        unit=None if unit == "%" else unit,
    )


def _well_formed(match: re.Match[str]) -> bool:
    """Parentheses in pairs, one sign, one unit. （10分） is a caption, not ten points below zero."""
    if not match["open"] and not match["close"]:
        return not match["late_unit"]
    paired, units = (
        match["open"] and match["close"],
        [unit for unit in (match["unit"], match["late_unit"]) if unit],
    )
    return bool(paired) and not match["sign"] and len(units) <= 1 and "分" not in units


def exact(digits: str) -> Decimal:
    """The value of digits, with or without a point, that a pattern has found in running text."""
    return Decimal(digits)


def parse_score(text: str | None) -> Printed | None:
    """A weight or a score: a number with nothing around it but 分, 元, 万元 or % behind it. (10) may be ten points or a negative: None."""
    number = parse_number(text)
    if number is None or number.unit not in SCORE_UNITS or ")" in fold(number.text):
        return None
    return number


def parse_field(field: Field, text: str | None, amount_unit: str | None) -> Printed | None:
    """The number that a field prints: points, a rate as printed, or money in the form's `amount_unit`."""
    if field.kind == "points":
        return parse_score(text)
    number = parse_number(text)
    return number.to_amount(amount_unit) if number and field.kind == "amount" else number


def to_yuan(text: str | None, amount_unit: str | None) -> Decimal | None:
    """A printed amount in 元, by the unit that it prints itself or else the form's; None when either is unknown (no unit is guessed)."""
    printed = parse_number(text)
    if printed is None or printed.is_percent:
        return None
    unit = printed.unit or money_unit(amount_unit)
    return printed.value * MONEY_UNITS[unit] if unit in MONEY_UNITS else None


def half_place(places: int) -> Decimal:
    """Half of the last printed place: 0.5 for 0 places, 0.005 for 2."""
    return Decimal(5).scaleb(-places - 1)


def is_blank(text: str | None) -> bool:
    """Absent, empty, dashes or slashes only, 无, 不适用 or 无偏差 (RULES.md). "0" is not blank."""
    if text is None:
        return True
    if (start := text.lstrip()[:1]) and fold(start) not in _BLANK_STARTS:
        return False  # the usual case, told without going through a long text
    bare = "".join(fold(text).split())
    return bare in _BLANK_WORDS or all(mark in _BLANK_MARKS for mark in bare)


@remembered
def money_unit(text: str | None) -> str | None:
    """The unit of money that a caption such as （单位：万元） names, or None. 万美元 is another currency, and no unit of ours."""
    found = re.search(r"(亿|百万|万|千)?(?<![美欧日港])元", fold(text or ""))
    return found[0] if found else None
