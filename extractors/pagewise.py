"""One page -> its grids with what was read in their cells: from its text layer, checked against its picture, or recognised from that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pypdfium2 as pdfium

from selfeval.extractors.engines import pdfium as text_engine
from selfeval.extractors.engines.registry import DEFAULT, RECOGNISER, Engine
from selfeval.extractors.forms import compare
from selfeval.extractors.grids.cells import SolvedPage, solve
from selfeval.extractors.model import Bbox, Cell, Grid, Notice, PageContent
from selfeval.extractors.naming import Naming, notices
from selfeval.extractors.pages import ink
from selfeval.extractors.pages.glyphs import unmapped
from selfeval.extractors.pages.textpage import read

#: share of a page under images from which a page without a table is taken for a picture of one
PICTURE = 0.3
#: share of characters without a meaning from which a text layer is rubbish
RUBBISH = 0.3
#: strokes on a page with less text than so many characters from which it is a drawing: type that is drawn as outlines makes some five a character
DRAWING, WORDS = 15_000, 50
#: confidence in a cell where two texts show on one place, and in one whose ink was recognised
TWOFOLD, RECOGNISED = 0.4, 0.6
#: what the box is recognised as that fonts draw in place of a character that they lack, such as a space
_BOXES = dict.fromkeys(map(ord, "凶冈囗口囚回区□☐☒网図×"))


def solved_page(page: pdfium.PdfPage, number: int, engine: Engine, naming: Naming) -> SolvedPage:
    """A page as a page engine reads it; as the default engine does where a grid engine comes after, or a page is recognised.

    `naming` is the document's; it allows recognition, or raises ExtractError("needs-ocr")."""
    try:
        if engine.recognises:
            solved = solve(DEFAULT.page_reader.read_page(page, number))
        elif engine.reads == "pages" and engine is not DEFAULT:
            solved = solve(engine.page_reader.read_page(page, number))
        else:
            solved = _read(page, number, naming)
        if not engine.recognises and not _is_picture(solved):
            return solved
        naming.recognise_page(number)
        recognised = RECOGNISER.page_reader.read_page(page, number)
        return replace(solve(recognised), text_layer=_text_layer(solved.content))
    finally:
        page.close()


def _read(page: pdfium.PdfPage, number: int, naming: Naming) -> SolvedPage:
    """The page's text layer as far as it shows, with the cells recognised whose ink is no text."""
    text = read(page, number)
    solved = solve(text_engine.content(text))
    if not ink.holds_table(solved) or _is_picture(solved):
        return solved
    seen = ink.look(page, text)

    def again() -> SolvedPage:
        return solve(text_engine.content(text, seen.gone, seen.no_borders))

    if naming.by_shape(page, text) or seen.gone or seen.no_borders:
        solved = again()
    solved = naming.by_captions(page, text, solved, again)
    solved = _noticed(solved, notices(text.renamed))
    if seen.twofold:
        solved = _doubted(solved, seen.twofold, TWOFOLD, "文字上叠有其他文字或笔迹")
    if not _is_drawing(solved) and (unread := ink.unread(seen, solved)):
        naming.recognise_page(number)
        solved = _completed(page, solved, unread)
    if ink.pictured_table(seen, solved):
        naming.recognise_page(number)
        solved = _with_pictured(page, solved)
    return solved


def _is_picture(page: SolvedPage) -> bool:
    """Whether a page must be recognised: an image where its table should be, or text without meaning."""
    printed = "".join([c.text for c in page.content.chars if c.text != " "])
    outlined = not printed and bool(page.content.rulings) and not _is_drawing(page)
    if unmapped(printed) > RUBBISH * len(printed) or outlined:
        return True
    return (
        not any(len(grid.cells) > 3 for grid in page.grids) and page.content.image_share >= PICTURE
    )


def _is_drawing(page: SolvedPage) -> bool:
    """Whether a page is a drawing, whose strokes are no characters."""
    return len(page.content.rulings) >= DRAWING and len(page.content.chars) < WORDS


def _noticed(solved: SolvedPage, more: tuple[Notice, ...]) -> SolvedPage:
    content = solved.content
    return (
        replace(solved, content=replace(content, notices=(*content.notices, *more)))
        if more
        else solved
    )


