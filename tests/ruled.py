"""Small documents written down as lines and tables, for tests of layouts: a page is a list of lines and tables in printed order.

A table is a list of rows; a cell is its text, or (text, columns) or (text, columns, rows) as in HTML. What lower rows leave to
a cell that reaches down is not written again.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from selfeval.extractors import read
from selfeval.extractors.grids.cells import Line, SolvedPage
from selfeval.extractors.model import Cell, Evidence, Form, Grid, PageContent, SkippedTable

Spanned = str | tuple[str, int] | tuple[str, int, int]
Rows = Sequence[Sequence[Spanned]]
Page = Sequence[str | Rows]
WIDTH, HEIGHT, ROW, LEFT = 595.0, 842.0, 20.0, 40.0


def placed(rows: Rows) -> Iterator[tuple[int, int, int, int, str]]:
    """The cells of a table as (row, column, row span, column span, text)."""
    taken: set[tuple[int, int]] = set()
    for row, cells in enumerate(rows):
        column = 0
        for cell in cells:
            text, across, down = (*((cell,) if isinstance(cell, str) else cell), 1, 1)[:3]
            while (row, column) in taken:
                column += 1
            taken |= {(row + r, column + c) for r in range(down) for c in range(across)}
            yield row, column, down, across, text
            column += across


def solved(pages: Sequence[Page]) -> list[SolvedPage]:
    """The pages as the grids' solver gives them."""
    result = []
    for number, page in enumerate(pages, 1):
        grids: list[Grid] = []
        lines: list[Line] = []
        for top, item in _stacked(page):
            if isinstance(item, str):
                box = (LEFT, top, LEFT + 10 * len(item), top + 12)
                lines.append(Line(item, box, Evidence(number, box)))
                continue
            cells = list(placed(item))
            columns = max(column + across for _, column, _, across, _ in cells)
            step = (WIDTH - 2 * LEFT) / columns
            xs = tuple(LEFT + step * k for k in range(columns + 1))
            ys = tuple(top + ROW * k for k in range(len(item) + 1))
            boxes = tuple(
                Cell(r, c, d, a, text, (Evidence(number, (xs[c], ys[r], xs[c + a], ys[r + d])),))
                for r, c, d, a, text in cells
            )
            grids.append(Grid(number, xs, ys, boxes))
        content = PageContent(number, WIDTH, HEIGHT, (), ())
        result.append(SolvedPage(content, tuple(grids), tuple(lines)))
    return result


def _stacked(page: Page) -> Iterator[tuple[float, str | Rows]]:
    top = 40.0
    for item in page:
        yield top, item
        top += 16 if isinstance(item, str) else ROW * len(item) + 10


def forms(*pages: Page) -> tuple[list[Form], list[SkippedTable]]:
    """The forms that the pages print, and what else is on them."""
    return read._forms(solved(pages))


def form(*pages: Page) -> Form:
    """The one form that the pages print."""
    found, _ = forms(*pages)
    assert len(found) == 1
    return found[0]


def pdf(pages: Sequence[Page]) -> bytes:
    """The pages as a PDF; text that is too wide for its cell is set smaller."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1)
    for page in solved(pages):
        for line in page.lines:
            canvas.setFont("STSong-Light", 10)
            canvas.drawString(line.bbox[0], HEIGHT - line.bbox[3], line.text)
        for grid in page.grids:
            for cell in grid.cells:
                x0, top, x1, bottom = cell.evidence[0].bbox
                canvas.rect(x0, HEIGHT - bottom, x1 - x0, bottom - top)
                size = min(9.0, (x1 - x0 - 4) / max(1, len(cell.text)))
                canvas.setFont("STSong-Light", size)
                canvas.drawString(x0 + 2, HEIGHT - bottom + 6, cell.text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()
