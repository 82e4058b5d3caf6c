"""A 复核表 that somebody filled in, taken back row by row: what a row says, or why it cannot be taken. A row with no decision, value, reason
or day says nothing. One bad row costs itself and no other."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from selfeval.flows.commands.waiver_sheet import MAX_SHEET, parse_day
from selfeval.flows.problems import Problem
from selfeval.flows.review.workbook import (
    BY,
    CHOICES,
    DECISION,
    FILLED,
    KEY,
    KNOWN,
    READING,
    REASON,
    UNTIL,
    VALUE,
)
from selfeval.flows.run.deciding import Decided, decide_each
from selfeval.flows.workspace import Workspace
from selfeval.records.store.decisions import Kind, NewDecision

#: bytes that the parts of a workbook may have unpacked
_MOST_UNPACKED = 512 << 20


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a row: `row` counts as Excel does, `why` says why it was not taken, "" where it was; `number` is that of its decision,
    and `is_new` whether it was made now."""

    sheet: str
    row: int
    number: int = 0
    is_new: bool = False
    why: str = ""


def take_back(place: Workspace, path: Path, by: str = "") -> tuple[list[Taken], Decided]:
    """Enter what a workbook says; of each row that says something what became of it, and what opened and closed. `by` decides where a row
    names nobody. Problem: it is no such workbook."""
    rows, entries = list[Taken](), list[tuple[NewDecision, int]]()
    places: list[int] = []
    for sheet, row, cells in _rows(path):
        try:
            entries.append(_entry(cells, CHOICES[sheet], by, place.clock.today()))
            places.append(len(rows))
            rows.append(Taken(sheet, row))
        except ValueError as error:
            rows.append(Taken(sheet, row, why=str(error)))
    before, results, done = decide_each(place, entries)
    for at, result in zip(places, results, strict=True):
        sheet, row = rows[at].sheet, rows[at].row
        if isinstance(result, Problem):
            rows[at] = Taken(sheet, row, why=f"{result.message}。{result.hint}")
        else:
            rows[at] = Taken(sheet, row, result.number, result.number > before)
    return rows, done


def _rows(path: Path) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Sheet, number and cells by heading of every row that says something."""
    from openpyxl import load_workbook

    hint = "应是 selfeval decide --sheet 写出、填好后存为 .xlsx 的复核表。"
    try:
        if path.stat().st_size > MAX_SHEET:
            raise ValueError("too large")
        with zipfile.ZipFile(path) as parts:
            if sum(part.file_size for part in parts.infolist()) > _MOST_UNPACKED:
                raise ValueError("too large")
        book = load_workbook(path, read_only=True)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise Problem("sheet-unreadable", f"{path.name} 不是 Excel 工作簿", hint) from error
    try:
        sheets = [book[name] for name in CHOICES if name in book.sheetnames]
        if not sheets:
            raise Problem("sheet-columns", f"{path.name} 不是复核表", hint)
        for sheet in sheets:
            lines = sheet.iter_rows()
            names = [cell.value for cell in next(lines, ())]
            if missing := [name for name in (*FILLED, KEY, READING, KNOWN) if name not in names]:
                raise Problem("sheet-columns", f"“{sheet.title}”缺少列：{'、'.join(missing)}", hint)
            for number, line in enumerate(lines, 2):
                cells = {name: cell for name, cell in zip(names, line, strict=False) if name}
                if any(_text(cells.get(name)) for name in (DECISION, VALUE, REASON, UNTIL)):
                    yield sheet.title, number, cells
    finally:
        book.close()


def _entry(
    cells: Mapping[str, Any], choices: Mapping[str, Kind], by: str, today: date
) -> tuple[NewDecision, int]:
    """The decision of a row, and how many were known when it was written. ValueError: why it is none."""
    for name in FILLED:
        if getattr(cells.get(name), "data_type", "") == "f":
            raise ValueError(f"“{name}”里是公式，请填写文字")
    choice, value = _text(cells.get(DECISION)), _text(cells.get(VALUE))
    if not choice:
        raise ValueError("没有选决定")
    if choice not in choices:
        raise ValueError(f"“{choice}”不是可选的决定，应为{'、'.join(choices)}")
    kind = choices[choice]
    if value and kind != "correct":
        raise ValueError(f"填了更正后的值，决定却是“{choice}”")
    if kind == "correct" and not value:
        raise ValueError("没有填更正后的值")
    document_id, form, path, finding_id = _about(_text(cells.get(KEY)))
    known = _text(cells.get(KNOWN))
    new = NewDecision(
        kind,
        _text(cells.get(BY)) or by,
        _text(cells.get(REASON)),
        document_id,
        form,
        path,
        finding_id,
        value if kind == "correct" else None,
        parse_day(_text(cells.get(UNTIL)), today),
        _raw(cells.get(READING)) if path else None,
    )
    return new, int(known) if known.isdecimal() else 0


def _about(key: str) -> tuple[str | None, int | None, str | None, str | None]:
    if key.startswith("#"):
        return None, None, None, key[1:]
    try:
        document_id, form, path = json.loads(key)
        if isinstance(document_id, str) and isinstance(form, int) and isinstance(path, str | None):
            return document_id, form, path, None
    except (ValueError, TypeError):
        pass
    raise ValueError("这一行的编号被改动过，认不出是哪一项")


def _raw(cell: Any) -> str:
    value = getattr(cell, "value", None)
    return "" if value is None else str(value)


def _text(cell: Any) -> str:
    """What a person sees in a cell: numbers without what floats add, days without hours."""
    value = getattr(cell, "value", None)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return f"{value:.15g}"
    return "" if value is None else str(value).strip()
