"""Cells that an engine gives as boxes with text -> the Grid that every engine gives, with spans and evidence."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from selfeval.extractors.model import Bbox, Cell, Grid, PageContent

#: points. Edges nearer to one another than this are one edge; the lowest printed row is higher.
SNAP = 3.0
#: a table of fewer cells than this is a frame or a rule, not a form
MIN_CELLS = 2


def lay_out(
    page: PageContent,
    cells: Sequence[tuple[Bbox, str]],
    *,
    open_top: bool = False,
    open_bottom: bool = False,
) -> Grid | None:
    """Given the cells of one table in the page's upright frame, the Grid with its rows and columns; None if it is no table.

    A cell spans from the edge nearest to its left and top to the one nearest to its right and bottom. Of cells that would cover
    the same position the larger gives way, so that each position has at most one."""
    if len(cells) < MIN_CELLS:
        return None
    xs = _edges(x for box, _ in cells for x in (box[0], box[2]))
    ys = _edges(y for box, _ in cells for y in (box[1], box[3]))
    taken: set[tuple[int, int]] = set()
    placed: list[Cell] = []
    for box, text in sorted(cells, key=lambda cell: _area(cell[0])):
        left, right, top, bottom = (
            _nearest(xs, box[0]),
            _nearest(xs, box[2]),
            _nearest(ys, box[1]),
            _nearest(ys, box[3]),
        )
        covered = {(row, column) for row in range(top, bottom) for column in range(left, right)}
        if covered and not covered & taken:
            taken |= covered
            placed.append(
                Cell(
                    top,
                    left,
                    bottom - top,
                    right - left,
                    text,
                    (page.evidence(box),),
                )
            )
    placed.sort(key=lambda cell: (cell.row, cell.column))
    return (
        Grid(page.number, xs, ys, tuple(placed), open_top, open_bottom)
        if len(placed) >= MIN_CELLS
        else None
    )


def _edges(values: Iterable[float]) -> tuple[float, ...]:
    """Positions of edges, those within SNAP of the one before taken as one at their mean."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= SNAP:
            groups[-1].append(value)
        else:
            groups.append([value])
    return tuple(sum(group) / len(group) for group in groups)


def _nearest(edges: Sequence[float], value: float) -> int:
    after = min(bisect_left(edges, value), len(edges) - 1)
    return after - 1 if after and value - edges[after - 1] < edges[after] - value else after


def _area(box: Bbox) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
