"""Findings as lists for people and programs: table, JSON, CSV. Rows come from the findings table of `records`."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from selfeval.core.formulas import harmless
from selfeval.core.severities import SEVERITY_CAPTIONS
from selfeval.flows.commands.console import one_line, print_json, write_text

if TYPE_CHECKING:
    from pandas import DataFrame

    from selfeval.records.store.decisions import DecisionRow

COLUMNS: tuple[str, ...] = (
    "document", "form", "rule", "severity", "subject", "message", "expected", "actual", "page", "bbox", "status",
    "finding_id", "project_name", "unit", "basis", "remedy", "cause",
)  # fmt: skip


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Listing:
    """What an audit came to, as plain data: the findings with the keys COLUMNS, the verdicts that could not be given as document, form,
    rule, subject and why, and of each form how many verdicts it has of each kind. `refused` files were not audited at all;
    `undecided_core` counts the undecided verdicts of core rules. `earlier` are the ids of findings in filings that a later one replaces,
    and `undecided_earlier` how many of `undecided` are of those; they are listed where they were asked for, and count nowhere."""

    findings: list[dict[str, Any]]
    undecided: list[dict[str, Any]]
    forms: list[dict[str, Any]]
    refused: int = 0
    undecided_core: int = 0
    earlier: frozenset[str] = frozenset()
    undecided_earlier: int = 0
    replaced: tuple[str, ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether an error stands open in a filing that counts."""
        return any(row["severity"] == "error" for row in self._open())

    def _open(self) -> list[dict[str, Any]]:
        return [
            row
            for row in self.findings
            if row["status"] != "waived" and row["finding_id"] not in self.earlier
        ]

    def as_json(self) -> dict[str, Any]:
        """The contract: findings, undecided, forms."""
        return {"findings": self.findings, "undecided": self.undecided, "forms": self.forms}

    def summary(self) -> str:
        """`共 7 项：错误 5，警告 2。未能判定 12 处。` Never that nothing was found where something was not judged."""
        standing = self._open()
        ids = {row["finding_id"] for row in standing}
        counts = Counter(row["severity"] for row in standing if row["cause"] not in ids)
        parts = [
            f"{caption} {counts[name]}"
            for name, caption in SEVERITY_CAPTIONS.items()
            if counts[name]
        ]
        told = [f"共 {counts.total()} 项：{'，'.join(parts)}。"] if parts else []
        waived = len(self.findings) - len(standing) - len(self.earlier)
        others = [
            f"{number} 项{why}"
            for number, why in (
                (len(standing) - counts.total(), "由其他问题引起"),
                (waived, "已接受说明"),
                (len(self.earlier), "在已被后报取代的自评表中"),
            )
            if number
        ]
        if others:
            told.append(f"另有 {'，'.join(others)}，不计入待处理问题。")
        if undecided := len(self.undecided) - self.undecided_earlier:
            core = f"，其中核心规则 {self.undecided_core} 处" if self.undecided_core else ""
            told.append(f"未能判定 {undecided} 处{core}，尚不能下结论。")
        told += [f"{one}。" for one in self.replaced]
        if self.refused:
            told.append(f"{self.refused} 份文件未能读取，没有审核。")
        return "".join(told) or ("没有发现问题。" if self.forms else "没有可审核的自评表。")


_VERDICTS = {"pass": "passed", "fail": "failed", "undecidable": "undecided", "not-applicable": "not_applicable"}  # fmt: skip


