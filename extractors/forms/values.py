"""A mended table -> the Form: every value with the page and box it was read from, and doubts where the reading is not certain."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from selfeval.extractors.forms import funds as funds_block
from selfeval.extractors.forms import header, indicators, marks, other, tasks
from selfeval.extractors.forms.captions import captions, field_of
from selfeval.extractors.forms.draft import Draft
from selfeval.extractors.forms.layout import TASKS, Layout, Zone
from selfeval.extractors.forms.meaning import OPEN, PLACED, number
from selfeval.extractors.grids.stitch import Box, Table
from selfeval.extractors.model import Doubt, Form, OtherCell, Total

#: paths of the draft that are no paths of a form
_DRAFT = ("total", "year_cell")
#: cells of a row beside those of the goals from which it is none of theirs
SEVERAL = 2
#: share of the width by which an edge of a cell may differ from its goal's
APART = 0.06
#: cells side by side that no field holds from which they may be an indicator's
LEFT = 3
#: points between cells that stand side by side
TOUCHING = 2.0


def extract(table: Table, layout: Layout) -> Form:
    """Given a mended table and its layout, the form that it prints."""
    draft = Draft()
    rows = table.by_row()
    zone = layout.zone("funds")
    if zone:
        funds_block.trim(zone, rows)
    funds, taken = funds_block.read(draft, zone, rows)
    taken |= _goals(draft, layout.zone("goals"), rows)
    execution = [
        points
        for fund in funds[:1]
        for text in (fund.weight, fund.score)
        if (points := number(text or "")) is not None
    ]
    block = indicators.read(draft, layout.all("indicators"), rows, execution)
    taken |= block.taken
    lists = layout.all(TASKS)
    taken.update(row for zone in lists for row in range(zone.above, zone.end))
    header.read(draft, table, layout, rows, taken)
    header.joined(draft, rows)
    total = block.total
    if "total" in draft.values and (total is None or total.score is None):
        draft.evidence["total/score"] = draft.evidence.pop("total")
        total = Total(label=draft.values.get("total_label"), score=draft.values["total"])
    title, title_at, cell = marks.title(table, rows)
    if title_at:
        draft.evidence["title"] = title_at
    if cell is not None:
        draft.used.add(id(cell))
    fields: dict[str, Any] = {name: draft.values.get(name) for name in header.FIELDS}
    unit = marks.amount_unit(draft, table, layout, rows)
    listed = tasks.read(draft, lists, rows, unit)
    kept = other.cells(draft, layout, rows)
    _open(draft, total)
    left = _runs(kept)
    if not funds and (any(map(_is_money, kept)) or any(map(_are_numbers, left))):
        draft.doubts.append(
            Doubt("funds", "资金没有按列填写，未读作资金行，见未归入字段的栏目", OPEN)
        )
    if not block.indicators and max(map(len, left), default=0) >= LEFT:
        draft.doubts.append(
            Doubt("indicators", "没有认出绩效指标的栏目，未读作指标，见未归入字段的栏目", OPEN)
        )
    return Form(
        **fields,
        title=title,
        year=marks.year(draft, table, title),
        amount_unit=unit,
        funds=tuple(funds),
        indicators=tuple(block.indicators),
        tasks=tuple(listed),
        total=total or Total(),
        other=kept,
        profile=captions().profile(layout.seen),
        evidence={path: parts for path, parts in draft.evidence.items() if path not in _DRAFT},
        doubts=tuple(draft.doubts),
        confidences=draft.confidences,
    )


def _goals(draft: Draft, zone: Zone | None, rows: list[list[Box]]) -> set[int]:
    """The goals under their captions; a row whose cell lies across both columns is none of theirs. Returns the rows read."""
    taken: set[int] = set()
    if zone is None:
        return taken
    taken.update(range(zone.above, zone.first))
    found: dict[str, list[Box]] = {column.field: [] for column in zone.columns}
    for index in range(zone.first, zone.end):
        at = {
            c.field: next((b for b in rows[index] if b.covers(c.middle)), None)
            for c in zone.columns
        }
        boxes = [b for b in at.values() if b is not None]
        own = [b for b in rows[index] if b.first == index and b not in boxes]
        across = len({id(b) for b in boxes}) < len(boxes)
        beside = index > zone.first and any(field_of("header", b.text) for b in own)
        apart = index > zone.first and (len(own) >= SEVERAL or _is_apart(zone, at, index))
        if across or beside or apart:
            break
        for name, box in at.items():
            if box is not None and box not in found[name]:
                found[name].append(box)
        taken.add(index)
    for column in zone.columns:
        parts = found[column.field]
        if parts and column.field not in draft.values:
            texts = [draft.note(column.field, box) for box in parts]
            draft.evidence[column.field] = tuple(part for box in parts for part in box.parts)
            draft.values[column.field] = "\n".join(text for text in texts if text)
        if column.doubt:
            draft.doubts.append(Doubt(column.field, column.doubt, PLACED))
    return taken


def _is_apart(zone: Zone, at: Mapping[str, Box | None], index: int) -> bool:
    """Whether cells that begin in a row do not keep to the columns of the goals: a block with columns of its own."""
    begun = [(c, b) for c in zone.columns if (b := at[c.field]) is not None and b.first == index]
    return any(max(abs(b.left - c.left), abs(b.right - c.right)) > APART for c, b in begun)


def _runs(cells: Sequence[OtherCell]) -> list[list[OtherCell]]:
    """The cells that no field holds, side by side without another between them: those of captions and their values are not."""
    runs: list[list[OtherCell]] = []
    for cell in sorted(cells, key=lambda c: (c.page, c.bbox[1], c.bbox[0])):
        last = runs[-1][-1] if runs else None
        if (
            last
            and last.page == cell.page
            and last.bbox[1] == cell.bbox[1]
            and cell.bbox[0] - last.bbox[2] < TOUCHING
        ):
            runs[-1].append(cell)
        else:
            runs.append([cell])
    return runs


def _are_numbers(row: Sequence[OtherCell]) -> bool:
    return sum(number(cell.value) is not None for cell in row) > 1


def _is_money(cell: OtherCell) -> bool:
    """Whether a cell that no field holds is an amount beside or under a caption of the funds."""
    caption = cell.caption.rpartition("/")[2]
    named = field_of("funds", caption) not in (None, "-") or "万元" in caption
    return named and bool(re.search(r"\d", cell.value))


def _open(draft: Draft, total: Total | None) -> None:
    """Say of each field of the header that is missing which unread label may be it."""
    for name, label in draft.open.items():
        path = "total/score" if name == "total" else name
        if name in draft.values or (name == "total" and total is not None):
            continue
        page = label.parts[0].page if label.parts else 0
        why = f"第{page}页的栏目“{label.text}”不在模板中，可能就是该项，未作判断"
        draft.doubts.append(Doubt(path, why, OPEN))
        draft.evidence.setdefault(path, label.parts)
