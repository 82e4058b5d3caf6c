"""Accepted explanations by spreadsheet: the list of findings with columns that an auditor fills in, and what was filled in, read back.

A row with by, reason and until all empty says nothing: what stands stays. One bad row, and none of the sheet is taken.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfeval.core.formulas import FORMULA
from selfeval.flows.commands.listing import COLUMNS
from selfeval.flows.problems import Problem

if TYPE_CHECKING:
    from selfeval.records.store.waivers import Waiver

#: The sheet's own columns, after those of the list.
FILLED = ("by", "reason", "until")
SHEET_COLUMNS = (*COLUMNS, *FILLED)
#: Before an id: without it a spreadsheet takes 12345678901234567890 or 1234e5678901 for a number and rounds it.
_MARK = "#"
#: bytes; a season of findings is a tenth of it.
MAX_SHEET = 64 << 20
#: bad rows named one by one.
_TOLD = 20
_DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+0{1,2}:00(?::00)?)?"
)


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A filled row. `row` counts as a spreadsheet does, the line of column names being 1."""

    row: int
    finding_id: str
    by: str
    reason: str
    until: date | None


def sheet_rows(
    found: Iterable[Mapping[str, Any]], waivers: Iterable[Waiver]
) -> list[dict[str, Any]]:
    """The rows of a list of findings with their ids, and with the acceptances that hold."""
    holding = {waiver.finding_id: waiver for waiver in waivers if not waiver.void}
    rows = []
    for row in found:
        finding_id = row["finding_id"]
        waiver = holding.get(finding_id)
        filled = (waiver.who, waiver.why, waiver.until) if waiver else ("", "", "")
        rows.append(
            {**row, "finding_id": _MARK + finding_id, **dict(zip(FILLED, filled, strict=True))}
        )
    return rows


def plain_id(text: str) -> str:
    """A finding's id as the store has it."""
    return text.strip().removeprefix(_MARK)


def parse_day(text: str, today: date) -> date | None:
    """2026-12-31, 2026/12/31 or 2026年12月31日; None for "". ValueError: no date, or one that is past."""
    if not text.strip():
        return None
    match = _DAY.fullmatch(text.strip())
    try:
        day = date(*map(int, match.groups())) if match else None
    except ValueError:
        day = None
    if day is None:
        raise ValueError(f"“{text.strip()}”不是日期，应写作 2026-12-31")
    if day < today:
        raise ValueError(f"截止日期 {day} 已过")
    return day


def read_sheet(path: Path, known: set[str], today: date) -> list[SheetEntry]:
    """The filled rows of a sheet as Excel or another program saved it: comma, semicolon or tab; UTF-8, UTF-16 or GB18030. `known` are the
    ids that may be accepted. Problem: it cannot be read, has not the columns, or any row is wrong; then each is told by its number."""
    lines = _lines(path)
    names = [name.strip().lower() for name in next(lines, [])]
    if missing := [name for name in ("finding_id", *FILLED) if name not in names]:
        hint = "请用 selfeval findings --format csv --out 文件.csv 导出，填写 by、reason、until 三列后保存。"
        raise Problem("sheet-columns", f"{path.name} 缺少列：{'、'.join(missing)}", hint)
    entries: dict[str, SheetEntry] = {}
    wrong: list[str] = []
    for number, line in enumerate(lines, 2):
        cells = {name: _unescaped(cell) for name, cell in zip(names, line, strict=False)}
        finding_id, by, reason, until = (
            cells.get(name, "").strip() for name in ("finding_id", *FILLED)
        )
        if not (by or reason or until):
            continue
        try:
            entry = SheetEntry(number, plain_id(finding_id), by, reason, parse_day(until, today))
            _check(entry, entries, known)
            entries.setdefault(entry.finding_id, entry)
        except ValueError as error:
            wrong.append(f"第 {number} 行：{error}")
    if wrong:
        more = f"；另有 {len(wrong) - _TOLD} 行" if len(wrong) > _TOLD else ""
        raise Problem(
            "sheet-rows",
            "；".join(wrong[:_TOLD]) + more,
            f"改正后重新导入；{path.name} 这次一行也没有记入。",
        )
    return list(entries.values())


def _check(entry: SheetEntry, entries: Mapping[str, SheetEntry], known: set[str]) -> None:
    if not entry.by or not entry.reason:
        raise ValueError("by（谁接受的）和 reason（理由）都要填")
    if entry.finding_id not in known:
        raise ValueError(f"没有编号为 {entry.finding_id or '（空）'} 的问题，可能数值已改变")
    other = entries.get(entry.finding_id)
    if other and (other.by, other.reason, other.until) != (entry.by, entry.reason, entry.until):
        raise ValueError(f"与第 {other.row} 行是同一问题，填写却不同")


def _lines(path: Path) -> Iterator[list[str]]:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SHEET + 1)
    except OSError as error:
        raise Problem(
            "sheet-unreadable", f"无法读取 {path}：{error.strerror}", "请检查文件名和权限。"
        ) from error
    if len(content) > MAX_SHEET:
        raise Problem(
            "sheet-unreadable", f"{path.name} 超过 {MAX_SHEET >> 20} MB", "请只保留要接受的行。"
        )
    text = _decoded(content, path.name)
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise Problem(
            "sheet-unreadable",
            f"{path.name} 不是 CSV 文件：{error}",
            "请在 Excel 里另存为“CSV UTF-8”。",
        ) from error


def _decoded(content: bytes, name: str) -> str:
    """As Excel saves: "CSV UTF-8" has a byte-order mark, "CSV" is in the encoding of a Chinese Windows, "Unicode text" is UTF-16."""
    encodings = (
        ["utf-16"]
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        else ["utf-8-sig", "gb18030"]
    )
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Problem(
        "sheet-unreadable",
        f"{name} 的文字编码无法识别",
        "请在 Excel 里另存为“CSV UTF-8（逗号分隔）”。",
    )


def _unescaped(cell: str) -> str:
    """A cell without the apostrophe that the list puts before what a spreadsheet would take for a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell
