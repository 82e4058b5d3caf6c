"""Every printed cell of a form that no field holds, with the path of the captions above it or to its left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from selfeval.extractors.forms import tasks
from selfeval.extractors.forms.captions import field_of
from selfeval.extractors.forms.draft import Draft
from selfeval.extractors.forms.layout import TASKS, UNKNOWN, Column, Layout, Zone
from selfeval.extractors.grids.stitch import Box
from selfeval.extractors.model import OtherCell

#: zones of the maps in which a caption may be known
ZONES = ("header", "funds", "goals", "indicators", TASKS, "total", "side")
#: characters from which a cell is no label of the one beside it
LABEL = 40
#: share of the width by which both edges of a cell together may differ from its column's, and rows over which a list's head reaches
SAME_EDGES, LIST_ROWS = 0.04, 40

Rows = Sequence[Sequence[Box]]


@dataclass(frozen=True, slots=True)
class _Left:
    """A cell that is left, its caption, and the boxes that the caption is made of."""

    box: Box
    caption: str
    of: tuple[Box, ...] = ()


def cells(draft: Draft, layout: Layout, rows: Rows) -> tuple[OtherCell, ...]:
    """The cells that are left when all fields are read, in printed order. A label with nothing beside it is a cell too; captions
    that a map knows are none, and neither are those that stand in the path of a cell."""
    left = [*_under_columns(layout, rows)]
    for index, row in enumerate(rows):
        if any(z.above <= index < z.first for z in layout.zones):
            continue
        zone = next((z for z in layout.zones if z.first <= index < z.end), None)
        boxes = [b for b in row if b.first == index]
        left += _row(draft, rows, zone, index, boxes)
    shown = {id(b) for item in left for b in (item.box, *item.of)} | draft.used
    for index, row in enumerate(rows):
        for box in row:
            if box.first == index and box.text and id(box) not in shown:
                if not is_caption(box.text) and not _is_head(layout, box):
                    left.append(_Left(box, ""))
    return tuple(
        OtherCell(item.caption, item.box.text, item.box.parts[0].page, item.box.parts[0].bbox)
        for item in sorted(left, key=lambda item: (item.box.first, item.box.left))
        if item.box.parts
    )


def is_caption(text: str) -> bool:
    """Whether a map knows a text as a caption of any zone, or as a label at the side of one."""
    return bool(text) and any(field_of(zone, text) is not None for zone in ZONES)


def _row(
    draft: Draft, rows: Rows, zone: Zone | None, index: int, boxes: Sequence[Box]
) -> Iterator[_Left]:
    """The cells of one row that are left: under a column's caption, under a list's head, or right of a label."""
    columns: list[Column] = []
    if zone is not None:
        read = any(id(b) in draft.used and b.first == index for b in rows[index])
        every = [*zone.others, *zone.columns]
        columns = zone.others if read else every if _follows(every, boxes) else []
    label: Box | None = None
    for box in boxes:
        if id(box) in draft.used:
            yield from _alone(draft, rows, index, label)
            label = None
            continue
        column = next((c for c in columns if _same(c, box)), None)
        over = None if column else _head_above(draft, rows, index, box)
        if column is not None or over is not None:
            if box.text and not (label is None and is_caption(box.text)):
                named = column.path if column else over.text if over else ""
                if zone is not None and zone.name == TASKS and (of := tasks.is_sum(zone, boxes)):
                    named = f"{of.text}/{named}"
                yield _named(rows, index, box, named, over)
            continue
        if id(box) in draft.captions or is_caption(box.text):
            label = box
        elif label is not None:
            if box.text or not is_caption(label.text):
                yield _named(rows, index, box, label.text, label)
            label = None
        elif box.text and _is_label(boxes, box):
            label = box
        elif box.text:
            yield _named(rows, index, box, "", None)
    yield from _alone(draft, rows, index, label)


def _alone(draft: Draft, rows: Rows, index: int, label: Box | None) -> Iterator[_Left]:
    """A label with nothing of its own beside it; known ones are captions."""
    if label is not None and not is_caption(label.text) and id(label) not in draft.captions:
        yield _named(rows, index, label, "", None)


def _named(rows: Rows, index: int, box: Box, caption: str, of: Box | None) -> _Left:
    """A cell with its caption, after the labels at the side that reach over its row."""
    start = (of or box).left
    sides = [
        b
        for b in rows[index]
        if b.text and b.end - b.first > 1 and b.right <= start + 0.001 and b is not of
    ]
    sides = sides[:1] if caption else []
    path = "/".join(dict.fromkeys(text for text in (*(b.text for b in sides), caption) if text))
    return _Left(box, path, (*sides, *((of,) if of else ())))


def _follows(columns: Sequence[Column], boxes: Sequence[Box]) -> bool:
    """Whether the cells of a row stand under the captions of a block."""
    return sum(any(_same(c, b) for c in columns) for b in boxes) > 2


def _is_label(boxes: Sequence[Box], box: Box) -> bool:
    after = next((b for b in boxes if b.left >= box.right - 0.001), None)
    return after is not None and len(box.text) <= LABEL and not box.text[0].isdigit()


def _same(column: Column, box: Box) -> bool:
    return abs(column.left - box.left) + abs(column.right - box.right) < SAME_EDGES


def _head_above(draft: Draft, rows: Rows, index: int, box: Box) -> Box | None:
    """The head of a list above a cell of just its width."""
    if not draft.heads or id(box) in draft.heads:
        return None
    for row in range(index - 1, max(-1, index - LIST_ROWS), -1):
        above = next(
            (
                b
                for b in rows[row]
                if abs(b.left - box.left) + abs(b.right - box.right) < SAME_EDGES
            ),
            None,
        )
        if above is None or id(above) in draft.heads:
            return above
    return None


def _under_columns(layout: Layout, rows: Rows) -> Iterator[_Left]:
    """The caption of each unknown column under which nothing stands at all."""
    for zone in layout.zones:
        for column in zone.others:
            if column.field != UNKNOWN or not column.caption:
                continue
            span = range(zone.first, zone.end)
            if any(
                b.text and b.first in span and _same(column, b) for row in span for b in rows[row]
            ):
                continue
            for b in rows[zone.first - 1]:
                if b.covers(column.middle) and b.text:
                    yield _Left(b, column.path.rpartition("/")[0])


def _is_head(layout: Layout, box: Box) -> bool:
    """Whether a box is a caption of a zone's columns, which the paths of its cells or its fields name."""
    return any(zone.above <= box.first and box.end <= zone.first for zone in layout.zones)
