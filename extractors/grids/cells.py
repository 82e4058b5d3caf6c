"""Rulings and characters of a page -> grids of cells with spans, and the lines of text that stand outside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.grids.celltext import line_text, lines, read_cells
from selfeval.extractors.grids.missing import MISSING, Place, beside, parted
from selfeval.extractors.grids.rulings import USUAL_TYPE, Borders, edges_of, ruled, tables
from selfeval.extractors.grids.spill import settled
from selfeval.extractors.grids.strokes import borders
from selfeval.extractors.grids.unruled import columns as implied_columns
from selfeval.extractors.isolation import limits
from selfeval.extractors.model import Bbox, Cell, Char, Evidence, Grid, Ink, PageContent, Ruling

#: ems that a filled area is high and wide at least to be a cell, and the share of the page from which it is a background
AREA, BACKGROUND = 1.2, 0.5
#: share of a page's characters in filled areas outside of tables from which the areas are tables
MOST_LOOSE = 0.05
#: ems that part two lines of one height
LINE_GAP = 5.0
#: what is said of a cell where the borders do not enclose a rectangle, and where text runs over a border
SURE = (1.0, "")
UNRULED = (0.5, "表格没有竖线，按文字的位置分列")
#: cells up to which rulings make a frame or an underline and no table
FRAME = 3
OPEN_BORDERS, OVERRUN = (0.5, "单元格框线不完整"), (0.6, "文字越过单元格框线")
#: fields of a character, by their place
_box_of, _anchor = itemgetter(1, 2, 3, 4), itemgetter(7)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text outside the tables, with its box in the upright frame and where it stands on the page as displayed."""

    text: str
    bbox: Bbox
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class SolvedPage:
    """A page as grids from top to bottom and the lines of text between them, with the content they came from.

    `text_layer` is what a recognised page's file says beside its image; it was not read."""

    content: PageContent
    grids: tuple[Grid, ...]
    lines: tuple[Line, ...]
    text_layer: str = ""


def solve(content: PageContent) -> SolvedPage:
    """Given what an engine read from a page, its grids and loose lines. Raises ExtractError("too-complex")."""
    chars = content.chars
    boxes_of_chars = np.array(list(map(_box_of, chars)), dtype=float).reshape(-1, 4)
    upright = boxes_of_chars[np.array([c[0] != " " and not c[6] for c in chars], dtype=bool)]
    drawn = borders(content.rulings, upright)
    em = _type_size(upright)
    frames = _frames(drawn, content, em)
    middles = _middles(chars, boxes_of_chars)
    if content.areas:
        frames = _with_areas(frames, drawn, content, em, middles)
    if not any(len(frame.cells) > FRAME for frame in frames) and (
        implied := implied_columns(drawn, chars)
    ):
        frames = _frames([*drawn, *implied], content, em)
        for frame in frames:
            frame.sure = UNRULED
    boxes = [box for frame in frames for box in frame.boxes]
    homes, doubtful = settled(chars, boxes_of_chars, _homes(middles, frames), boxes)
    held: list[list[Char]] = [[] for _ in boxes]
    loose: list[Char] = []
    for char, home in zip(chars, homes, strict=True):
        (held[home] if home >= 0 else loose).append(char)
    grids, first = [], 0
    for frame in frames:
        end = first + len(frame.cells)
        over = {index - first for index in doubtful if first <= index < end}
        grids.append(frame.grid(content, held[first:end], over))
        first = end
    return SolvedPage(content, tuple(grids), tuple(_lines(content, loose)))


