"""Label maps as files: data/templates/*.csv and a folder of the user's own (SELFEVAL_TEMPLATES), read and validated.

A row is `zone,field,caption,mark`. A file that cannot be used says so in a sentence; nothing of it is passed over.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import partial
from operator import eq
from pathlib import Path

from selfeval.core import fields
from selfeval.core.folding import fold
from selfeval.data import FOLDER as DATA
from selfeval.extractors.errors import ExtractError
from selfeval.extractors.pages.glyphs import folded

TEMPLATES = DATA / "templates"
#: the file of kinds of documents, which is a map of another sort
KINDS = "kinds"
#: A folder of more templates, beside those that come with the program.
OWN_TEMPLATES = "SELFEVAL_TEMPLATES"
COLUMNS = ("zone", "field", "caption", "mark")
#: encodings that spreadsheets save CSV in: with a byte order mark or without, or the Chinese code page
ENCODINGS = ("utf-8-sig", "gb18030")
#: bytes; a label map is small
MAX_BYTES = 1_000_000

#: the fields that a caption of each zone may name; "-" is a caption whose value has no field of its own
FIELDS: Mapping[str, frozenset[str]] = {
    zone: frozenset((*names, "-"))
    for zone, names in {
        "header": (*fields.names(fields.HEADER), "total"),
        "funds": fields.names(fields.FUNDS),
        "goals": fields.names(fields.section("goals")),
        "indicators": (*fields.names(fields.INDICATORS), "target_part"),
        "tasks": fields.names(fields.TASKS),
        "total": ("total",),
        "side": (),
    }.items()
}


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """One caption of a label map and the field that it names; a marked one is a mark of the map's own forms."""

    zone: str
    field: str
    caption: str
    mark: bool


def own_folder() -> Path | None:
    """The folder of the user's own templates. Raises ExtractError("bad-template") where it is named and is none."""
    named = os.environ.get(OWN_TEMPLATES)
    if not named:
        return None
    folder = Path(named)
    if not folder.is_dir():
        raise ExtractError("bad-template", detail=f"环境变量 {OWN_TEMPLATES} 所指的文件夹不存在")
    return folder


def files(folder: Path) -> list[Path]:
    """The label maps of a folder by name."""
    return sorted(p for p in folder.glob("*.csv") if p.stem != KINDS)


def read(path: Path) -> tuple[TemplateRow, ...]:
    """The rows of one file. Raises ExtractError("bad-template") that names the file, the line and what is wrong with it."""

    def bad(what: str) -> ExtractError:
        return ExtractError("bad-template", detail=f"模板 {path.name} {what}")

    data = path.read_bytes()
    if len(data) > MAX_BYTES:
        raise bad(f"过大（超过 {MAX_BYTES} 字节）")
    reader = csv.reader(io.StringIO(_decoded(data, bad)), skipinitialspace=True)
    names: list[str] = []
    rows = []
    for cells in reader:
        if not any(cell.strip() for cell in cells) or cells[0].startswith("#"):
            continue
        if not names:
            names = [fold(cell).strip().lower() for cell in cells]
            missing = [name for name in COLUMNS if name not in names]
            if missing:
                raise bad(f"缺少列 {'、'.join(missing)}（第一行应为 {','.join(COLUMNS)}）")
            continue
        filled = dict(zip(names, (*cells, *[""] * len(names)), strict=False))
        zone, field, caption, mark = (filled[name].strip() for name in COLUMNS)
        row = TemplateRow(zone, field, caption, bool(mark))
        if not row.field and not row.mark:
            continue  # left open by the person who edits it
        if not row.caption:
            raise bad(f"第 {reader.line_num} 行没有栏目名称（caption）")
        if path.stem != KINDS:
            _check(row, reader.line_num, bad)
        rows.append(row)
    if not names:
        raise bad("是空的")
    return tuple(rows)


def fitting(caption: str) -> Callable[[str], bool]:
    """Given a caption with `*` for anything and `?` for any one character, whether a key fits it. A program of its own for each of the hundreds
    of them, as `re` makes it, takes longer than a document."""
    parts = [folded(part) for part in caption.split("*")]
    if any("?" in part for part in parts):
        pattern = re.compile(translate("*".join(parts)))
        return lambda key: pattern.match(key) is not None
    if len(parts) == 1:
        return partial(eq, parts[0])
    return partial(_fits, parts[0], tuple(parts[1:-1]), parts[-1])


def _fits(first: str, inner: tuple[str, ...], last: str, key: str) -> bool:
    if not key.startswith(first):
        return False
    at, end = len(first), len(key) - len(last)
    for part in inner:
        at = key.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return at <= end and key.endswith(last)


def _decoded(data: bytes, bad: Callable[[str], ExtractError]) -> str:
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise bad("不是 UTF-8 或 GBK 编码的文本")


def _check(row: TemplateRow, line: int, bad: Callable[[str], ExtractError]) -> None:
    if row.zone not in FIELDS:
        raise bad(f"第 {line} 行的区域 {row.zone} 不存在（可用：{'、'.join(FIELDS)}）")
    if row.field not in FIELDS[row.zone]:
        known = "、".join(sorted(FIELDS[row.zone]))
        raise bad(f"第 {line} 行的字段 {row.field} 不存在（{row.zone} 区可用：{known}）")
