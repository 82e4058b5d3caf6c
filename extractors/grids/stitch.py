"""Grids of a document's pages -> one table for each form, whatever the pages that it runs over.

Positions across are shares of the table's width (0 left, 1 right), so that pages printed at another offset or scale still align.
"""

from __future__ import annotations

import itertools
import math
import re
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from selfeval.extractors.grids.cells import Line, SolvedPage
from selfeval.extractors.model import Evidence, Grid

#: share of the first grid's width by which a later grid may differ and still be stretched onto it, whatever its columns
SAME_WIDTH = 0.04
#: shares of the width within which two edges are one
SAME_EDGE = 0.012
#: points, and share of the table's width; an empty cell narrower than both lies between the strokes of borders that missed each other
SLIVER, SLIVER_SHARE = 6.0, 0.012
#: points up or down within which a line that other pages print too is their running head
SAME_HEIGHT = 4.0

_PAGE_NUMBER = re.compile(r"^[\s第共页/\-—–·.\d]*$")


@dataclass(slots=True)
class Box:
    """One cell of a stitched table: its share of the width from `left` to `right`, its rows from `first` to before `end`."""

    left: float
    right: float
    first: int
    end: int
    text: str
    parts: tuple[Evidence, ...]
    confidence: float = 1.0
    why: str = ""
    ink_gap: tuple[float, float] = (
        99.0,
        99.0,
    )  # points from the cell's top edge to its text, and from its text to its bottom edge
    size: float = 10.0  # points, of the characters of its last line
    room: float = math.inf  # how many more of them that line could have held
    open: tuple[bool, bool] = (False, False)

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    def covers(self, across: float) -> bool:
        return self.left <= across < self.right

    def doubt(self, confidence: float, why: str) -> None:
        """Lower the confidence, never raise it."""
        if confidence < self.confidence:
            self.confidence, self.why = confidence, why


@dataclass(slots=True)
class Break:
    """Where a later grid begins: its first row, whether a page break lies before it, and whether borders are missing there."""

    row: int
    new_page: bool
    open: bool


@dataclass(slots=True)
class Table:
    """One form's cells in printed order over all its pages, with the lines of text that stand above it."""

    boxes: list[Box] = field(default_factory=list)
    rows: int = 0
    breaks: list[Break] = field(default_factory=list)
    lines: list[tuple[int, Line]] = field(
        default_factory=list
    )  # page and line, above or between its grids
    notes: list[tuple[int, Line]] = field(
        default_factory=list
    )  # page and line, after its first grid
    first: Grid | None = None

    def row(self, index: int) -> list[Box]:
        """The cells that cover a row, from left to right."""
        return sorted((b for b in self.boxes if b.first <= index < b.end), key=lambda b: b.left)

    def by_row(self) -> list[list[Box]]:
        """For each row the cells that cover it, from left to right; one pass for all rows."""
        rows: list[list[Box]] = [[] for _ in range(self.rows)]
        for box in sorted(self.boxes, key=lambda b: b.left):
            for index in range(box.first, box.end):
                rows[index].append(box)
        return rows

    def drop_rows(self, first: int, end: int) -> None:
        """Take rows out: cells within them go, cells that reach beyond are shortened, later rows move up."""

        def moved(row: int) -> int:
            return row - max(0, min(row, end) - first)

        for box in self.boxes:
            if box.end > first:
                box.first, box.end = moved(box.first), moved(box.end)
        self.boxes = [box for box in self.boxes if box.end > box.first]
        self.breaks = [Break(moved(b.row), b.new_page, b.open) for b in self.breaks]
        self.rows = moved(self.rows)


