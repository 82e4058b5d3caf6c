"""Findings as lists for people and programs: table, JSON, CSV. Rows come from the findings table of `records`."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from selfeval.flows.commands.console import one_line, print_json, write_text

if TYPE_CHECKING:
    from pandas import DataFrame

SEVERITIES = {"error": "错误", "warning": "警告", "information": "提示"}
COLUMNS: tuple[str, ...] = (
    "document",
    "form",
    "rule",
    "severity",
    "subject",
    "message",
    "expected",
    "actual",
    "page",
    "bbox",
    "status",
)

#: What a spreadsheet takes for the start of a formula when it stands first in a cell.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def rows(findings: DataFrame) -> list[dict[str, Any]]:
    """The findings as plain dicts with the keys COLUMNS: numbers as printed text, bbox a list of four points or null."""
    records: list[Any] = findings.to_dict("records")
    return [_row(record) for record in records]


def _row(record: Mapping[str, Any]) -> dict[str, Any]:
    import pandas as pd

    page = record["page"]
    box = [record[name] for name in ("x0", "top", "x1", "bottom")]
    known = not (pd.isna(page) or any(pd.isna(value) for value in box))
    row = {
        name: _plain(record[name])
        for name in (
            "document",
            "form",
            "rule",
            "severity",
            "subject",
            "message",
            "expected",
            "actual",
        )
    }
    place = (
        {"page": int(page), "bbox": [round(float(value), 2) for value in box]}
        if known
        else {"page": None, "bbox": None}
    )
    return row | place | {"status": record["status"]}


def _plain(value: Any) -> Any:
    """A value that JSON has: Decimals and other numbers of the frame as what they print, missing as null."""
    import pandas as pd

    if isinstance(value, str) or value is None:
        return value
    if pd.isna(value):
        return None
    return int(value) if isinstance(value, int) or hasattr(value, "__index__") else str(value)


def show(found: Sequence[Mapping[str, Any]], form: str, columns: Sequence[str] = COLUMNS) -> None:
    """Print a list in the form asked for on stdout; `columns` are those of CSV."""
    if form == Format.JSON:
        print_json(list(found))
    elif form == Format.CSV:
        write_text(to_csv(found, columns))
    else:
        _table(found)


def to_csv(found: Iterable[Mapping[str, Any]], columns: Sequence[str] = COLUMNS) -> str:
    """Comma-separated, with a line of column names; no cell begins as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in found:
        writer.writerow([_cell(row[name]) for name in columns])
    return out.getvalue()


def to_bytes(
    found: Sequence[Mapping[str, Any]], form: str, columns: Sequence[str] = COLUMNS
) -> bytes:
    """The list as a file's content. CSV begins with a byte-order mark, without which Excel takes Chinese for another encoding."""
    if form == Format.JSON:
        import json

        return (json.dumps(list(found), ensure_ascii=False, indent=1) + "\n").encode(
            "utf-8", "replace"
        )
    return to_csv(found, columns).encode("utf-8-sig", "replace")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(str(number) for number in value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).replace(",", "").isdecimal()


def _table(found: Sequence[Mapping[str, Any]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # A pipe has no width of its own: wide enough that no sentence is broken in the middle of a number.
    console = Console(width=None if _is_terminal() else 200)
    table = Table(box=box.SIMPLE, pad_edge=False)
    for caption in ("文件", "表", "级别", "规则", "位置", "页", "问题"):
        table.add_column(caption, overflow="fold")
    for row in found:
        severity = SEVERITIES.get(row["severity"], row["severity"])
        values = (
            row["document"],
            row["form"],
            severity,
            row["rule"],
            row["subject"],
            row["page"] or "",
            row["message"],
        )
        table.add_row(*(Text(one_line(str(value))) for value in values))
    if found:
        console.print(table)
    console.print(summary(found))


def summary(found: Iterable[Mapping[str, Any]]) -> str:
    """`共 7 项：错误 5，警告 2`."""
    counts = Counter(row["severity"] for row in found)
    if not counts:
        return "没有发现问题。"
    parts = "，".join(
        f"{caption} {counts[severity]}"
        for severity, caption in SEVERITIES.items()
        if counts[severity]
    )
    return f"共 {counts.total()} 项：{parts}"


def _is_terminal() -> bool:
    import sys

    return sys.stdout.isatty()
