"""What every table promises, as one pandera schema each; checked before anything reaches the store.

pandera takes seconds to import and is loaded only here, when tables are validated."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from selfeval.core.kinds import KINDS
from selfeval.core.severities import SEVERITIES
from selfeval.records.errors import SchemaError
from selfeval.records.tables.columns import COLUMNS, KEYS

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    from selfeval.records.tables.build import Tables

STATUSES = ("ok", "rejected")
FINDING_STATUSES = ("open", "waived")

_PATTERNS = {"document_id": r"[0-9a-f]{64}", "form_id": r"[0-9a-f]{16}-[1-9][0-9]*", "record_id": r"[0-9a-f]{16}-[1-9][0-9]*/\S+",
             "subject": r"[a-z_0-9]+(/[a-z_0-9]+)*"}  # fmt: skip
_CHOICES = {
    ("documents", "status"): STATUSES,
    ("skipped", "kind"): tuple(KINDS),
    ("findings", "severity"): SEVERITIES,
    ("findings", "status"): FINDING_STATUSES,
}
#: Columns that are never None, besides keys.
_REQUIRED = {"documents": {"document", "status"}, "forms": {"document_id", "document"}, "funds": {"form_id", "document", "subject"},
             "indicators": {"form_id", "document", "subject"}, "tasks": {"form_id", "document", "subject"},
             "other": {"form_id", "document", "subject", "caption", "value"}, "skipped": {"document", "title", "kind"}, "cells": set(),
             "findings": {"form_id", "document", "rule", "severity", "subject", "message", "status"}}  # fmt: skip


def validate(tables: Tables) -> None:
    """Raises SchemaError, naming table, column and check, when a table breaks its schema."""
    for name, table in tables.items():
        validate_table(name, table)


def validate_table(name: str, table: DataFrame) -> None:
    """The same for the table `name` alone."""
    import pandera.errors

    try:
        schema(name).validate(table, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
        broken = sorted(
            {
                f"{column or name}: {check}"
                for column, check in zip(cases["column"], cases["check"], strict=True)
            }
        )
        message = f"数据表 {name} 不符合约定（{'；'.join(broken[:5])}）"
        raise SchemaError(
            "tables-invalid", message, "这是程序的缺陷，数据未入库；请保留原文件并报告。"
        ) from error


@cache
def schema(name: str) -> Any:
    """The pandera schema of the table `name`."""
    import pandera.pandas as pa

    def check(test: Callable[[Any], Any], says: str) -> Any:
        return pa.Check(test, name=says, error=says, ignore_na=False)

    def checks(column: str, kind: str) -> Iterable[Any]:
        if kind == "text":
            yield check(
                lambda values: _all(values, lambda value: isinstance(value, str)), "text or None"
            )
        if kind == "decimal":
            yield check(
                lambda values: _all(
                    values, lambda value: isinstance(value, Decimal) and value.is_finite()
                ),
                "Decimal or None",
            )
        if column.endswith("_half"):
            yield check(
                lambda values: _all(values, lambda value: value > 0),
                "half of a printed place is positive",
            )
        if column in _PATTERNS:
            yield pa.Check.str_matches(f"^(?:{_PATTERNS[column]})$")
        if (name, column) in _CHOICES:
            yield pa.Check.isin(_CHOICES[name, column])
        if kind == "count":
            yield pa.Check.ge(1 if column == "form" else 0)
        if column == "page":
            yield pa.Check.ge(1)
        if column == "confidence":
            yield pa.Check.in_range(0, 1)

    required = _REQUIRED[name] | set(KEYS[name])
    dtypes = {
        "text": object,
        "decimal": object,
        "count": "int64",
        "number": "Int64",
        "flag": "bool",
        "point": "float64",
    }
    columns = {
        column: pa.Column(
            dtypes[kind],
            list(checks(column, kind)),
            nullable=kind not in ("count", "flag") and column not in required,
        )
        for column, kind in COLUMNS[name].items()
    }
    across = [check(rule, says) for says, rule in _ACROSS.get(name, {}).items()]
    return pa.DataFrameSchema(
        columns, across, strict=True, ordered=True, unique=list(KEYS[name]), name=name
    )


def _all(values: Series, test: Callable[[Any], bool]) -> bool:
    return all(value is None or test(value) for value in values.tolist())


def _same_presence(table: DataFrame) -> bool:
    """A number and its precision are there together or not at all."""
    pairs = [
        (name, f"{name.removesuffix('_value')}_half")
        for name in table.columns
        if name.endswith("_value")
    ]
    return all((table[value].isna() == table[half].isna()).all() for value, half in pairs)


def _one_total_row(table: DataFrame) -> bool:
    return bool((table.groupby("form_id")["is_total_row"].sum() == 1).all())


def _boxes(table: DataFrame) -> bool:
    """With a page goes a box that is not inside out, without one goes none."""
    printed = table[table["page"].notna()]
    empty = table.loc[table["page"].isna(), ["x0", "top", "x1", "bottom"]]
    return bool(
        (printed["x0"] <= printed["x1"]).all()
        and (printed["top"] <= printed["bottom"]).all()
        and empty.isna().all(axis=None)
    )


_ACROSS: dict[str, dict[str, Callable[[DataFrame], bool]]] = {
    "documents": {"a rejected document has a reason": lambda t: bool((t["status"] == "ok").eq(t["reason_code"].isna()).all()),
                  "a rejected document has no forms": lambda t: bool(((t["status"] == "ok") | (t["forms"] == 0)).all())},
    "forms": {"value and half together": _same_presence},
    "funds": {"value and half together": _same_presence, "one total row a form": _one_total_row},
    "indicators": {"value and half together": _same_presence},
    "tasks": {"value and half together": _same_presence},
    "other": {"a page has a box": _boxes},
    "cells": {"a page has a box": _boxes},
    "findings": {"a page has a box": _boxes},
}  # fmt: skip