def placed(
    grid: Grid, first: int, frame: tuple[float, float], known: Iterable[float] = ()
) -> Iterator[Box]:
    """Given a grid, its cells as boxes whose rows begin at `first`, stretched onto a frame (left edge and width in points).

    A grid of another width was printed at another scale if its columns then meet those of the pages before (`known`: their edges in shares of
    the width), else it lacks columns at a side."""
    left, width = grid.xs[0], grid.xs[-1] - grid.xs[0]
    if abs(width - frame[1]) > SAME_WIDTH * frame[1]:
        edges = sorted(known)
        if _meeting(grid, edges, frame) > _meeting(grid, edges, (left, width)):
            left, width = frame
    for cell in grid.cells:
        x0, x1 = grid.xs[cell.column], grid.xs[cell.column + cell.column_span]
        if x1 - x0 < min(SLIVER, SLIVER_SHARE * width) and not cell.text:
            continue  # what two borders a hair apart enclose is no cell
        box = Box(
            (x0 - left) / width,
            (x1 - left) / width,
            first + cell.row,
            first + cell.row + cell.row_span,
            cell.text,
            cell.evidence,
            cell.confidence,
            cell.why,
            open=cell.open,
        )
        if ink := cell.ink:
            box.ink_gap, box.size, box.room = (
                (ink.top - grid.ys[cell.row], grid.ys[cell.row + cell.row_span] - ink.bottom),
                ink.size,
                ink.room,
            )
        yield box


def _meeting(grid: Grid, edges: Sequence[float], frame: tuple[float, float]) -> int:
    """How many inner edges of a grid's columns meet known ones once the grid lies in a frame."""
    met = 0
    for x in grid.xs[1:-1]:
        share = (x - frame[0]) / frame[1]
        at = bisect(edges, share - SAME_EDGE)
        met += at < len(edges) and edges[at] <= share + SAME_EDGE
    return met


@dataclass(frozen=True, slots=True)
class Signs:
    """What a grid and the lines above it say: whether it holds the caption with which a form begins, what it names of whose form it is,
    the zones whose captions it holds, whether it begins a table of another kind (given the lines above, the nearest first), and whether
    a line is the title of a form."""

    begins_form: Callable[[Grid], bool]
    names_of: Callable[[Grid], set[str]]
    zones_of: Callable[[Grid], set[str]]
    opens_other: Callable[[Grid, Sequence[str]], bool]
    is_form_title: Callable[[str], bool]


def tables(pages: Iterable[SolvedPage], signs: Signs) -> list[Table]:
    """Given solved pages in order, one table a form, and one for each table of another kind.

    A grid before the first of them that says nothing and has no form's title above it is a cover's, and is left out. A page that
    prints the form's first rows again and then goes on (a spreadsheet's print titles) begins no form: the repeated rows go."""
    begins_form, zones_of = signs.begins_form, signs.zones_of
    pages = list(pages)
    running = _running_heads(pages)
    found: list[Table] = []
    begun = alien = False
    pending: list[tuple[int, Line]] = []
    frame = (0.0, 1.0)
    first_grid: Grid | None = None
    zones: set[str] = set()
    names: set[str] = set()
    last_sheet, last_open = (0, 0), False
    placed_items = [
        (page.content.number, at, item)
        for page in pages
        for at, items in enumerate(_sheets(page))
        for item in items
    ]
    for number, place, item in placed_items:
        if isinstance(item, Line):
            if not _PAGE_NUMBER.match(item.text):
                pending.append((number, item))
            continue
        if first_grid is not None and (number, place) != last_sheet:
            rest = without_rows(item, _repeated(first_grid, item))
            if rest is not item and not begins_form(rest) and zones and not zones_of(rest) & zones:
                item, pending = (
                    rest,
                    [(page, line) for page, line in pending if not _among(line, running)],
                )
        begins, its_zones = begins_form(item), zones_of(item)
        titled = any(
            names_form(line.text) and (begins or not _among(line, running)) for _, line in pending
        )
        above = [line.text for _, line in reversed(pending) if not _among(line, running)]
        other = signs.opens_other(item, above)
        entitled = any(names_form(line.text) for _, line in pending)
        its_names = signs.names_of(item)
        again = len(its_names & names) >= (1 if entitled else 2) and its_zones & zones
        own = (begins and (begun or titled or alien)) or again
        if not found or other or own or (titled and its_zones):
            if not (begins or its_zones or other or any(map(signs.is_form_title, above))):
                pending = []
                continue
            found.append(Table(lines=pending, first=item))
            frame = (item.xs[0], item.xs[-1] - item.xs[0])
            first_grid, zones, names, begun, alien = item, set(), set(), False, other
        else:
            found[-1].breaks.append(
                Break(found[-1].rows, (number, place) != last_sheet, last_open or item.open_top)
            )
            found[-1].notes.extend(pending)
        pending = []
        begun, zones = begun or begins, zones | its_zones
        names |= its_names
        table = found[-1]
        known = {edge for box in table.boxes for edge in (box.left, box.right)}
        table.boxes.extend(placed(item, table.rows, frame, known))
        table.rows += len(item.ys) - 1
        last_sheet, last_open = (number, place), item.open_bottom
    if found:
        found[-1].notes.extend(pending)
    return found


