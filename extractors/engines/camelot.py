"""The second opinion: camelot's lattice parser -> Grids. It sees borders in an image of the page, so it fails where others do not.

It costs some 250 ms a page. Images are drawn by pdfium; no Ghostscript is called.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from selfeval.extractors.engines.upright import Upright, upright
from selfeval.extractors.errors import ExtractError
from selfeval.extractors.grids.boxes import lay_out
from selfeval.extractors.model import Bbox, Char, Grid, Notice, PageContent
from selfeval.extractors.pages.visibility import StyledGlyph, shown, texts, visible

#: square points. Camelot draws each page at 300 dpi, 70 bytes a square point with its masks: twice A3 is 140 MB.
MAX_AREA = 2_000_000


def read_grids(
    data: bytes,
    unseen: Sequence[Sequence[Notice]] = (),
    page_numbers: Collection[int] | None = None,
) -> list[list[Grid]]:
    """The tables of each page (all, or those numbered from 1), top to bottom; a page without a table has an empty list.

    `unseen` gives for each page what its picture does not show, and is left out.

    Raises ExtractError("page-too-large") for a page whose image would not fit the memory of a child process."""
    import camelot

    turned = upright(data)
    wanted = [
        number
        for number in range(1, len(turned.sizes) + 1)
        if page_numbers is None or number in page_numbers
    ]
    for number in wanted:
        width, height = turned.sizes[number - 1]
        if width * height > MAX_AREA:
            raise ExtractError(
                "page-too-large",
                page=number,
                width=round(width),
                height=round(height),
                limit=MAX_AREA,
            )
    grids: dict[int, list[Grid]] = {number: [] for number in wanted}
    if not wanted:
        return []
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "no tables found on page 3" is an answer, not a warning
        path = Path(folder, "upright.pdf")
        path.write_bytes(turned.data)
        characters = {
            number: shown(chars, unseen[number - 1] if unseen else ())
            for number, chars in _characters(path, wanted, turned).items()
        }
        tables = camelot.read_pdf(
            str(path), pages=",".join(map(str, wanted)), flavor="lattice", suppress_stdout=True
        )
    for table in sorted(tables, key=lambda table: (table.page, -table.rows[0][0])):
        width, height = turned.sizes[table.page - 1]
        content = PageContent(
            table.page,
            width,
            height,
            characters[table.page],
            (),
            turn=turned.turns[table.page - 1],
            engine="camelot",
        )
        boxes = _boxes(table, height)
        grid = lay_out(content, list(zip(boxes, texts(content.chars, boxes), strict=True)))
        if grid is not None:
            grids[table.page].append(grid)
    return list(grids.values())


def _boxes(table: Any, height: float) -> list[Bbox]:
    """Camelot's cells, those without a border between them made one, as boxes from the top of the page."""
    rows = table.cells
    boxes: list[Bbox] = []
    seen: set[tuple[int, int]] = set()
    for row in range(len(rows)):
        for column in range(len(rows[row])):
            if (row, column) in seen:
                continue
            members = _region(rows, row, column)
            seen |= members
            parts = [rows[r][c] for r, c in members]
            boxes.append(
                (
                    min(part.x1 for part in parts),
                    height - max(part.y2 for part in parts),
                    max(part.x2 for part in parts),
                    height - min(part.y1 for part in parts),
                )
            )
    return boxes


def _region(rows: list[list[Any]], row: int, column: int) -> set[tuple[int, int]]:
    """The positions that one can reach from (row, column) without crossing a border."""
    members, waiting = {(row, column)}, [(row, column)]
    while waiting:
        r, c = waiting.pop()
        here = rows[r][c]
        steps = (
            (r, c + 1, c + 1 < len(rows[r]) and not (here.right or rows[r][c + 1].left)),
            (r, c - 1, c > 0 and not (here.left or rows[r][c - 1].right)),
            (r + 1, c, r + 1 < len(rows) and not (here.bottom or rows[r + 1][c].top)),
            (r - 1, c, r > 0 and not (here.top or rows[r - 1][c].bottom)),
        )
        for r2, c2, is_open in steps:
            if is_open and (r2, c2) not in members:
                members.add((r2, c2))
                waiting.append((r2, c2))
    return members


def _characters(
    path: Path, numbers: Collection[int], turned: Upright
) -> dict[int, tuple[Char, ...]]:
    """The characters of pages, read with camelot's own PDF reader: its text lines run over borders and repeat what is printed twice."""
    import playa

    found: dict[int, tuple[Char, ...]] = {}
    with playa.open(path, space="page") as document:
        for number in numbers:
            width, height = turned.sizes[number - 1]
            page, glyphs, fills = document.pages[number - 1], [], []
            for path_object in page.paths:
                if path_object.fill:
                    x0, y0, x1, y1 = path_object.bbox
                    fills.append(
                        ((x0, height - y1, x1, height - y0), path_object.gstate.ncolor.values)
                    )
            for glyph in page.glyphs:
                x0, y0, x1, y1 = glyph.bbox
                state, (across, slope, *_) = glyph.gstate, glyph.matrix
                text, colour = glyph.text or "\ufffd", state.ncolor.values
                glyphs.append(
                    StyledGlyph(
                        text,
                        x0,
                        height - y1,
                        x1,
                        height - y0,
                        across,
                        slope,
                        glyph.size,
                        colour,
                        state.render_mode,
                    )
                )
            found[number] = visible(glyphs, width, height, fills)
    return found