def _text_layer(content: PageContent) -> str:
    """The text that a scanned page has beside its image: scanners put their own recognition there, invisibly."""
    return "".join(c.text for c in content.chars) + "".join(
        n.text for n in content.notices if n.kind in compare.UNSEEN
    )


def _with_pictured(page: pdfium.PdfPage, solved: SolvedPage) -> SolvedPage:
    """The page with the tables that only a picture on it shows, and the lines around them."""
    content = solved.content
    other = solve(RECOGNISER.page_reader.read_page(page, content.number))
    read = [_around(grid) for grid in solved.grids]
    grids = [grid for grid in other.grids if not any(_meet(_around(grid), box) for box in read)]
    lines = [line for line in other.lines if not any(_meet(line.bbox, box) for box in read)]
    lines = [line for line in lines if not any(_meet(line.bbox, own.bbox) for own in solved.lines)]
    return SolvedPage(
        replace(content, source="ocr"), (*solved.grids, *grids), (*solved.lines, *lines)
    )


def _around(grid: Grid) -> Bbox:
    """The displayed box of a grid."""
    boxes = [part.bbox for cell in grid.cells for part in cell.evidence]
    x0, top, x1, bottom = zip(*boxes, strict=True)
    return (min(x0), min(top), max(x1), max(bottom))


def _meet(a: Bbox, b: Bbox) -> bool:
    """Whether two boxes have a place in common."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _completed(
    page: pdfium.PdfPage, solved: SolvedPage, unread: Sequence[tuple[int, int]]
) -> SolvedPage:
    """The page with what is recognised in the cells whose ink is no text: nothing where a cell is blank, and a doubt in any case."""
    from selfeval.extractors.recognition.cells import read_cells

    content = solved.content
    boxes = [solved.grids[grid].cells[cell].evidence[0].bbox for grid, cell in unread]
    found = dict(zip(unread, read_cells(page, boxes, content.turn), strict=True))
    grids = []
    for number, grid in enumerate(solved.grids):
        cells = [
            _with_reading(cell, *found[number, index]) if (number, index) in found else cell
            for index, cell in enumerate(grid.cells)
        ]
        grids.append(replace(grid, cells=tuple(cells)))
    return replace(solved, grids=tuple(grids))


def _with_reading(cell: Cell, text: str, confidence: float) -> Cell:
    """A cell with what was recognised in its picture. Where that is what the text layer says, its other ink says nothing."""
    printed, pictured = compare.plain(cell.text), compare.plain(text)
    if printed and printed == pictured.translate(_BOXES):
        return cell
    if not printed and not pictured:
        return replace(cell, confidence=0.2, why="格内有图形或笔迹，未能识别为文字")
    if not pictured or (printed and not _holds(pictured, printed)):
        why = "格内另有图形或笔迹" + (f"，识别为“{text}”" if text else "，未能识别")
        return replace(cell, confidence=min(cell.confidence, 0.5), why=why)
    sure = min(cell.confidence, RECOGNISED, confidence)
    parts = tuple(part._replace(engine=RECOGNISER.name) for part in cell.evidence)
    return replace(cell, text=text, evidence=parts, confidence=sure, why="由图形或笔迹识别得出")


def _holds(longer: str, shorter: str) -> bool:
    """Whether the characters of `shorter` stand in `longer` in their order."""
    rest = iter(longer)
    return all(one in rest for one in shorter)


def _doubted(solved: SolvedPage, boxes: Sequence[Bbox], sure: float, why: str) -> SolvedPage:
    """The page with a doubt at each cell in which one of the displayed boxes lies."""

    def cells(old: Sequence[Cell]) -> Iterator[Cell]:
        for cell in old:
            x0, top, x1, bottom = cell.evidence[0].bbox
            touched = any(
                x0 <= (box[0] + box[2]) / 2 <= x1 and top <= (box[1] + box[3]) / 2 <= bottom
                for box in boxes
            )
            yield replace(cell, confidence=sure, why=why) if touched else cell

    return replace(
        solved, grids=tuple(replace(grid, cells=tuple(cells(grid.cells))) for grid in solved.grids)
    )
