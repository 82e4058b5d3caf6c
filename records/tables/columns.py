"""The columns of every table, in order, with their kinds; frames of exactly those columns.

Kinds: "text" (object, str or None), "decimal" (object, Decimal or None), "count" (int64), "number" (Int64, nullable), "flag" (bool),
"point" (float64, PDF points; NaN where nothing is printed).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

from selfeval.core.fields import FUNDS, HEADER, INDICATORS, TASKS, TOTAL, Field

if TYPE_CHECKING:
    from pandas import DataFrame

_BOX = {"page": "number", "x0": "point", "top": "point", "x1": "point", "bottom": "point"}
_ROW = {
    "record_id": "text",
    "form_id": "text",
    "document": "text",
    "form": "count",
    "subject": "text",
    "position": "count",
}


def _texts(names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), "text")


def _printed(fields: Iterable[Field]) -> dict[str, str]:
    return {field.column: "number" if field.kind == "year" else "text" for field in fields}


def _numbers(fields: Iterable[Field]) -> dict[str, str]:
    """For each number its exact value and half of its last printed place."""
    return {
        f"{field.column}_{part}": "decimal"
        for field in fields
        if field.is_number
        for part in ("value", "half")
    }


#: table -> column -> kind.
COLUMNS: dict[str, dict[str, str]] = {
    "documents": {
        **_texts("document_id document"),
        "pages": "count",
        **_texts("status reason_code reason_message reason_hint"),
        "forms": "count",
    },
    "forms": {
        **_texts("form_id document_id document"),
        "form": "count",
        **_printed((*HEADER, *TOTAL)),
        "profile": "text",
        "has_scores": "flag",
        **_numbers(TOTAL),
    },
    "funds": {
        **_ROW,
        **_printed(FUNDS),
        "is_total_row": "flag",
        **_numbers(FUNDS),
        "rate_fraction": "decimal",
        "rate_fraction_half": "decimal",
    },
    "indicators": {
        **_ROW,
        **_printed(INDICATORS),
        **_numbers(INDICATORS),
        "is_placeholder": "flag",
    },
    "tasks": {**_ROW, **_printed(TASKS), **_numbers(TASKS)},
    "other": {**_ROW, "caption": "text", "value": "text", **_BOX},
    "skipped": {
        **_texts("document_id document"),
        "position": "count",
        "page": "number",
        **_texts("title kind"),
    },
    "cells": {
        **_texts("form_id path text"),
        **_BOX,
        "part": "count",
        "confidence": "point",
        **_texts("doubt decided_by reading engine"),
    },
    "findings": {
        **_texts("finding_id form_id document"),
        "form": "count",
        **_texts("rule severity subject message expected actual"),
        **_BOX,
        "status": "text",
        "cause": "text",
    },
}

#: What tells the rows of a table apart.
KEYS: dict[str, tuple[str, ...]] = {
    "documents": ("document_id",), "forms": ("form_id",), "funds": ("record_id",), "indicators": ("record_id",),
    "tasks": ("record_id",), "other": ("record_id",), "skipped": ("document_id", "position"), "cells": ("form_id", "path", "part"), "findings": ("finding_id",),
}  # fmt: skip


#: How the reason of a verdict begins that is undecided because the rule itself failed.
RAISED = "规则执行出错"


class Cells(Enum):
    """Which cells are wanted: they are nine tenths of what there is. JUDGED: those that rules look at, which are doubtful ones and the
    points, targets and explanations of indicators, since these may be merged or stand in several cells."""

    ALL = 0
    JUDGED = 1
    NONE = 2


_DTYPES = {
    "text": "object",
    "decimal": "object",
    "count": "int64",
    "number": "Int64",
    "flag": "bool",
    "point": "float64",
}


def frame(table: str, rows: Sequence[dict[str, Any]]) -> DataFrame:
    """A frame with exactly the columns of `table`; what a row does not name is None. Raises ValueError for a column that it has not."""
    unknown = {name for row in rows[:1] for name in row} - set(COLUMNS[table])
    if unknown:
        raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
    return from_lists(table, {name: [row.get(name) for row in rows] for name in COLUMNS[table]})


def frame_of_tuples(table: str, rows: Sequence[tuple[Any, ...]]) -> DataFrame:
    """The same from rows that name every column, in order: quicker, for the largest tables."""
    lists = zip(*rows, strict=True) if rows else ((),) * len(COLUMNS[table])
    return from_lists(table, dict(zip(COLUMNS[table], lists, strict=True)))


def from_lists(table: str, lists: Mapping[str, Sequence[Any]]) -> DataFrame:
    """A frame of `table` from one list of plain values a column."""
    import pandas as pd

    return pd.DataFrame(
        {name: pd.Series(lists[name], dtype=_DTYPES[kind]) for name, kind in COLUMNS[table].items()}
    )


def to_lists(frame: DataFrame, names: Iterable[str]) -> dict[str, list[Any]]:
    """The columns `names` of a frame as lists of plain values, with None for everything that is missing."""
    lists = {}
    for name in names:
        column = frame[name]
        if column.dtype.kind in "bi" and not column.hasnans:
            lists[name] = column.tolist()
        else:
            missing = column.isna()
            values = column.astype(object).tolist()
            lists[name] = (
                [
                    None if gone else value
                    for gone, value in zip(missing.tolist(), values, strict=True)
                ]
                if missing.any()
                else values
            )
    return lists


def empty(table: str) -> DataFrame:
    """No rows, right columns and dtypes."""
    return frame(table, [])
