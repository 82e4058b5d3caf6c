"""Borders of cells, drawn the ways that office programs draw them. Coordinates are upright: y runs down from the top."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from reportlab.pdfgen.canvas import Canvas

from tests.forms.layout import Layout
from tests.forms.pages import Part

Side = tuple[float, float, float, float]


def sides(part: Part, layout: Layout) -> list[Side]:
    """The sides of a cell's part that are drawn: at a page break those of the table's end or of a cell that goes on may be missing."""
    x0, top, x1, bottom = part.x0, part.top, part.x1, part.bottom
    found = [(x0, top, x0, bottom), (x1, top, x1, bottom)]
    open_top = {"closed": False, "continuing": part.goes_on_above, "none": part.cut_above}[
        layout.break_border
    ]
    open_bottom = {"closed": False, "continuing": part.goes_on_below, "none": part.cut_below}[
        layout.break_border
    ]
    if not open_top:
        found.append((x0, top, x1, top))
    if not open_bottom:
        found.append((x0, bottom, x1, bottom))
    return found


def united(found: Iterable[Side]) -> list[Side]:
    """Sides in line with each other and touching, as one stroke each."""
    lying: dict[float, list[tuple[float, float]]] = defaultdict(list)
    standing: dict[float, list[tuple[float, float]]] = defaultdict(list)
    for x0, y0, x1, y1 in found:
        if y0 == y1:
            lying[round(y0, 2)].append((x0, x1))
        else:
            standing[round(x0, 2)].append((y0, y1))
    strokes: list[Side] = [(a, y, b, y) for y, spans in lying.items() for a, b in _merged(spans)]
    return strokes + [(x, a, x, b) for x, spans in standing.items() for a, b in _merged(spans)]


def _merged(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1] + 0.05:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def draw_borders(canvas: Canvas, height: float, cells: list[list[Side]], style: str) -> None:
    """Draw the sides of each cell of a page `height` points high in the style of the layout."""
    canvas.saveState()
    canvas.setStrokeGray(0)
    canvas.setFillGray(0)
    canvas.setLineWidth({"hairline": 0.05, "bars": 1.5, "double": 0.3}.get(style, 0.6))
    if style == "dashed":
        canvas.setDash(2, 1.5)
    every = [side for cell in cells for side in cell]
    if style == "cells":
        for cell in cells:
            for x0, y0, x1, y1 in cell:
                canvas.line(x0, height - y0, x1, height - y1)
    elif style == "gaps":
        for x0, y0, x1, y1 in dict.fromkeys(every):
            dx, dy = (0.9, 0.0) if y0 == y1 else (0.0, 0.9)
            canvas.line(x0 + dx, height - y0 - dy, x1 - dx, height - y1 + dy)
    else:
        for x0, y0, x1, y1 in united(every):
            _stroke(canvas, height, (x0, y0, x1, y1), style)
    canvas.restoreState()


def _stroke(canvas: Canvas, height: float, side: Side, style: str) -> None:
    x0, y0, x1, y1 = side
    flat = y0 == y1
    if style in ("rectangles", "bars"):
        thick = 0.5 if style == "rectangles" else 1.5
        half = thick / 2
        if flat:
            canvas.rect(x0 - half, height - y0 - half, x1 - x0 + thick, thick, stroke=0, fill=1)
        else:
            canvas.rect(x0 - half, height - y1 - half, thick, y1 - y0 + thick, stroke=0, fill=1)
    elif style == "double":
        for shift in (-0.7, 0.7):
            dx, dy = (0.0, shift) if flat else (shift, 0.0)
            canvas.line(x0 + dx, height - y0 - dy, x1 + dx, height - y1 - dy)
    else:
        canvas.line(x0, height - y0, x1, height - y1)
