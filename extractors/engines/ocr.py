"""The engine for scans: a page's picture -> characters with confidence and borders, upright, with the way back to the page.

Each cell of the table is read by itself, so that no text runs over a border; what stands outside the tables is read as lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from selfeval.extractors.grids.cells import solve
from selfeval.extractors.model import PageContent, Ruling
from selfeval.extractors.recognition.characters import chars_of
from selfeval.extractors.recognition.image import (
    ScannedPage,
    UprightImage,
    ink_of,
    render,
    straightened,
    turned,
)
from selfeval.extractors.recognition.lines import (
    Box,
    TextLine,
    em_of,
    lines_in,
    pieces_of,
    zones_of,
)
from selfeval.extractors.recognition.reading import glance
from selfeval.extractors.recognition.rulings import PixelBorders, borders_of

if TYPE_CHECKING:
    import numpy as np
    from pypdfium2 import PdfPage

#: Mean probability of the characters of some lines from which on the page stands upright (upside down it is below 0.6).
UPRIGHT = 0.8
PROBES = 8
#: Share of lines wider than two characters below which the page may lie on its side.
WIDE = 0.45


@dataclass(frozen=True, slots=True)
class _Layout:
    """A straightened picture with its borders taken out, and where its lines of text are."""

    upright: UprightImage
    clean: np.ndarray
    rulings: tuple[Ruling, ...]
    lines: tuple[TextLine, ...]


def read_page(page: PdfPage, number: int) -> PageContent:
    """Given a page of pdfium and its number from 1, what recognition reads from its picture.

    Raises ExtractError("too-complex") where the picture has more borders than limits allow, ExtractError("engine-unavailable")
    where the recogniser is not installed."""
    import numpy as np

    grey, scale, seals = render(page)
    quarter, layout = _oriented(grey, scale, number)
    base = (
        turned(np.zeros((grey.shape[0], grey.shape[1]), np.uint8), quarter)[1]
        if quarter
        else np.eye(2, 3)
    )
    upright = layout.upright
    whole = np.vstack((upright.matrix, (0, 0, 1))) @ np.vstack((base, (0, 0, 1)))
    upright = UprightImage(upright.grey, whole[:2], scale)
    chars = chars_of(layout.clean, layout.lines, scale)
    height, width = upright.grey.shape
    seals = tuple(seal._replace(bbox=upright.of_rendered(seal.bbox)) for seal in seals)
    return ScannedPage(
        number,
        width / scale,
        height / scale,
        tuple(chars),
        layout.rulings,
        seals,
        "ocr",
        engine="ocr",
        to_display=upright.to_display(),
    )


def _oriented(grey: np.ndarray, scale: float, number: int) -> tuple[int, _Layout]:
    """(right angles by which the picture must be turned clockwise to stand upright, its layout then).

    On its side a page falls into single characters, which the recogniser reads all the same; upside down it reads nothing well."""
    quarter, layout = 0, _layout(grey, scale, number)
    if _wide_share(layout) < WIDE:
        other = _layout(turned(grey, 1)[0], scale, number)
        if _wide_share(other) > _wide_share(layout):
            quarter, layout = 1, other
    sure = _certainty(layout)
    if layout.lines and sure < UPRIGHT:
        other = _layout(turned(grey, quarter + 2)[0], scale, number)
        if _certainty(other) > sure:
            return quarter + 2, other
    return quarter, layout


def _wide_share(layout: _Layout) -> float:
    """The share of lines of more than about two characters."""
    return sum(line.box[2] - line.box[0] > 1.8 * line.em for line in layout.lines) / max(
        1, len(layout.lines)
    )


def _certainty(layout: _Layout) -> float:
    """The mean probability of the characters of some lines."""
    probes = sorted(layout.lines, key=lambda line: abs(line.box[2] - line.box[0] - 6 * line.em))[
        :PROBES
    ]
    glyphs = [g for reading in glance(layout.clean, probes) for g in reading.glyphs]
    return sum(g.confidence for g in glyphs) / len(glyphs) if glyphs else 0.0


def _layout(grey: np.ndarray, scale: float, number: int) -> _Layout:
    import numpy as np

    upright = straightened(grey, scale)
    ink = ink_of(upright.grey)
    borders = borders_of(upright.grey, ink, scale)
    rulings = _rulings(borders, scale)
    printed = borders.printed(scale)
    ink = ink & ~printed & 1
    clean = upright.grey.copy()
    clean[printed > 0] = 255
    pieces = pieces_of(ink)
    if not len(pieces):
        return _Layout(upright, clean, rulings, ())
    em = em_of(pieces, scale)
    cells, tables = _cells(rulings, upright.grey.shape, scale, number)
    lines = [line for cell in cells for line in lines_in(pieces, cell, em, scale)]
    outside = np.ones(len(pieces), dtype=bool)
    for x0, y0, x1, y1 in tables:
        outside &= ~(
            (pieces[:, 2] > x0) & (pieces[:, 0] < x1) & (pieces[:, 3] > y0) & (pieces[:, 1] < y1)
        )
    h, w = ink.shape
    around = pieces[outside]
    for zone in zones_of(around, w, h):
        lines += lines_in(around, zone, em, scale, split=True)
    return _Layout(upright, clean, rulings, tuple(lines))


def _rulings(borders: PixelBorders, scale: float) -> tuple[Ruling, ...]:
    level = [
        Ruling(b.start / scale, b.at / scale, b.end / scale, b.at / scale)
        for b in borders.horizontal
    ]
    plumb = [
        Ruling(b.at / scale, b.start / scale, b.at / scale, b.end / scale) for b in borders.vertical
    ]
    return tuple(level + plumb)


def _cells(
    rulings: tuple[Ruling, ...], shape: tuple[int, ...], scale: float, number: int
) -> tuple[list[Box], list[Box]]:
    """(the cells of all tables, the tables), as boxes in pixels: the very cells into which the characters will be put."""
    h, w = shape
    solved = solve(PageContent(number, w / scale, h / scale, (), rulings))
    cells, tables = [], []
    for grid in solved.grids:
        xs, ys = [round(x * scale) for x in grid.xs], [round(y * scale) for y in grid.ys]
        tables.append((xs[0], ys[0], xs[-1], ys[-1]))
        cells += [
            (xs[c.column], ys[c.row], xs[c.column + c.column_span], ys[c.row + c.row_span])
            for c in grid.cells
        ]
    return cells, tables
