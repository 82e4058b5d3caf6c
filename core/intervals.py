"""Arithmetic on printed numbers: a printed 508.75 stands for everything from 508.745 to 508.755.

Results are rounded outwards, so that an interval never loses a value that the printed numbers allow.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

#: Working precision. Printed numbers have at most 21 digits (see `values`), so products of two are exact.
DIGITS = 60
_DOWN = Context(prec=DIGITS, rounding=ROUND_FLOOR)
_UP = Context(prec=DIGITS, rounding=ROUND_CEILING)


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
