"""Rows of a form that are told by what they print: the total of the funds, and rows that nobody filled (RULES.md)."""

from __future__ import annotations

from collections.abc import Iterable

from selfeval.core.fields import Indicator
from selfeval.core.numbers import is_blank

_TOTAL_LABELS = ("总额", "合计", "总计")


def is_total(label: str) -> bool:
    """Whether a row of funds with this label may be the total of the others."""
    return any(word in label for word in _TOTAL_LABELS)


def total_row(labels: Iterable[str | None]) -> int:
    """Position of the total among the rows of funds: the first whose label has 总额, 合计 or 总计, else the first."""
    return next(
        (position for position, label in enumerate(labels) if label and is_total(label)),
        0,
    )


def is_placeholder(row: Indicator) -> bool:
    """Whether this is an empty row: target, result, weight and score all blank, whatever its name and explanation say."""
    return all(map(is_blank, (row.target, row.actual, row.weight, row.score)))
