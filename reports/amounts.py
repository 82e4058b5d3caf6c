"""Amounts and shares as people read them. Decimal throughout; a sum over forms is in 万元."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from selfeval.core.numbers import MONEY_UNITS, parse_number, to_yuan

_PLACES = Decimal("0.01")


def in_wan(text: str | None, form_unit: str | None) -> Decimal | None:
    """Given a printed amount and the form's unit of amounts, return it in 万元; None when either is unknown (no unit is guessed)."""
    amount = to_yuan(text, form_unit)
    return None if amount is None else amount / MONEY_UNITS["万元"]


def points(text: str | None) -> Decimal | None:
    """Given a printed score, return its number, or None."""
    printed = parse_number(text)
    return printed.value if printed else None


def money(value: Decimal | None) -> str:
    """1234567.891 -> 1,234,567.89; "" for None."""
    return "" if value is None else f"{value.quantize(_PLACES, ROUND_HALF_UP):,}"


def number(value: Decimal | None) -> str:
    """Without the zeros that were never printed: 98.50 -> 98.5."""
    return "" if value is None else f"{value.normalize():f}"


def share(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """`part` as a percentage of `whole`, to two places; None where there is no whole."""
    return (
        (part / whole * 100).quantize(_PLACES, ROUND_HALF_UP)
        if part is not None and whole
        else None
    )


def percent(value: Decimal | None) -> str:
    return "" if value is None else f"{value}%"
