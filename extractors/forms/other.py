"""Every printed cell of a form that no field holds, with the path of the captions above it or to its left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from selfeval.extractors.forms.captions import field_of
from selfeval.extractors.forms.draft import Draft
from selfeval.extractors.forms.layout import UNKNOWN, Layout, Zone
from selfeval.extractors.grids.stitch import Box
from selfeval.extractors.model import OtherCell

#: zones of the maps in which a caption may be known
ZONES = ("header", "funds", "goals", "indicators", "total", "side")


def cells(draft: Draft, layout: Layout, rows: Sequence[Sequence[Box]]) -> Iterator[OtherCell]:
    """The cells that are left when all fields are read, in printed order. A label with nothing beside it is a cell too; captions
    that a map knows are none, and neither are those that stand in the path of a cell."""
    shown: set[int] = set()
    left: list[tuple[Box, list[Box]]] = []
    for index, row in enumerate(rows):
        zone = next((z for z in layout.zones if z.first <= index < z.end), None)
        heads = zone is None and any(z.above <= index < z.first for z in layout.zones)
        starting = [b for b in row if b.first == index and id(b) not in draft.used]
        if heads:
            continue
        for box, path in _row(draft, rows, zone, index, starting):
            shown.update(map(id, path))
            left.append((box, path))
    left = [(box, path) for box, path in left if path or id(box) not in shown]
    for column, box in _empty_columns(layout, rows):
        left.append((box, []))
        shown.add(id(column))
    sides = [
        b
        for index, row in enumerate(rows)
        for b in row
        if b.first == index
        and b.text
        and id(b) not in shown | draft.used | {id(x) for x, _ in left}
    ]
    left += [(b, []) for b in sides if not _is_known(b.text) and not _in_heads(layout, b, rows)]
    for box, path in sorted(left, key=lambda pair: (pair[0].first, pair[0].left)):
        if box.parts:
            caption = "/".join(dict.fromkeys(b.text for b in path if b.text))
            yield OtherCell(
                _joined(caption, layout, box), box.text, box.parts[0].page, box.parts[0].bbox
            )


def _joined(caption: str, layout: Layout, box: Box) -> str:
    for zone in layout.zones:
        if zone.first <= box.first < zone.end:
            column = next(
                (
                    c
                    for c in zone.others
                    if abs(c.left - box.left) + abs(c.right - box.right) < 0.04
                ),
                None,
            )
            if column is not None and column.path:
                return column.path
    return caption


def _row(
    draft: Draft, rows: Sequence[Sequence[Box]], zone: Zone | None, index: int, boxes: Sequence[Box]
) -> Iterator[tuple[Box, list[Box]]]:
    """The cells of one row that are left, each with the boxes of its caption: the column's, or the label to its left."""
    columns = (
        zone.others if zone is not None and any(id(b) in draft.used for b in rows[index]) else []
    )
    label: Box | None = None
    for box in boxes:
        column = next((c for c in columns if box.covers(c.middle)), None)
        if column is not None:
            if box.text:
                yield box, []
            continue
        if id(box) in draft.captions or _is_known(box.text):
            label = box
            continue
        if label is not None:
            if box.text or not _is_known(label.text):
                yield box, [*_sides(rows, index, label), label]
            label = None
        elif over := _head_above(draft, rows, index, box):
            if box.text:
                yield box, [*_sides(rows, index, over), over]
        elif box.text and _is_label(boxes, box):
            label = box
        elif box.text:
            yield box, _sides(rows, index, box)
    if label is not None and not _is_known(label.text) and id(label) not in draft.captions:
        yield label, _sides(rows, index, label)


def _is_label(boxes: Sequence[Box], box: Box) -> bool:
    after = next((b for b in boxes if b.left >= box.right - 0.001), None)
    return after is not None and len(box.text) <= 40 and not box.text[0].isdigit()


def _head_above(draft: Draft, rows: Sequence[Sequence[Box]], index: int, box: Box) -> Box | None:
    """The caption above a cell, where the row of captions stands over cells of just its widths."""
    for row in range(index - 1, max(-1, index - 40), -1):
        above = next(
            (b for b in rows[row] if abs(b.left - box.left) + abs(b.right - box.right) < 0.02), None
        )
        if above is None:
            return None
        if id(above) in draft.captions:
            return above
    return None


def _sides(rows: Sequence[Sequence[Box]], index: int, box: Box) -> list[Box]:
    """The labels at the side that reach over the row of a cell, left of it."""
    return [
        b
        for b in rows[index]
        if b.text and b.end - b.first > 1 and b.right <= box.left + 0.001 and b.first <= index
    ]


def _empty_columns(layout: Layout, rows: Sequence[Sequence[Box]]) -> Iterator[tuple[object, Box]]:
    """The caption of each column of an unknown caption under which nothing stands at all."""
    for zone in layout.zones:
        for column in zone.others:
            if column.field != UNKNOWN or not column.caption:
                continue
            under = [
                b
                for row in range(zone.first, zone.end)
                for b in rows[row]
                if b.covers(column.middle) and b.first >= zone.first
            ]
            if any(
                b.text
                for b in under
                if abs(b.left - column.left) + abs(b.right - column.right) < 0.04
            ):
                continue
            head = next(
                (
                    b
                    for row in range(zone.above, zone.first)
                    for b in rows[row]
                    if b.text == column.caption and b.covers(column.middle)
                ),
                None,
            )
            if head is not None:
                yield column, head


def _in_heads(layout: Layout, box: Box, rows: Sequence[Sequence[Box]]) -> bool:
    """Whether a box is a caption of a zone's columns, which the paths of its cells or its fields name."""
    return any(zone.above <= box.first and box.end <= zone.first for zone in layout.zones)


def _is_known(text: str) -> bool:
    return bool(text) and any(field_of(zone, text) is not None for zone in ZONES)
