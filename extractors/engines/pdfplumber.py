"""The reference engine: pdfplumber's table finder and its characters -> Grids. Slow (some 50 ms a page), and independent of ours.

Its rulings, cells and characters are its own; only the turning of pages is shared with the other engines.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from selfeval.extractors.engines.upright import upright
from selfeval.extractors.errors import ExtractError
from selfeval.extractors.grids.boxes import lay_out
from selfeval.extractors.model import Char, Grid, Notice, PageContent
from selfeval.extractors.pages.visibility import StyledGlyph, shown, texts, visible

if TYPE_CHECKING:
    from pdfplumber.page import Page

#: distinct x times distinct y positions of borders; the table finder compares each crossing with every other one
MAX_CROSSINGS = 60_000
#: points by which a border may end short of the corner that it belongs to
GAP = 4.0


def read_grids(
    data: bytes,
    unseen: Sequence[Sequence[Notice]] = (),
    page_numbers: Collection[int] | None = None,
) -> list[list[Grid]]:
    """The tables of each page (all, or those numbered from 1), top to bottom; a page without a table has an empty list.

    `unseen` gives for each page what its picture does not show, and is left out.

    Raises ExtractError("too-complex") for a page on which the table finder would not end in time."""
    import pdfplumber

    turned = upright(data)
    found: list[list[Grid]] = []
    with pdfplumber.open(io.BytesIO(turned.data)) as document:
        if len(document.pages) != len(turned.sizes):
            raise ExtractError(
                "damaged", detail=f"{len(turned.sizes)} 页中只能读出 {len(document.pages)} 页"
            )
        for page in document.pages:
            if page_numbers is None or page.page_number in page_numbers:
                width, height = turned.sizes[page.page_number - 1]
                content = PageContent(
                    page.page_number,
                    width,
                    height,
                    shown(
                        _characters(page, width, height),
                        unseen[page.page_number - 1] if unseen else (),
                    ),
                    (),
                    turn=turned.turns[page.page_number - 1],
                    engine="pdfplumber",
                )
                found.append(_grids(page, content))
            page.close()
    return found


def _grids(page: Page, content: PageContent) -> list[Grid]:
    from pdfplumber.table import TableFinder

    x, y = page.bbox[0], page.bbox[1]
    uprights = [edge for edge in page.edges if edge["orientation"] == "v"]
    across = [edge for edge in page.edges if edge["orientation"] == "h"]
    crossings = len({round(edge["x0"]) for edge in uprights}) * len(
        {round(edge["top"]) for edge in across}
    )
    if crossings > MAX_CROSSINGS:
        raise ExtractError(
            "too-complex",
            page=content.number,
            detail=f"表格线交点约 {crossings} 个，上限 {MAX_CROSSINGS} 个",
        )
    closing, open_top, open_bottom = _closing(uprights, across)
    settings = {"explicit_horizontal_lines": closing} if closing else {}
    tables = sorted(
        TableFinder(page, settings).tables, key=lambda table: (table.bbox[1], table.bbox[0])
    )
    grids = []
    for number, table in enumerate(tables):
        boxes = [
            (left - x, top - y, right - x, bottom - y) for left, top, right, bottom in table.cells
        ]
        printed = texts(content.chars, boxes)
        grid = lay_out(
            content,
            list(zip(boxes, printed, strict=True)),
            open_top=open_top and number == 0,
            open_bottom=open_bottom and number == len(tables) - 1,
        )
        if grid is not None:
            grids.append(grid)
    return grids


def _closing(
    uprights: list[dict[str, Any]], across: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], bool, bool]:
    """Borders that a page break left out: across the ends of the uprights that reach furthest up and down.

    Without them the table finder drops every cell that the break cuts. Returns the borders, and whether top and bottom were open."""
    if len(uprights) < 2:
        return [], False, False
    closing, missing = [], []
    for end, furthest in (("top", min), ("bottom", max)):
        level = furthest(edge[end] for edge in uprights)
        ends = sorted(edge["x0"] for edge in uprights if abs(edge[end] - level) <= GAP)
        is_open = len(ends) > 1 and not _covers(
            [edge for edge in across if abs(edge["top"] - level) <= GAP], ends[0], ends[-1]
        )
        missing.append(is_open)
        if is_open:
            closing.append(
                {
                    "object_type": "line",
                    "orientation": "h",
                    "x0": ends[0],
                    "x1": ends[-1],
                    "top": level,
                    "bottom": level,
                    "width": ends[-1] - ends[0],
                    "height": 0,
                }
            )
    return closing, missing[0], missing[1]


def _covers(across: list[dict[str, Any]], start: float, end: float) -> bool:
    """Whether borders, which may overlap, run from `start` to `end` with no gap wider than GAP."""
    for edge in sorted(across, key=lambda edge: edge["x0"]):
        if edge["x0"] > start + GAP:
            return False
        start = max(start, edge["x1"])
    return start >= end - GAP


def _characters(page: Page, width: float, height: float) -> tuple[Char, ...]:
    left, top = page.bbox[0], page.bbox[1]
    glyphs = [
        StyledGlyph(
            "\ufffd" if char["text"].startswith("(cid:") else char["text"],
            char["x0"] - left,
            char["top"] - top,
            char["x1"] - left,
            char["bottom"] - top,
            char["matrix"][0],
            char["matrix"][1],
            char["size"],
            char["non_stroking_color"],
        )
        for char in page.chars
    ]
    fills = [
        (
            (rect["x0"] - left, rect["top"] - top, rect["x1"] - left, rect["bottom"] - top),
            rect["non_stroking_color"],
        )
        for rect in page.rects
        if rect["fill"]
    ]
    return visible(glyphs, width, height, fills)
