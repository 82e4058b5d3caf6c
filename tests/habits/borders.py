"""Borders of a page's cells, drawn the ways that programs draw them. Coordinates are upright: y runs down from the top."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from random import Random

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.forms.borders import Side, draw_borders, sides, united
from tests.forms.layout import Layout
from tests.forms.pages import PAD, Part

#: half the gap between cells that stand apart, in points
APART = 0.8
_PLAIN = {"lines", "rectangles", "double"}
_DASHES = {
    "dashes": ((6, 6), (3, 3), (8, 2), (9, 9), (2, 2), (6, 3, 1, 3)),
    "dots": ((1, 2), (1, 5), (0.6, 1.5)),
}


def draw(
    canvas: Canvas, height: float, parts: Sequence[Part], layout: Layout, style: str, rng: Random
) -> None:
    """Draw the borders of a page `height` points high."""
    every = [sides(part, layout) for part in parts]
    canvas.saveState()
    canvas.setLineWidth(0.5)
    if style in _PLAIN:
        draw_borders(canvas, height, every, style)
    elif style in _DASHES:
        _dashes(
            canvas, height, united([s for cell in every for s in cell]), rng.choice(_DASHES[style])
        )
    elif style == "dashed cells":
        _dashes(canvas, height, [s for cell in every for s in cell], rng.choice(_DASHES["dashes"]))
    elif style in ("fills with gaps", "rounded apart"):
        _apart(canvas, height, parts, style)
    else:
        _lines(canvas, height, parts, every, style, rng)
    if style == "underlines":
        _underlines(canvas, height, parts, layout, rng)
    canvas.restoreState()


def _dashes(
    canvas: Canvas,
    height: float,
    lines: Sequence[Side],
    pattern: Sequence[float],
) -> None:
    """Each dash an object of its own, as printer drivers leave them."""
    for x0, y0, x1, y1 in lines:
        length, at, k = max(x1 - x0, y1 - y0), 0.0, 0
        while at < length:
            end = min(at + pattern[k % len(pattern)], length)
            if k % 2 == 0:
                if y0 == y1:
                    canvas.line(x0 + at, height - y0, x0 + end, height - y0)
                else:
                    canvas.line(x0, height - y0 - at, x0, height - y0 - end)
            at, k = end, k + 1


def _apart(canvas: Canvas, height: float, parts: Sequence[Part], style: str) -> None:
    for part in parts:
        canvas.setFillGray(0.9 if part.box.kind == "caption" else 0.95)
        x, y = part.x0 + APART, height - part.bottom + APART
        wide, high = part.x1 - part.x0 - 2 * APART, part.bottom - part.top - 2 * APART
        if style == "rounded apart":
            canvas.roundRect(x, y, wide, high, min(4, wide / 3, high / 3), stroke=1, fill=0)
        else:
            canvas.rect(x, y, wide, high, stroke=0, fill=1)


def _lines(
    canvas: Canvas,
    height: float,
    parts: Sequence[Part],
    every: list[list[Side]],
    style: str,
    rng: Random,
) -> None:
    if style == "white on shade":
        canvas.setFillGray(0.8)
        for part in parts:
            wide, high = part.x1 - part.x0, part.bottom - part.top
            canvas.rect(part.x0, height - part.bottom, wide, high, stroke=0, fill=1)
        canvas.setStrokeGray(1)
        canvas.setLineWidth(1)
    if style == "grey":
        canvas.setStrokeGray(0.75)
    if style == "ruled paper":
        _ruled_paper(canvas, height, rng)
    lines = _chosen(parts, every, style, rng)
    for x0, y0, x1, y1 in lines:
        if style == "images":
            half = 0.3
            canvas.drawImage(
                _dot(), x0 - half, height - y1 - half, x1 - x0 + 2 * half, y1 - y0 + 2 * half
            )
        else:
            canvas.line(x0, height - y0, x1, height - y1)


def _underlines(
    canvas: Canvas, height: float, parts: Sequence[Part], layout: Layout, rng: Random
) -> None:
    """Lines right under the text of some cells, as wide as the cells but for their margins."""
    for part in parts:
        if part.box.kind != "value" or not part.lines or rng.random() > 0.2:
            continue
        block = len(part.lines) * layout.type_size * 1.35
        spare = (part.bottom - part.top - block) / 2
        y = height - part.top - (PAD if layout.valign == "top" else spare) - block
        canvas.line(part.x0 + 1.5, y, part.x1 - 1.5, y)


def _chosen(parts: Sequence[Part], every: list[list[Side]], style: str, rng: Random) -> list[Side]:
    """The sides that a style draws."""
    if style == "missing segment":
        return _without_segment(parts, every, rng)
    each = [s for cell in every for s in cell]
    if style == "horizontal only, cell by cell":
        return [side for side in each if side[1] == side[3]]
    lines = united(each)
    if style == "horizontal only":
        return [side for side in lines if side[1] == side[3]]
    if style == "no top and bottom":
        top, bottom = min(y for _, y, _, _ in lines), max(y for _, _, _, y in lines)
        return [side for side in lines if not (side[1] == side[3] and side[1] in (top, bottom))]
    return lines


def _ruled_paper(canvas: Canvas, height: float, rng: Random) -> None:
    canvas.saveState()
    canvas.setStrokeGray(0.85)
    canvas.setLineWidth(0.4)
    step = rng.choice((5.0, 7.0, 11.0))
    for k in range(int(height / step)):
        canvas.line(0, k * step, 1200, k * step)
    canvas.restoreState()


def _without_segment(parts: Sequence[Part], every: list[list[Side]], rng: Random) -> list[Side]:
    """Every side as an object of its own, but for one horizontal side that two cells of equal width share. Words and a blank without a
    line between them are one merged cell to any reader, so that side stays."""
    found = [side for cell in every for side in cell]
    words = Counter(
        side
        for part, cell in zip(parts, every, strict=True)
        for side in set(cell)
        if part.lines and not re.search(r"\d", "".join(part.lines))
    )
    blank = {s for part, cell in zip(parts, every, strict=True) for s in cell if not part.lines}
    shared = sorted(
        side
        for side in set(found)
        if found.count(side) > 1 and side[1] == side[3] and not (side in blank and words[side])
    )
    gone = rng.choice(shared) if shared else None
    return [side for side in dict.fromkeys(found) if side != gone]


@cache
def _dot() -> ImageReader:
    return ImageReader(Image.new("L", (1, 1), 0))
