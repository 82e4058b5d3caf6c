"""The list of those who have to submit: a CSV as people save it from a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from selfeval.core.roster import Expected
from selfeval.expectations.errors import AuditError

#: Captions of the columns, Chinese or English.
COLUMNS = {
    "unit": (
        "单位",
        "单位名称",
        "预算单位",
        "实施单位",
        "项目单位",
        "项目实施单位",
        "资金使用单位",
        "unit",
    ),
    "aliases": ("别名", "曾用名", "单位别名", "又名", "aliases"),
    "authority": ("主管部门", "主管部门名称", "主管单位", "authority"),
    "project": ("项目", "项目名称", "project"),
    "year": ("年度", "年份", "自评年度", "year"),
}
#: What Excel writes: UTF-8 with a mark (CSV UTF-8), UTF-16 (Unicode text), and the Chinese code page (CSV).
ENCODINGS = ("utf-8-sig", "gb18030")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = ",\t;，"
_HINT = "名单为 CSV，第一行是栏目名：单位（必有）、主管部门、项目、年度、曾用名，每行一个应报单位或项目。"
_YEAR = re.compile(r"(20[0-9]{2}|19[0-9]{2})(?:\.0)?\s*(?:年度?)?")


class RosterError(AuditError):
    """The list of expected submitters cannot be read; the message says why."""

    def __init__(self, message: str) -> None:
        super().__init__("bad-roster", message, _HINT)


def read_roster(path: Path) -> tuple[Expected, ...]:
    """The lines of a roster in order, each once. Columns are told by their captions (COLUMNS), in any order; others are ignored; lines
    without a unit are left out. Raises RosterError."""
    text = _text(path)
    try:
        lines = [
            line
            for line in csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
            if any(cell.strip() for cell in line)
        ]
    except csv.Error as error:
        raise RosterError(f"报送名单 {path.name} 不是 CSV：{error}") from error
    if not lines:
        raise RosterError(f"报送名单 {path.name} 是空的")
    places = _columns(path, [cell.strip() for cell in lines[0]])
    found = dict.fromkeys(
        _expected(path, number, {name: _cell(line, at) for name, at in places.items()})
        for number, line in enumerate(lines[1:], 2)
    )
    roster = tuple(expected for expected in found if expected is not None)
    if not roster:
        raise RosterError(f"报送名单 {path.name} 没有列出任何单位")
    return roster


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RosterError(f"报送名单 {path.name} 无法读取：{error.strerror or error}") from error
    if data.startswith(b"PK\x03\x04") or data.startswith(b"\xd0\xcf\x11\xe0"):
        raise RosterError(f"报送名单 {path.name} 是 Excel 文件，请另存为 CSV")
    for encoding in ("utf-16",) if data.startswith(_UTF16) else ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RosterError(f"报送名单 {path.name} 不是 UTF-8 或 GB18030 编码的文本")


def _separator(text: str) -> str:
    """What stands between the captions: the separator that the first line has most of."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(_SEPARATORS, key=first.count)


def _columns(path: Path, captions: list[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for name, known in COLUMNS.items():
        found = [at for at, caption in enumerate(captions) if caption.lower() in known]
        if len(found) > 1:
            raise RosterError(
                f"报送名单 {path.name} 有两栏都是“{'”“'.join(captions[at] for at in found)}”，无法判断用哪一栏"
            )
        if found:
            places[name] = found[0]
    if "unit" not in places:
        raise RosterError(
            f"报送名单 {path.name} 没有“单位”一栏，现有栏目：{'、'.join(filter(None, captions)) or '无'}"
        )
    return places


def _cell(line: list[str], at: int) -> str:
    return line[at].strip() if at < len(line) else ""


def _expected(path: Path, number: int, cells: dict[str, str]) -> Expected | None:
    if not cells["unit"]:
        return None
    year = _YEAR.fullmatch(cells.get("year", ""))
    if cells.get("year") and year is None:
        raise RosterError(f"报送名单 {path.name} 第{number}行的年度“{cells['year']}”不是年份")
    aliases = tuple(
        name.strip() for name in re.split("[;；、|]", cells.get("aliases", "")) if name.strip()
    )
    return Expected(
        cells["unit"],
        cells.get("authority", ""),
        cells.get("project", ""),
        int(year[1]) if year else None,
        aliases,
    )
