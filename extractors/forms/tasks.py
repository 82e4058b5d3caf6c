"""Lists of tasks and second-level projects within a form: where one lies, and its rows.

A list has a head that names the task and its content, money or result, and rows under it that keep to its columns. A sum at its foot is no
task: it stays beside the fields, so that the amounts of the tasks can be added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from selfeval.core import fields
from selfeval.extractors.forms import marks, storeys
from selfeval.extractors.forms.captions import field_of
from selfeval.extractors.forms.draft import Draft
from selfeval.extractors.forms.layout import TASKS, Column, Zone
from selfeval.extractors.grids.stitch import Box
from selfeval.extractors.model import Doubt, Task

AMOUNTS = fields.names(fields.TASKS, "amount")
#: columns that a list has at least where none is of amounts
COLUMNS = 3
#: how sure an amount is that several tasks share, and one of a unit that is not the form's
SHARED = ("与相邻任务共用一个单元格，不是本行单独的金额，请核对", 0.7)
UNREAD = 0.0

Rows = Sequence[Sequence[Box]]


def is_head(rows: Rows, index: int, among_zones: bool) -> bool:
    """Whether a row begins the head of a list of tasks. A name that a form's own header may bear (二级项目名称) needs blocks of the form
    above it (`among_zones`)."""
    starting = [b for b in rows[index] if b.first == index]
    texts = [b.text for b in starting if b.text]
    named = {field for text in texts if (field := field_of(TASKS, text)) not in (None, "-")}
    if "name" not in named or len(named) < 2 or not (named & set(AMOUNTS) or len(named) >= COLUMNS):
        return False
    if any((field_of("indicators", text) or "").startswith("level") for text in texts):
        return False
    name = next(text for text in texts if field_of(TASKS, text) == "name")
    if field_of("header", name) is not None and not among_zones:
        return False
    end = storeys.end_of(TASKS, rows, index)
    return end < len(rows) and _follows(storeys.columns(TASKS, rows, index, end), rows, end)


def end_of(zone: Zone, rows: Rows) -> int:
    """The row before which a list ends: the first that does not keep to its columns, or that begins with a caption of the form."""
    columns = sorted((*zone.columns, *zone.others), key=lambda c: c.left)
    return next(
        (row for row in range(zone.first, len(rows)) if not _follows(columns, rows, row)), len(rows)
    )


def _follows(columns: Sequence[Column], rows: Rows, index: int) -> bool:
    first = min(c.left for c in columns) - storeys.EDGE
    right = max(c.right for c in columns) + storeys.EDGE
    own = [b for b in rows[index] if first <= b.left and b.right <= right]
    begun = [b for b in own if b.first == index]
    if len(own) < 2 or any(field_of("header", b.text) for b in begun):
        return False
    edges = {edge for c in columns for edge in (c.left, c.right)}
    if not all(_near(b.left, edges) and _near(b.right, edges) for b in own):
        return False
    apart = [c for c in columns if c.field in AMOUNTS] or columns
    at = [next((id(b) for b in own if b.covers(c.middle)), None) for c in apart]
    return None not in at and len(set(at)) == len(at)


def _near(edge: float, edges: Iterable[float]) -> bool:
    return any(abs(edge - one) <= storeys.EDGE for one in edges)


def is_sum(zone: Zone, row: Sequence[Box]) -> Box | None:
    """The label of a sum at the foot of a list, or of a part of it; None for a row that is a task."""
    name = zone.column("name")
    label = next((b for b in row if name is not None and b.covers(name.middle)), None)
    return label if label is not None and field_of("total", label.text) else None


def read(draft: Draft, zones: Sequence[Zone], rows: Rows, unit: str | None) -> list[Task]:
    """The tasks of all lists of a form, whose amounts are in `unit`. A column that prints another unit is not read: it would be taken
    for the form's."""
    tasks: list[Task] = []
    for zone in zones:
        _leave_other_units(draft, zone, rows, unit)
        for index in range(zone.first, zone.end):
            at = {c.field: next((b for b in rows[index] if b.covers(c.middle)), None) for c in zone.columns}  # fmt: skip
            filled = any(b is not None and b.first == index and b.text for b in at.values())
            if not filled or is_sum(zone, rows[index]):
                continue
            path = f"{TASKS}/{len(tasks)}"
            values = {n: draft.note(f"{path}/{n}", b) for n, b in at.items() if b is not None}
            for name in AMOUNTS:
                box = at.get(name)
                if box is not None and box.text and box.end > box.first + 1:
                    draft.doubts.append(Doubt(f"{path}/{name}", *SHARED))
            tasks.append(Task(**values))
    return tasks


def _leave_other_units(draft: Draft, zone: Zone, rows: Rows, unit: str | None) -> None:
    """Take the columns of amounts in another unit than the form's out of those that are read."""
    above = rows[zone.above - 1] if zone.above else ()
    at_side = [b.text for b in rows[zone.above] if b.right <= zone.columns[0].left + storeys.EDGE]
    around = [b.text for b in above if len(above) == 1] + at_side
    for column in [c for c in zone.columns if c.field in AMOUNTS]:
        said = next(filter(None, map(marks.unit_in, (column.path, *around))), None)
        if said is not None and unit is not None and said != unit:
            zone.columns.remove(column)
            zone.others.append(column)
            why = f"栏目“{column.path}”以{said}为单位，与本表金额单位{unit}不同，未读入，见未归入字段的栏目"
            draft.doubts.append(Doubt(f"{TASKS}/*/{column.field}", why, UNREAD))