def _repeated(first: Grid, later: Grid) -> int:
    """How many rows at the top of a later grid say what the first rows of the form's first grid say."""
    count = 0
    for ours, theirs in zip(_texts(first), _texts(later), strict=False):
        if ours != theirs or not any(ours):
            break
        count += 1
    return count


def _texts(grid: Grid) -> list[list[str]]:
    """For each row the texts of the cells that begin in it."""
    rows: list[list[str]] = [[] for _ in range(len(grid.ys) - 1)]
    for cell in grid.cells:
        rows[cell.row].append(cell.text)
    return rows


def without_rows(grid: Grid, count: int) -> Grid:
    """The grid without its first `count` rows; the grid as it is where a cell reaches over them, or nothing would be left."""
    if not 0 < count < len(grid.ys) - 1 or any(
        cell.row < count < cell.row + cell.row_span for cell in grid.cells
    ):
        return grid
    cells = tuple(replace(cell, row=cell.row - count) for cell in grid.cells if cell.row >= count)
    return Grid(grid.page, grid.xs, grid.ys[count:], cells, False, grid.open_bottom)


def is_title(text: str) -> bool:
    """Whether a line may be the title of a self-evaluation form."""
    flat = re.sub(r"\s", "", text)
    return (
        bool(re.search(r"自评|评价表|评分表", flat))
        and len(flat) <= 60
        and not flat.endswith(("。", "；", "："))
    )


def names_form(text: str) -> bool:
    """Whether a line says that a form of its own follows, not only that a document is about self-evaluation."""
    flat = re.sub(r"\s|[（(].*", "", text)
    return is_title(text) and bool(re.search(r"(自评|评价|评分).{0,4}表$", flat))


def _running_heads(pages: Iterable[SolvedPage]) -> list[Line]:
    """Lines that a later page prints again at the same height."""
    seen: dict[str, Line] = {}
    running = []
    for page in pages:
        for line in page.lines:
            before = seen.setdefault(line.text, line)
            if before is not line and abs(before.bbox[1] - line.bbox[1]) <= SAME_HEIGHT:
                running.append(line)
    return running


def _among(line: Line, lines: Iterable[Line]) -> bool:
    return any(
        line.text == other.text and abs(line.bbox[1] - other.bbox[1]) <= SAME_HEIGHT
        for other in lines
    )


def _sheets(page: SolvedPage) -> list[list[Grid | Line]]:
    """Given a page, its items from top to bottom, for each sheet on it: forms printed side by side are read one after the other."""
    spans: list[list[float]] = []
    for grid in sorted(page.grids, key=lambda grid: grid.xs[0]):
        if spans and grid.xs[0] < spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], grid.xs[-1])
        else:
            spans.append([grid.xs[0], grid.xs[-1]])
    edges = [(before[1] + after[0]) / 2 for before, after in itertools.pairwise(spans)]
    sheets: list[list[tuple[float, Grid | Line]]] = [[] for _ in range(len(edges) + 1)]
    for grid in page.grids:
        sheets[bisect(edges, grid.xs[0])].append((grid.ys[0], grid))
    for line in page.lines:
        sheets[bisect(edges, (line.bbox[0] + line.bbox[2]) / 2)].append((line.bbox[1], line))
    return [[item for _, item in sorted(sheet, key=lambda pair: pair[0])] for sheet in sheets]
