"""Numbers that follow from what a row prints and from the unit of its form: money in 元, and the rate that the amounts give."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from selfeval.core.fields import FUNDS, ROWS
from selfeval.core.numbers import parse_number, to_yuan

#: table -> its derived columns; all are exact decimals.
DERIVED: Mapping[str, tuple[str, ...]] = {
    table: (
        *(f"{field.name}_yuan" for field in of if field.kind == "amount"),
        *(("rate_computed",) if of is FUNDS else ()),
    )
    for table, of in ROWS.items()
    if any(field.kind == "amount" for field in of)
}
_RATE_PLACES = Decimal("0.000001")


def derived(table: str, row: Mapping[str, Any], amount_unit: str | None) -> dict[str, Any]:
    """Given a row of `table` as printed and the unit of its form, return its derived columns."""
    money = {
        name: to_yuan(row[name.removesuffix("_yuan")], amount_unit)
        for name in DERIVED[table]
        if name.endswith("_yuan")
    }
    if "rate_computed" not in DERIVED[table]:
        return money
    rate = execution_rate(row["budget"], row["executed"], amount_unit)
    return {**money, "rate_computed": rate and rate.quantize(_RATE_PLACES, ROUND_HALF_UP)}


def execution_rate(
    budget: str | None, executed: str | None, amount_unit: str | None
) -> Decimal | None:
    """Executed as a fraction of the budget, as printed amounts give it. Where no unit is known it needs none, unless one of the two
    prints its own; None then, and where the budget is zero."""
    whole, part = parse_number(budget), parse_number(executed)
    if not whole or not part or not whole.value or whole.is_percent or part.is_percent:
        return None
    whole_yuan, part_yuan = to_yuan(budget, amount_unit), to_yuan(executed, amount_unit)
    if whole_yuan is not None and part_yuan is not None:
        return part_yuan / whole_yuan
    return part.value / whole.value if whole.unit == part.unit else None
