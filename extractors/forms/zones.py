"""Where in a stitched table its zones lie (header, funds, goals, indicators) and which share of the width each column takes.

Everything is found by captions; the order of columns and which of them are there is the form's own choice.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import takewhile

from selfeval.core.rows import is_total
from selfeval.extractors.forms import contents, meaning, storeys, tasks, words
from selfeval.extractors.forms.captions import COLUMNS, caption_key, field_of, in_columns, is_exact
from selfeval.extractors.forms.layout import TASKS, UNKNOWN, WITHOUT_FIELD, Column, Layout, Zone
from selfeval.extractors.grids.stitch import Box, Table
from selfeval.extractors.model import Grid

_LABEL = re.compile(r"\D*[一-鿿]{2}\D*")
_VALUE = re.compile(r"[^一-鿿]*\d{2}[^一-鿿]*")
_WORD = re.compile(r"[一-鿿]{2}")
#: distinct columns that a row of captions must name
FUND_COLUMNS, INDICATOR_COLUMNS = 2, 3
#: columns of targets, results and points that make indicators of rows whose names have no known caption
JUDGED = 4
#: a list of projects with their amounts, which is no part of the form
LIST = "list"
LIST_AS_FUNDS = "表中没有其他资金栏，项目（任务）清单读作资金行，请核对"


def begins_form(grid: Grid) -> bool:
    """Whether a grid holds the caption of the project's name, with which a form begins; over a list of amounts it is a column's, unless
    the grid names the unit too."""
    named = {(c.row, field_of("header", c.text)) for c in grid.cells}
    rows = {row for row, field in named if field == "project_name"}
    others = any(field in ("unit", "authority") for _, field in named)
    return any(others or not _heads_list(grid, row) for row in rows)


def names_of(grid: Grid) -> set[str]:
    """What a grid names of whose form it is: which captions of the project, its unit and its authority."""
    found = {field_of("header", cell.text) for cell in grid.cells}
    return {name for name in ("project_name", "unit", "authority", "leader") if name in found}


def _heads_list(grid: Grid, row: int) -> bool:
    """Whether a row of a grid heads a list: by its captions, or by the numbers that stand under most of them but the first."""
    if _is_list([c.text for c in grid.cells if c.row == row]):
        return True
    below = [c.text for c in grid.cells if c.row == row + 1][1:]
    numbers = sum(meaning.number(text) is not None for text in below)
    return numbers > 1 and 2 * numbers >= len([text for text in below if text])


def zones_of(grid: Grid) -> set[str]:
    """The zones (funds, goals, indicators) of which a grid has a row of captions."""
    rows: dict[int, list[str]] = {}
    for cell in grid.cells:
        rows.setdefault(cell.row, []).append(cell.text)
    found = {zone for texts in rows.values() if (zone := _zone_of(texts))}
    if (
        "indicators" not in found
    ):  # captions in two storeys, where a cell of the upper row spans both
        upper = {cell.row for cell in grid.cells if cell.row_span == 2 and cell.row + 1 in rows}
        if any(_zone_of(rows[row] + rows[row + 1]) == "indicators" for row in upper):
            found.add("indicators")
    return found


def find(table: Table) -> Layout:
    """Given a stitched table, its zones in printed order. Repeated caption rows of one zone make one zone. Where no other block prints
    budget and execution, a list of tasks or projects that does is read as the funds: with a doubt, unless it has a total row, as funds
    have."""
    layout = _find(table, True)
    if any(map(_is_whole, layout.all("funds"))):
        return layout
    without, rows = _find(table, False), table.by_row()
    none = not layout.all("funds")
    zone = next((z for z in without.all("funds") if none or _is_whole(z)), None)
    if zone is None:
        return layout
    if not _has_total(zone, rows):
        zone.columns = [replace(c, doubt=c.doubt or LIST_AS_FUNDS) for c in zone.columns]
    return without


def _has_total(zone: Zone, rows: list[list[Box]]) -> bool:
    first = min((c.left for c in zone.columns), default=0.0) + storeys.EDGE
    labels = (b.text for row in rows[zone.first : zone.end] for b in row if b.right <= first)
    return any(map(is_total, labels))


def _is_whole(zone: Zone) -> bool:
    return zone.column("budget") is not None and zone.column("executed") is not None


def _find(table: Table, lists: bool) -> Layout:
    """The zones. Where `lists` is not set, lists of tasks are read as funds, and those of projects where the form names its own as well."""
    zones: list[Zone] = []
    seen: set[tuple[str, str]] = set()
    rows = table.by_row()
    index = 0
    while index < table.rows:
        starting = [b for b in rows[index] if b.first == index]
        name = _zone_of([b.text for b in starting])
        if name is None and any(b.end > index + 1 for b in starting):
            name = _zone_of(storeys.above_texts(rows, index))
        if name is None and _is_goals(rows, index):
            name = "goals"
        is_list = name is None and _is_list([b.text for b in starting])
        if lists and name in (None, "funds") and tasks.is_head(rows, index, bool(zones)):
            name = TASKS
        elif is_list and not lists and _names_project_twice(table):
            name = "funds"
        if name is None and not is_list:
            name = contents.heads(rows, index)
        if name and not (zones and zones[-1].name == name == "goals"):
            zone = _zone(name, rows, index, zones[-1].first if zones else 0)
            if zones:
                zones[-1].end = min(zones[-1].end, zone.above)
            zones.append(zone)
            seen |= {
                (name, caption_key(b.text))
                for row in range(zone.above, zone.first)
                for b in rows[row]
                if field_of(name, b.text)
            }
            index = zone.end if name == TASKS else zone.first
            continue
        if zones and is_list:
            zones[-1].end = index
            columns = [Column(WITHOUT_FIELD, b.left, b.right, b.text, b.text) for b in starting]
            zones.append(Zone(LIST, index, index + 1, table.rows, others=columns))
        seen |= {("header", caption_key(b.text)) for b in starting if field_of("header", b.text)}
        index += 1
    for zone in zones:
        if zone.name in words.WORDS:
            meaning.assign(zone, rows)
    return Layout(zones, seen)


def _names_project_twice(table: Table) -> bool:
    """Whether a form names its project beside the column of a list that bears the caption too."""
    return sum(field_of("header", b.text) == "project_name" for b in table.boxes) > 1


def _is_list(texts: list[str]) -> bool:
    """Whether a row heads a list of projects with their amounts, which ends the zone above it: 子项目名称, 预算数, 执行数."""
    texts = [text for text in texts if text]
    return (
        len(_named(texts)["funds"]) >= FUND_COLUMNS
        and any(field_of("header", t) == "project_name" for t in texts)
        and not any(map(_VALUE.fullmatch, texts))
    )


def _zone(name: str, rows: list[list[Box]], index: int, lowest: int) -> Zone:
    """The zone whose captions begin at row `index`, or in the row above where that stands over them."""
    end = storeys.end_of(name, rows, index)
    above = index
    if index > lowest:
        bottom = [b for b in rows[index] if b.first == index]
        above = storeys.parents_above(rows, index, bottom)
    columns = storeys.columns(name, rows, above, end)
    known = [c for c in columns if c.field not in (UNKNOWN, WITHOUT_FIELD)]
    if name == "funds":
        known = _without_labels(known, rows[end : end + 2])
    if name == "funds" and not any(c.field == "budget" for c in known):
        known = [_as_budget(c) if c.field == "arrived" else c for c in known]
    kept, doubled = _once(name, known)
    others = [c for c in columns if c not in kept]
    if name == "funds":  # what stands left of the first amount is the labels of the rows
        amounts = [c for c in others if c.field == UNKNOWN and _holds_amounts(c, rows[end:])]
        first = min((c.left for c in (*kept, *amounts)), default=0.0)
        others = [c for c in others if c.left >= first]
    zone = Zone(name, above, end, len(rows), kept, doubled, others)
    if name == TASKS:
        zone.end = tasks.end_of(zone, rows)
    return zone


def _holds_amounts(column: Column, below: list[list[Box]]) -> bool:
    """Whether numbers stand under a caption, in cells as wide as it, before anything else does."""
    block = takewhile(lambda row: _zone_of([b.text for b in row]) is None, below[:6])
    under = [
        b.text
        for row in block
        for b in row
        if abs(b.left - column.left) <= storeys.EDGE and abs(b.right - column.right) <= storeys.EDGE
    ]
    first = [text for text in under if text.strip()][:2]
    return bool(first) and all(meaning.number(t) is not None or not _WORD.search(t) for t in first)


def _as_budget(column: Column) -> Column:
    why = f"表中没有预算数栏，“{column.path}”读作全年预算数，请核对"
    return replace(column, field="budget", doubt=why)


def _zone_of(texts: list[str]) -> str | None:
    """The zone whose row of captions these cells are, or None."""
    named = _named(texts)
    if not any(named.values()):
        return None
    judged = named["indicators"] & {"target", "actual", "weight", "score", "explanation"}
    if len(named["indicators"]) >= INDICATOR_COLUMNS and judged:
        if named["indicators"] & {"level1", "level2", "level3"}:
            return "indicators"
        if len(judged) >= JUDGED and judged & {"target", "actual"} and judged & {"weight", "score"}:
            return "indicators"
    if (
        len(named["funds"]) >= FUND_COLUMNS
        and named["funds"] & {"initial", "budget", "executed", "arrived"}
        and not any(field_of("header", t) == "project_name" for t in texts)
        and not any(_VALUE.fullmatch(t.strip()) for t in texts)  # beside their captions
    ):
        return "funds"
    if named["goals"] >= {"goal_expected", "goal_actual"}:
        strange = [t for t in texts if t and field_of("goals", t) is None]
        return (
            "goals" if len(strange) <= 1 else None
        )  # more of them are values beside their captions
    return None


def _named(texts: list[str]) -> dict[str, set[str]]:
    """The fields of each zone that some captions name."""
    named: dict[str, set[str]] = {zone: set() for zone in COLUMNS}
    for text in texts:
        for zone, field in in_columns(text):
            named[zone].add(field)
    return named


def _is_goals(rows: list[list[Box]], index: int) -> bool:
    """Whether a row holds the captions of the goals though only one of the two is known: they stand side by side beside a label
    that reaches down, each over one cell of words."""
    starting = [b for b in rows[index] if b.first == index]
    side = [b for b in starting if b.end > index + 1]
    heads = [b for b in starting if b.end == index + 1]
    if not side or len(heads) != 2 or index + 1 >= len(rows):
        return False
    if not all(0 < len(b.text) <= storeys.LENGTH for b in heads):
        return False
    below = [b for b in rows[index + 1] if b.first == index + 1]
    if [(b.left, b.right) for b in below] != [(b.left, b.right) for b in heads]:
        return False
    if any(is_exact(zone, b.text) for b in below for zone in ("goals", "header")):
        return False
    known = [b for b in heads if field_of("goals", b.text)]
    meant = [b for b in heads if words.by_words("goals", b.text)]
    return len(known) == 1 or (len(meant) == 2 and any("目标" in b.text for b in side))


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
