"""Everything that turns printed text into values: numbers with their precision, intervals, quantities, blanks."""

from selfeval.core.numbers import (
    MONEY_UNITS,
    SCORE_UNITS,
    Interval,
    Printed,
    half_place,
    is_blank,
    money_unit,
    parse_number,
    parse_score,
)
from selfeval.core.quantities import CORE_COMPARATORS, Quantity, parse_quantity, scale_of

__all__ = [
    "CORE_COMPARATORS",
    "MONEY_UNITS",
    "SCORE_UNITS",
    "Interval",
    "Printed",
    "Quantity",
    "half_place",
    "is_blank",
    "money_unit",
    "parse_number",
    "parse_quantity",
    "parse_score",
    "scale_of",
]
