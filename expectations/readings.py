"""A cell read as a number: the number, or why it is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from selfeval.core.batch_cache import remembered
from selfeval.core.fields import FUNDS, HEADER, INDICATORS, PARTS
from selfeval.core.numbers import MONEY_UNITS, Printed, is_blank, parse_number, parse_score

#: Chinese captions of the fields, as messages name them.
CAPTIONS = {
    **{field.name: field.zh for field in reversed((*HEADER, *FUNDS, *INDICATORS))},
    **{part: zh for part, (zh, _en) in PARTS.items()},
}
#: The amounts that rules judge.
AMOUNTS = frozenset({"initial", "budget", "executed"})


class CellState(Enum):
    """ABSENT: the form has no such column. DOUBTFUL: printed, but not read with certainty."""

    ABSENT = 0
    BLANK = 1
    UNREADABLE = 2
    DOUBTFUL = 3
    KNOWN = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """A cell read as a number. `number` is set exactly when `state` is KNOWN; `why` says what is doubtful."""

    state: CellState
    text: str | None = None
    number: Printed | None = None
    why: str = ""

    @property
    def value(self) -> Decimal:
        """The number; only to be asked of a KNOWN reading."""
        assert self.number is not None
        return self.number.value


def _reading(text: str | None, parse: Callable[[str | None], Printed | None]) -> Reading:
    if text is None:
        return Reading(CellState.ABSENT)
    if is_blank(text):
        return Reading(CellState.BLANK, text)
    number = parse(text)
    return Reading(CellState.KNOWN, text, number) if number else Reading(CellState.UNREADABLE, text)


@remembered
def points(text: str | None) -> Reading:
    """A weight or a score."""
    return _reading(text, parse_score)


@remembered
def rate(text: str | None) -> Reading:
    """A rate, as printed."""
    return _reading(text, parse_number)


@remembered
def amount(text: str | None, unit: str | None, printed: str | None) -> Reading:
    """An amount of money in `unit`, `printed` as messages quote it; where the form names no unit, one with a unit of its own is in 元 and
    the others are in no known unit."""
    reading = _reading(text, parse_number)
    if reading.number is None:
        return reading
    own = reading.number.unit in MONEY_UNITS
    found = reading.number.to_amount(unit or ("元" if own else None))
    return (
        Reading(CellState.KNOWN, printed, found)
        if found
        else Reading(CellState.UNREADABLE, printed)
    )
