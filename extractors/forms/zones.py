"""Where in a stitched table its zones lie (header, funds, goals, indicators) and which share of the width each column takes.

Everything is found by captions; the order of columns and which of them are there is the form's own choice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selfeval.extractors.forms.captions import caption_key, field_of, is_exact
from selfeval.extractors.grids.stitch import Box, Table
from selfeval.extractors.model import Grid

_LABEL = re.compile(r"\D*[一-鿿]{2}\D*")
#: distinct columns that a row of captions must name
FUND_COLUMNS, INDICATOR_COLUMNS = 2, 3


@dataclass(frozen=True, slots=True)
class Column:
    """One captioned column: its field, the share of the width that its caption covers, and the caption."""

    field: str
    left: float
    right: float
    caption: str = ""

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


@dataclass(slots=True)
class Zone:
    """Rows from `first` to before `end` under a row (or rows) of captions, which lies before `first`. `above` is its first row.

    `doubled` are columns of which a later one has a caption that means the same: the first is read, and doubted."""

    name: str
    above: int
    first: int
    end: int
    columns: list[Column] = field(default_factory=list)
    doubled: list[tuple[Column, str]] = field(default_factory=list)

    def column(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.field == name), None)


@dataclass(slots=True)
class Layout:
    """The zones of one form, the (zone, key) pairs of the captions seen, and the cells of caption rows that no map knows."""

    zones: list[Zone]
    seen: set[tuple[str, str]]
    unknown: list[tuple[str, Box]]

    def zone(self, name: str) -> Zone | None:
        return next((z for z in self.zones if z.name == name), None)


def begins_form(grid: Grid) -> bool:
    """Whether a grid holds the caption of the project's name, with which a form begins."""
    return any(field_of("header", cell.text) == "project_name" for cell in grid.cells)


def zones_of(grid: Grid) -> set[str]:
    """The zones (funds, goals, indicators) of which a grid has a row of captions."""
    rows: dict[int, list[str]] = {}
    for cell in grid.cells:
        rows.setdefault(cell.row, []).append(cell.text)
    return {zone for texts in rows.values() if (zone := _zone_of(texts))}


def find(table: Table) -> Layout:
    """Given a stitched table, its zones in printed order. Repeated caption rows of one zone make one zone."""
    zones: list[Zone] = []
    seen: set[tuple[str, str]] = set()
    unknown: list[tuple[str, Box]] = []
    rows = table.by_row()
    index = 0
    while index < table.rows:
        starting = [b for b in rows[index] if b.first == index]
        name = _zone_of([b.text for b in starting])
        if name and not (zones and zones[-1].name == name == "goals"):
            columns, missed, deep = _columns(name, starting, rows, index)
            if name == "funds":
                columns = _without_labels(columns, rows[deep : deep + 2])
            columns, doubled = _once(name, columns)
            if zones:
                zones[-1].end = index
            zones.append(Zone(name, index, deep, table.rows, columns, doubled))
            unknown += [(name, box) for box in missed]
            seen |= {
                (name, caption_key(b.text))
                for row in range(index, deep)
                for b in rows[row]
                if field_of(name, b.text)
            }
            index = deep
            continue
        seen |= {("header", caption_key(b.text)) for b in starting if field_of("header", b.text)}
        index += 1
    return Layout(zones, seen, unknown)


def _zone_of(texts: list[str]) -> str | None:
    """The zone whose row of captions these cells are, or None."""
    named = {
        zone: {f for f in (field_of(zone, t) for t in texts) if f and f != "-"}
        for zone in ("funds", "goals", "indicators")
    }
    if len(named["indicators"]) >= INDICATOR_COLUMNS and named["indicators"] & {
        "level1",
        "level2",
        "level3",
    }:
        if named["indicators"] & {"target", "actual", "weight", "score", "explanation"}:
            return "indicators"
    if len(named["funds"]) >= FUND_COLUMNS and named["funds"] & {"initial", "budget", "executed"}:
        return "funds"
    if named["goals"] == {"goal_expected", "goal_actual"}:
        return "goals"
    return None


def _columns(
    name: str, starting: list[Box], rows: list[list[Box]], index: int
) -> tuple[list[Column], list[Box], int]:
    """The columns under a row of captions, the cells of it that are no known caption, and the first row below all captions.

    A caption may stand over captions of its own (年度指标值 over 指标性质, 指标值, 度量单位): the lower ones count."""
    named = [b for b in starting if field_of(name, b.text)]
    deep = index + 1
    for row in range(index + 1, min(index + 3, len(rows))):
        lower = [b for b in rows[row] if b.first == row]
        if lower and sum(field_of(name, b.text) is not None for b in lower) * 2 > len(lower):
            named += [b for b in lower if field_of(name, b.text)]
            deep = row + 1
        else:
            break
    named = [
        b for b in named if b.end <= deep
    ] or named  # what runs on below the captions is a label at the side
    columns = [
        Column(str(field_of(name, b.text)), b.left, b.right, b.text)
        for b in named
        if b.first == deep - 1 or not _split(b, named)
    ]
    columns.sort(key=lambda c: c.left)
    first_column = min((c.left for c in columns), default=0.0)
    missed = [
        b
        for b in starting
        if b.text and field_of(name, b.text) is None and b.left >= first_column - 0.001
    ]
    return [c for c in columns if c.field != "-"], missed, deep


def _without_labels(columns: list[Column], below: list[list[Box]]) -> list[Column]:
    """Columns of the funds without the first one where that holds the labels of the rows: some forms caption it 年度预算数（万元）."""
    under = [b.text for row in below for b in row if columns and b.covers(columns[0].middle)]
    return (
        columns[1:]
        if len(columns) > 2 and under and all(_LABEL.fullmatch(text) for text in under)
        else columns
    )


def _once(name: str, columns: list[Column]) -> tuple[list[Column], list[tuple[Column, str]]]:
    """The first column of each field, and those of them whose field another caption names as plainly, with that caption."""
    kept: dict[str, Column] = {}
    doubled = []
    for column in columns:
        first = kept.setdefault(column.field, column)
        if first is not column and column.field != "target_part" and is_exact(name, column.caption):
            doubled.append((first, column.caption))
    return [c for c in columns if kept[c.field] is c or c.field == "target_part"], doubled


def _split(box: Box, named: list[Box]) -> bool:
    return any(b.first > box.first and box.left <= b.middle < box.right for b in named)