def listing(
    forms: DataFrame,
    findings: DataFrame,
    verdicts: DataFrame,
    refused: int = 0,
    replaced: Mapping[str, int] | None = None,
) -> Listing:
    """The listing of what was found and decided of `forms`; `replaced` are the ids of forms that a later filing replaces, with its number."""
    from selfeval.core.paths import unpacked
    from selfeval.expectations import catalogue

    book = catalogue.load()
    heads = {
        row["form_id"]: {name: _plain(row[name]) for name in ("document", "form", "year", "project_name", "unit")}
        for row in forms.to_dict("records")
    }  # fmt: skip
    counts = {
        form_id: {"document": head["document"], "form": head["form"], **dict.fromkeys(_VERDICTS.values(), 0)}
        for form_id, head in heads.items()
    }  # fmt: skip
    replaced = replaced or {}
    undecided, core, earlier_undecided = [], 0, 0
    place = {form_id: at for at, form_id in enumerate(heads)}
    judged: list[Any] = verdicts.to_dict("records")
    for row in sorted(judged, key=lambda row: place.get(row["form_id"], -1)):
        head = heads.get(row["form_id"])
        if head is None:
            continue
        counts[row["form_id"]][_VERDICTS[row["verdict"]]] += int(row["records"])
        if row["verdict"] == "undecidable":
            for subject in unpacked(_plain(row["subject"]) or "form"):
                undecided.append({"document": head["document"], "form": head["form"], "rule": row["rule"],
                                  "subject": subject, "why": row["why"]})  # fmt: skip
                counts_not = row["form_id"] in replaced
                earlier_undecided += counts_not
                core += not counts_not and row["rule"] in book.entries and book[row["rule"]].core
    records: list[Any] = findings.to_dict("records")
    found = [_row(record, heads.get(record["form_id"], {}), book) for record in records]
    earlier = frozenset(one["finding_id"] for one in records if one["form_id"] in replaced)
    told = tuple(
        f"{head['document']} 第 {head['form']} 份自评表已被第 {replaced[form_id]} 版取代"
        for form_id, head in heads.items()
        if form_id in replaced
    )
    return Listing(found, undecided, list(counts.values()), refused, core, earlier, earlier_undecided, told)  # fmt: skip


def add_decisions(rows: Iterable[dict[str, Any]], made: Iterable[DecisionRow]) -> None:
    """Say of each finding what stands decided on it: kind (accept, return, question), by, reason, made_at, until. A row on
    which nothing was decided has no such key."""
    from selfeval.records.store.decisions import standing

    held = standing(made)
    names = ("kind", "by", "reason", "made_at", "until")
    for row in rows:
        if one := held.get(row["finding_id"]):
            row["decision"] = {name: getattr(one, name) for name in names}


_TEXTS = ("document", "form", "rule", "severity", "subject", "message", "expected", "actual")


def _row(record: Mapping[str, Any], head: Mapping[str, Any], book: Any) -> dict[str, Any]:
    import pandas as pd

    page = record["page"]
    box = [record[name] for name in ("x0", "top", "x1", "bottom")]
    known = not (pd.isna(page) or any(pd.isna(value) for value in box))
    entry = book.entries.get(record["rule"])
    where = (head.get("year"), head.get("profile"))
    basis = book.basis(entry.id, *where) if entry else None
    return {
        "finding_id": record["finding_id"],
        **{name: _plain(record[name]) for name in _TEXTS},
        "project_name": head.get("project_name"), "unit": head.get("unit"),
        "basis": basis, "remedy": entry.remedy if entry else None,
        "page": int(page) if known else None,
        "bbox": [round(float(value), 2) for value in box] if known else None,
        "status": record["status"], "cause": _plain(record["cause"]),
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """A value that JSON has: Decimals and other numbers of the frame as what they print, missing as null."""
    import pandas as pd

    if isinstance(value, str) or value is None:
        return value
    if pd.isna(value):
        return None
    return int(value) if isinstance(value, int) or hasattr(value, "__index__") else str(value)


def show(found: Listing, form: str) -> None:
    """Print a listing in the form asked for on stdout; CSV has the findings alone."""
    if form == Format.JSON:
        print_json(found.as_json())
    elif form == Format.CSV:
        write_text(to_csv(found.findings))
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
    found: Listing, form: str, rows: Iterable[Mapping[str, Any]], columns: Sequence[str]
) -> bytes:
    """The listing as a file's content, CSV from these `rows`. CSV begins with a byte-order mark, without which Excel takes Chinese for
    another encoding."""
    if form == Format.JSON:
        import json

        return (json.dumps(found.as_json(), ensure_ascii=False, indent=1) + "\n").encode(
            "utf-8", "replace"
        )
    return to_csv(rows, columns).encode("utf-8-sig", "replace")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(str(number) for number in value)
    return harmless(str(value))


def _table(found: Listing) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # A pipe has no width of its own: wide enough that no sentence is broken in the middle of a number.
    console = Console(width=None if _is_terminal() else 200)
    table = Table(box=box.SIMPLE, pad_edge=False)
    for caption in ("文件", "表", "级别", "规则", "位置", "页", "问题"):
        table.add_column(caption, overflow="fold")
    for row in found.findings:
        severity = SEVERITY_CAPTIONS.get(row["severity"], row["severity"])
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
    if found.findings:
        console.print(table)
    console.print(found.summary())


def _is_terminal() -> bool:
    import sys

    return sys.stdout.isatty()
