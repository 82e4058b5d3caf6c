"""The columns of every table, in order, with their kinds; frames of exactly those columns.

Kinds: "text" (object, str or None), "decimal" (object, Decimal or None), "count" (int64), "number" (Int64, nullable), "flag" (bool),
"point" (float64, PDF points; NaN where nothing is printed).
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pandas import DataFrame

FUND_AMOUNTS = ("initial", "budget", "executed")
FUND_NUMBERS = (*FUND_AMOUNTS, "weight", "rate", "score")
INDICATOR_NUMBERS = ("weight", "score")

_BOX = {"page": "number", "x0": "point", "top": "point", "x1": "point", "bottom": "point"}
_ROW = {"record_id": "text", "form_id": "text", "document": "text", "form": "count", "subject": "text", "position": "count"}


def _texts(names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), "text")


def _numbers(*names: str) -> dict[str, str]:
    return {f"{name}_{part}": "decimal" for name in names for part in ("value", "half")}


#: table -> column -> kind.
COLUMNS: dict[str, dict[str, str]] = {
    "documents": {**_texts("document_id document"), "pages": "count", **_texts("status reason_code reason_message reason_hint"),
                  "forms": "count"},
    "forms": {**_texts("form_id document_id document"), "form": "count", "title": "text", "year": "number",
              **_texts("project_name authority unit leader phone amount_unit goal_expected goal_actual"),
              **_texts("total_label total_weight total_score total_explanation profile"), "has_scores": "flag",
              **_numbers("total_weight", "total_score")},
    "funds": {**_ROW, "label": "text", "is_total_row": "flag", **dict.fromkeys(FUND_NUMBERS, "text"), **_numbers(*FUND_NUMBERS),
              "rate_fraction": "decimal", "rate_fraction_half": "decimal"},
    "indicators": {**_ROW, **_texts("level1 level2 level3 target actual weight score explanation"), **_numbers(*INDICATOR_NUMBERS),
                   "is_placeholder": "flag"},
    "cells": {**_texts("form_id path text"), **_BOX, "part": "count", "confidence": "point", "doubt": "text"},
    "findings": {**_texts("finding_id form_id document"), "form": "count", **_texts("rule severity subject message expected actual"),
                 **_BOX, "status": "text"},
}

#: What tells the rows of a table apart.
KEYS: dict[str, tuple[str, ...]] = {
    "documents": ("document_id",), "forms": ("form_id",), "funds": ("record_id",), "indicators": ("record_id",),
    "cells": ("form_id", "path", "part"), "findings": ("finding_id",),
}  # fmt: skip

_DTYPES = {"text": "object", "decimal": "object", "count": "int64", "number": "Int64", "flag": "bool", "point": "float64"}


def frame(table: str, rows: Sequence[dict[str, Any]]) -> DataFrame:
    """A frame with exactly the columns of `table`; what a row does not name is None. Raises ValueError for a column that it has not."""
    import pandas as pd

    columns = COLUMNS[table]
    unknown = {name for row in rows[:1] for name in row} - set(columns)
    if unknown:
        raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
    return pd.DataFrame({name: pd.Series([row.get(name) for row in rows], dtype=_DTYPES[kind]) for name, kind in columns.items()})


def empty(table: str) -> DataFrame:
    """No rows, right columns and dtypes."""
    return frame(table, [])
