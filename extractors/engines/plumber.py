"""The reference engine: pdfplumber's table finder and its characters -> Grids. Slow (some 50 ms a page), and independent of ours.

Its rulings, cells and characters are its own; only the turning of pages is shared with the other engines.
"""
from __future__ import annotations

import io
from collections.abc import Collection
from statistics import median
from typing import TYPE_CHECKING, Any

from extractors import limits
from extractors.celltext import assemble
from extractors.engines.boxes import lay_out
from extractors.engines.upright import upright
from extractors.errors import ExtractError
from extractors.glyphs import printed
from extractors.model import Bbox, Char, Grid, PageContent

if TYPE_CHECKING:
    from pdfplumber.page import Page

#: distinct x times distinct y positions of borders; the table finder compares each crossing with every other one
MAX_CROSSINGS = 60_000
#: text lighter than this (0 black, 1 white) is hidden; a watermark is lighter than WATERMARK and larger than the form's type
HIDDEN, WATERMARK, WATERMARK_SCALE = 0.97, 0.6, 1.8
#: slanting red characters on a page from which red text is a seal's, also where it stands upright
SEAL_CHARS = 4
#: points; smaller type cannot be read on paper
MIN_TYPE = 1.0
#: points by which a border may end short of the corner that it belongs to
GAP = 4.0


def read_grids(data: bytes, page_numbers: Collection[int] | None = None) -> list[list[Grid]]:
    """The tables of each page (all, or those numbered from 1), top to bottom; a page without a table has an empty list.

    Raises ExtractError("too-complex") for a page on which the table finder would not end in time."""
    import pdfplumber

    turned = upright(data)
    found: list[list[Grid]] = []
    with pdfplumber.open(io.BytesIO(turned.data)) as document:
        if len(document.pages) != len(turned.sizes):
            raise ExtractError("damaged", detail=f"{len(turned.sizes)} 页中只能读出 {len(document.pages)} 页")
        for page in document.pages:
            if page_numbers is None or page.page_number in page_numbers:
                width, height = turned.sizes[page.page_number - 1]
                content = PageContent(page.page_number, width, height, _characters(page), (), turn=turned.turns[page.page_number - 1])
                found.append(_grids(page, content))
            page.close()
    return found


def _grids(page: Page, content: PageContent) -> list[Grid]:
    from pdfplumber.table import TableFinder

    x, y = page.bbox[0], page.bbox[1]
    uprights = [edge for edge in page.edges if edge["orientation"] == "v"]
    across = [edge for edge in page.edges if edge["orientation"] == "h"]
    crossings = len({round(edge["x0"]) for edge in uprights}) * len({round(edge["top"]) for edge in across})
    if crossings > MAX_CROSSINGS:
        raise ExtractError("too-complex", page=content.number, detail=f"表格线交点约 {crossings} 个，上限 {MAX_CROSSINGS} 个")
    closing, open_top, open_bottom = _closing(uprights, across)
    settings = {"explicit_horizontal_lines": closing} if closing else {}
    tables = sorted(TableFinder(page, settings).tables, key=lambda table: (table.bbox[1], table.bbox[0]))
    grids = []
    for number, table in enumerate(tables):
        boxes = [(left - x, top - y, right - x, bottom - y) for left, top, right, bottom in table.cells]
        texts = _texts(content, boxes)
        grid = lay_out(content, list(zip(boxes, texts, strict=True)), open_top=open_top and number == 0,
                       open_bottom=open_bottom and number == len(tables) - 1)
        if grid is not None:
            grids.append(grid)
    return grids


def _closing(uprights: list[dict[str, Any]], across: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], bool, bool]:
    """Borders that a page break left out: across the ends of the uprights that reach furthest up and down.

    Without them the table finder drops every cell that the break cuts. Returns the borders, and whether top and bottom were open."""
    if len(uprights) < 2:
        return [], False, False
    closing, missing = [], []
    for end, furthest in (("top", min), ("bottom", max)):
        level = furthest(edge[end] for edge in uprights)
        ends = sorted(edge["x0"] for edge in uprights if abs(edge[end] - level) <= GAP)
        is_open = len(ends) > 1 and not _covers([edge for edge in across if abs(edge["top"] - level) <= GAP], ends[0], ends[-1])
        missing.append(is_open)
        if is_open:
            closing.append({"object_type": "line", "orientation": "h", "x0": ends[0], "x1": ends[-1], "top": level, "bottom": level,
                            "width": ends[-1] - ends[0], "height": 0})
    return closing, missing[0], missing[1]


def _covers(across: list[dict[str, Any]], start: float, end: float) -> bool:
    """Whether borders, which may overlap, run from `start` to `end` with no gap wider than GAP."""
    for edge in sorted(across, key=lambda edge: edge["x0"]):
        if edge["x0"] > start + GAP:
            return False
        start = max(start, edge["x1"])
    return start >= end - GAP


def _characters(page: Page) -> tuple[Char, ...]:
    """The characters that a reader sees as the form's text: neither hidden, nor off the page, nor a watermark's."""
    if len(page.chars) > limits.MAX_PAGE_CHARS:
        raise ExtractError("too-many-characters", chars=len(page.chars), limit=limits.MAX_PAGE_CHARS)
    x, y, right, bottom = page.bbox
    usual = median(char["size"] for char in page.chars) if page.chars else 0.0
    chars = page.dedupe_chars(tolerance=1).chars
    sealed = sum(_oblique(char) and _red(char["non_stroking_color"]) for char in chars) >= SEAL_CHARS
    seen = []
    for char in chars:
        light = _luminance(char["non_stroking_color"])
        watermark = light > WATERMARK and char["size"] > WATERMARK_SCALE * usual
        across, down = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
        if _oblique(char) or watermark or light > HIDDEN or char["size"] < MIN_TYPE or (sealed and _red(char["non_stroking_color"])):
            continue
        if not (x <= across <= right and y <= down <= bottom):
            continue
        text = "�" if char["text"].startswith("(cid:") else printed(char["text"])
        if text:
            seen.append(Char(text, char["x0"] - x, char["top"] - y, char["x1"] - x, char["bottom"] - y))
    return tuple(seen)


def _oblique(char: dict[str, Any]) -> bool:
    a, b = abs(char["matrix"][0]), abs(char["matrix"][1])
    return bool(min(a, b) > 0.05 * max(a, b))


def _red(colour: Any) -> bool:
    """Whether a colour is the red of seals."""
    return isinstance(colour, tuple | list) and len(colour) == 3 and colour[0] > 0.5 and max(colour[1:]) < 0.4


def _luminance(colour: Any) -> float:
    """How light a colour of one (grey), three (RGB) or four (CMYK) components from 0 to 1 is; 0 where it is none of these."""
    if isinstance(colour, int | float):
        colour = (colour,)
    if not colour or not all(isinstance(part, int | float) for part in colour):
        return 0.0
    if len(colour) == 4:
        return (1 - min(1.0, colour[3])) * (1 - sum(colour[:3]) / 3)
    return sum(colour) / len(colour)


def _texts(content: PageContent, boxes: list[Bbox]) -> list[str]:
    """For each box the text of the characters whose centre lies in it."""
    inside: list[list[Char]] = [[] for _ in boxes]
    for char in content.chars:
        across, down = (char.x0 + char.x1) / 2, (char.top + char.bottom) / 2
        for members, (x0, top, x1, bottom) in zip(inside, boxes, strict=True):
            if x0 <= across < x1 and top <= down < bottom:
                members.append(char)
                break
    return [assemble(chars, box[2]) for chars, box in zip(inside, boxes, strict=True)]