def _type_size(boxes: np.ndarray) -> float:
    sizes = np.sort(boxes[:, 3] - boxes[:, 1])
    return float(sizes[len(sizes) // 2]) if len(sizes) else USUAL_TYPE


def _middles(chars: Sequence[Char], boxes: np.ndarray) -> np.ndarray:
    """Where characters stand (n x 2: x, y): their middle, or the point within the cell that they are anchored to."""
    middles: np.ndarray = (boxes[:, :2] + boxes[:, 2:]) / 2
    if any(map(_anchor, chars)):
        for k, anchor in enumerate(map(_anchor, chars)):
            if anchor is not None:
                middles[k] = anchor
    return middles


def _frames(rulings: Sequence[Ruling], content: PageContent, em: float) -> list[_Frame]:
    frames = [_Frame(table, content.number) for table in tables(rulings, content.number, em)]
    return [frame for frame in frames if frame.rows * frame.columns > 1]


def _with_areas(
    frames: list[_Frame],
    drawn: list[Ruling],
    content: PageContent,
    em: float,
    middles: np.ndarray,
) -> list[_Frame]:
    """The tables that are there when the sides of filled areas count as borders, where text stands in such areas and in no table."""
    areas = [
        box
        for box in content.areas
        if min(box[2] - box[0], box[3] - box[1]) > AREA * em
        and (box[2] - box[0]) * (box[3] - box[1]) < BACKGROUND * content.width * content.height
    ]
    homes = _homes(middles, frames)
    loose = [
        ((c.x0 + c.x1) / 2, (c.top + c.bottom) / 2)
        for c, home in zip(content.chars, homes.tolist(), strict=True)
        if home < 0 and c.text != " "
    ]
    lost = sum(any(b[0] < x < b[2] and b[1] < y < b[3] for b in areas) for x, y in loose)
    if lost < MOST_LOOSE * len(content.chars):
        return frames
    sides = [
        side
        for x0, top, x1, bottom in areas
        for side in (
            Ruling(x0, top, x1, top),
            Ruling(x0, bottom, x1, bottom),
            Ruling(x0, top, x0, bottom),
            Ruling(x1, top, x1, bottom),
        )
    ]
    others = _frames([*drawn, *sides], content, em)
    held = np.count_nonzero(_homes(middles, others) >= 0)
    return others if held > np.count_nonzero(homes >= 0) else frames


def _homes(middles: np.ndarray, frames: Sequence[_Frame]) -> np.ndarray:
    """For each character the cell that holds its middle, counted over all frames; -1 where none does."""
    homes = np.full(len(middles), -1)
    x, y = middles[:, 0], middles[:, 1]
    first = 0
    for frame in frames:
        xs, ys = frame.xs, frame.ys
        free = (homes < 0) & (xs[0] <= x) & (x < xs[-1]) & (ys[0] <= y) & (y < ys[-1])
        rows = np.searchsorted(ys, y[free], side="right") - 1
        columns = np.searchsorted(xs, x[free], side="right") - 1
        homes[free] = np.array(frame.owner)[rows, columns] + first
        first += len(frame.cells)
    return homes


def _lines(content: PageContent, chars: Sequence[Char]) -> list[Line]:
    result = []
    for line in lines(chars):
        for part in _parted(line):
            text = line_text(part)
            if text:
                inked = [c for c in part if c.text != " "]
                box = (
                    inked[0].x0,
                    min(c.top for c in inked),
                    max(c.x1 for c in inked),
                    max(c.bottom for c in inked),
                )
                result.append(Line(text, box, content.evidence(box)))
    return result


def _parted(line: Sequence[Char]) -> Iterator[list[Char]]:
    """Given the characters of one height, what stands together: a sheet may carry two pages side by side."""
    part: list[Char] = []
    end = 0.0
    for char in line:
        if char.text != " ":
            if part and char.x0 - end > LINE_GAP * (char.bottom - char.top):
                yield part
                part = []
            end = char.x1
        if part or char.text != " ":
            part.append(char)
    if part:
        yield part


class _Frame:
    """One table while it is being solved: its edges, which cell covers each position, and the characters of each cell."""

    def __init__(self, borders: Borders, page: int) -> None:
        h, v = borders.horizontal, borders.vertical
        self.xs, _, _ = edges_of(
            [s.at for s in v], min(s.start for s in h), max(s.end for s in h), borders.reach
        )
        self.ys, self.open_top, self.open_bottom = edges_of(
            [s.at for s in h], min(s.start for s in v), max(s.end for s in v), borders.reach
        )
        self.rows, self.columns = len(self.ys) - 1, len(self.xs) - 1
        if self.rows * self.columns > limits.MAX_GRID_POSITIONS:
            raise ExtractError(
                "too-complex", page=page, detail=f"表格有 {self.rows * self.columns} 个格位"
            )
        self._left = ruled(v, self.xs, self.ys)
        self._top = ruled(h, self.ys, self.xs)
        self.cells: list[
            tuple[int, int, int, int, bool]
        ] = []  # row, column, row span, column span, whether it is a clean rectangle
        self.owner = [[-1] * self.columns for _ in range(self.rows)]
        self._cut_into_cells()
        self.sure = SURE  # of where its cells are
        self.boxes: list[Bbox] = [self._box(Place(*cell[:4])) for cell in self.cells]

    def _open_right(self, row: int, column: int) -> bool:
        return column + 1 < self.columns and not self._left[column + 1][row]

    def _open_below(self, row: int, column: int) -> bool:
        return row + 1 < self.rows and not self._top[row + 1][column]

    def _is_single(self, row: int, column: int) -> bool:
        """Whether there are borders around a position, on all sides that lie within the table: most are so."""
        return (
            (column + 1 == self.columns or self._left[column + 1][row])
            and (row + 1 == self.rows or self._top[row + 1][column])
            and (not column or self._left[column][row])
            and (not row or self._top[row][column])
        )

    def _cut_into_cells(self) -> None:
        for row in range(self.rows):
            for column in range(self.columns):
                if self.owner[row][column] < 0:
                    if self._is_single(row, column):
                        self.owner[row][column] = len(self.cells)
                        self.cells.append((row, column, 1, 1, True))
                    else:
                        self._claim(row, column)

    def _claim(self, row: int, column: int) -> None:
        """Make the cell whose upper left position this is: as wide as no border stops it, then as low."""
        right = column
        while self._open_right(row, right) and self.owner[row][right + 1] < 0:
            right += 1
        below = row
        while all(
            self._open_below(below, c) and self.owner[below + 1][c] < 0
            for c in range(column, right + 1)
        ):
            below += 1
        clean = (
            all(not self._open_right(r, right) for r in range(row, below + 1))
            and all(not self._open_below(below, c) for c in range(column, right + 1))
            and not any(
                self._left[c][r]
                for r in range(row, below + 1)
                for c in range(column + 1, right + 1)
            )
            and not (column and any(not self._left[column][r] for r in range(row, below + 1)))
            and not (row and any(not self._top[row][c] for c in range(column, right + 1)))
        )
        for r in range(row, below + 1):
            self.owner[r][column : right + 1] = [len(self.cells)] * (right + 1 - column)
        self.cells.append((row, column, below + 1 - row, right + 1 - column, clean))

    def _box(self, place: Place) -> Bbox:
        return (
            self.xs[place.column],
            self.ys[place.row],
            self.xs[place.column + place.columns],
            self.ys[place.row + place.rows],
        )

    def grid(self, content: PageContent, held: Sequence[list[Char]], over: set[int]) -> Grid:
        """Given the characters of each cell and the cells whose text runs over a border, the grid."""
        whole: list[tuple[Place, list[Char], tuple[float, str]]] = []
        for index, ((row, column, rows, columns, clean), chars) in enumerate(
            zip(self.cells, held, strict=True)
        ):
            place = Place(row, column, rows, columns)
            sure = min(self.sure, OVERRUN) if index in over else self.sure
            if not clean:
                sure = min(sure, OPEN_BORDERS)
            if rows == columns == 1 or not chars:
                whole.append((place, chars, sure))
                continue
            parts, missing = parted(
                place, chars, self.xs, self.ys, beside(place, self._top, self.owner, held)
            )
            if missing:
                sure = min(sure, MISSING)
            whole += [(part, part_chars, sure) for part, part_chars in parts]
        boxes = [self._box(place) for place, _, _ in whole]
        texts = read_cells([chars for _, chars, _ in whole], boxes)
        cells = []
        for (place, chars, sure), box, text in zip(whole, boxes, texts, strict=True):
            outer = place.row == 0 or place.row + place.rows == self.rows
            cells.append(
                Cell(
                    place.row,
                    place.column,
                    place.rows,
                    place.columns,
                    text.text,
                    (content.evidence(box),),
                    *min((text.confidence, text.why), sure),
                    _ink(chars, box[2] - box[0]) if outer else None,
                    self._open(place),
                )
            )
        cells.sort(key=lambda cell: (cell.row, cell.column))
        return Grid(
            content.number,
            tuple(self.xs),
            tuple(self.ys),
            tuple(cells),
            self.open_top,
            self.open_bottom,
        )

    def _open(self, place: Place) -> tuple[bool, bool]:
        span = range(place.column, place.column + place.columns)
        end = place.row + place.rows
        top = place.row == 0 and not any(self._top[0][c] for c in span)
        return top, end == self.rows and not any(self._top[end][c] for c in span)


def _ink(all_chars: Sequence[Char], width: float) -> Ink | None:
    """Given the characters of a cell and its width, where those stand that are printed in it."""
    chars = [c for c in all_chars if c.text != " " and not c.anchor]
    if not chars:
        return None
    lowest = max(chars, key=lambda c: c.bottom)
    size = max(lowest.bottom - lowest.top, 1.0)
    last = [c for c in chars if c.bottom > lowest.bottom - size / 2]
    room = (width - max(c.x1 for c in last) + min(c.x0 for c in last)) / size
    return Ink(min(c.top for c in chars), lowest.bottom, size, room)
