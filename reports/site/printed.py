"""The form's blocks laid out as they are printed: columns in the order of their boxes, and a cell that spans rows given once.

Only values and their boxes are needed for that: a merged cell stands in every row that it spans, with the same boxes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from gettext import NullTranslations
from statistics import median

from selfeval.core.fields import INDICATORS, names
from selfeval.reports.model import PrintedTable, TableCell, Value
from selfeval.reports.rows import Row

MERGEABLE = frozenset(names(INDICATORS)) - {"target", "actual"}


def layout(
    caption: str,
    block: str,
    labels: Mapping[str, str],
    rows: Sequence[Row],
    value_of: Callable[[str, str | None], Value],
    headers: frozenset[str],
    catalogue: NullTranslations,
) -> PrintedTable | None:
    """Given the rows of `block` (funds or indicators), return its table, or None when it has no rows.

    A column that the form does not have is left out. `value_of` turns a PATH and a printed text into a Value with its boxes."""
    columns = [key for key in labels if any(row.get(key) is not None for row in rows)]
    if not rows or not columns:
        return None
    values = [
        [value_of(f"{block}/{row['position']}/{key}", row.get(key)) for key in columns]
        for row in rows
    ]
    order = printed_order(values, len(columns))
    spans = [
        _spans([line[at] for line in values], columns[at] in MERGEABLE)
        for at in range(len(columns))
    ]
    laid = tuple(
        tuple(
            TableCell(line[at], spans[at][number], columns[at] in headers)
            for at in order
            if spans[at][number]
        )
        for number, line in enumerate(values)
    )
    return PrintedTable(
        caption, tuple((columns[at], catalogue.gettext(labels[columns[at]])) for at in order), laid
    )


def printed_order(values: Sequence[Sequence[Value]], width: int) -> list[int]:
    """Given rows of values, return the column numbers from left to right; as given where a column has no box at all."""
    lefts = [[line[at].spots[0].x0 for line in values if line[at].spots] for at in range(width)]
    if not all(lefts):
        return list(range(width))
    return sorted(range(width), key=lambda at: (median(lefts[at]), at))


def _spans(column: Sequence[Value], mergeable: bool) -> list[int]:
    """Given a column from top to bottom, return the rows that each cell spans: 0 for a row covered by the cell above it."""
    spans = [1] * len(column)
    start = 0
    for at in range(1, len(column)):
        same = (
            mergeable
            and column[at].spots
            and column[at].spots == column[start].spots
            and column[at].text == column[start].text
        )
        if same:
            spans[at] = 0
            spans[start] += 1
        else:
            start = at
    return spans
