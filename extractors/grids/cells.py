"""Rulings and characters of a page -> grids of cells with spans, and the lines of text that stand outside them."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.grids.celltext import assemble, confidence, line_text, lines
from selfeval.extractors.grids.rulings import REACH, Borders, Segment, tables
from selfeval.extractors.isolation import limits
from selfeval.extractors.model import Bbox, Cell, Char, Evidence, Grid, Ink, PageContent

#: share of a cell's side that must be ruled for the side to be a border
RULED_SHARE = 0.6
#: share of a character's width beyond a border that says that its text runs over the border
OVERRUN_SHARE = 0.3
#: ems between two characters on both sides of a border that say the same: cells keep their texts further apart
OVERRUN_GAP = 0.12
#: ems that part two lines of one height
LINE_GAP = 5.0
#: what is said of a cell where the borders do not enclose a rectangle, and where text runs over a border
OPEN_BORDERS, OVERRUN = (0.5, "单元格框线不完整"), (0.6, "文字越过单元格框线")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text outside the tables, with its box in the upright frame."""

    text: str
    bbox: Bbox


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
    frames = [
        _Frame(borders, content.number) for borders in tables(content.rulings, content.number)
    ]
    frames = [frame for frame in frames if frame.rows * frame.columns > 1]
    loose: list[Char] = []
    for char in content.chars:
        x, y = char.anchor or ((char.x0 + char.x1) / 2, (char.top + char.bottom) / 2)
        for frame in frames:
            if frame.put(char, x, y):
                break
        else:
            loose.append(char)
    grids = tuple(frame.grid(content) for frame in frames)
    return SolvedPage(content, grids, tuple(_lines(loose)))


def _lines(chars: Sequence[Char]) -> list[Line]:
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
                result.append(Line(text, box))
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
        self.xs, _, _ = _edges([s.at for s in v], min(s.start for s in h), max(s.end for s in h))
        self.ys, self.open_top, self.open_bottom = _edges(
            [s.at for s in h], min(s.start for s in v), max(s.end for s in v)
        )
        self.rows, self.columns = len(self.ys) - 1, len(self.xs) - 1
        if self.rows * self.columns > limits.MAX_GRID_POSITIONS:
            raise ExtractError(
                "too-complex", page=page, detail=f"表格有 {self.rows * self.columns} 个格位"
            )
        self._left = _ruled(v, self.xs, self.ys)
        self._top = _ruled(h, self.ys, self.xs)
        self.cells: list[
            tuple[int, int, int, int, bool]
        ] = []  # row, column, row span, column span, whether it is a clean rectangle
        self.owner = [[-1] * self.columns for _ in range(self.rows)]
        self._cut_into_cells()
        self.chars: list[list[Char]] = [[] for _ in self.cells]

    def _open_right(self, row: int, column: int) -> bool:
        return column + 1 < self.columns and not self._left[column + 1][row]

    def _open_below(self, row: int, column: int) -> bool:
        return row + 1 < self.rows and not self._top[row + 1][column]

    def _cut_into_cells(self) -> None:
        for row in range(self.rows):
            for column in range(self.columns):
                if self.owner[row][column] < 0:
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

    def put(self, char: Char, x: float, y: float) -> bool:
        """Give a character to the cell that holds its centre; False when the table does not."""
        if not (self.xs[0] <= x < self.xs[-1] and self.ys[0] <= y < self.ys[-1]):
            return False
        cell = self.owner[bisect_right(self.ys, y) - 1][bisect_right(self.xs, x) - 1]
        self.chars[cell].append(char)
        return True

    def grid(self, content: PageContent) -> Grid:
        overrun = self._settle_overruns()
        cells = []
        for index, (row, column, row_span, column_span, clean) in enumerate(self.cells):
            box = (
                self.xs[column],
                self.ys[row],
                self.xs[column + column_span],
                self.ys[row + row_span],
            )
            chars = self.chars[index]
            sure = min(
                confidence(chars),
                *([OVERRUN] if index in overrun else []),
                *([OPEN_BORDERS] if not clean else []),
                (1.0, ""),
            )
            evidence = (Evidence(content.number, content.displayed(box)),)
            ink = _ink(chars, box[2] - box[0]) if row == 0 or row + row_span == self.rows else None
            cells.append(
                Cell(
                    row,
                    column,
                    row_span,
                    column_span,
                    assemble(chars, box[2]),
                    evidence,
                    *sure,
                    ink,
                    self._open(index),
                )
            )
        return Grid(
            content.number,
            tuple(self.xs),
            tuple(self.ys),
            tuple(cells),
            self.open_top,
            self.open_bottom,
        )

    def _open(self, index: int) -> tuple[bool, bool]:
        row, column, row_span, column_span, _ = self.cells[index]
        span = range(column, column + column_span)
        top = row == 0 and not any(self._top[0][c] for c in span)
        return top, row + row_span == self.rows and not any(self._top[self.rows][c] for c in span)

    def _settle_overruns(self) -> set[int]:
        """Text that runs over a border stays in one piece, with the cell that holds most of it; both cells are doubtful."""
        doubtful: set[int] = set()
        for index, (_, column, _, column_span, _) in enumerate(self.cells):
            left, right = self.xs[column], self.xs[column + column_span]
            for char in self.chars[index]:
                width = char.x1 - char.x0
                beyond = max(left - char.x0, char.x1 - right)
                over = (
                    width > 1
                    and not char.anchor
                    and beyond > OVERRUN_SHARE * width
                    and char.text != " "
                )
                near = right - char.x1 < OVERRUN_GAP * (char.bottom - char.top)
                if over or (near and self._goes_on(index, char)):
                    doubtful.add(index)
        if doubtful:
            for index in sorted(doubtful):
                self._pull_together(index, doubtful)
        return doubtful

    def _goes_on(self, index: int, char: Char) -> bool:
        """Whether the cell to the right has a character right after this one, as if no border lay between them."""
        row, column, row_span, column_span, _ = self.cells[index]
        if column + column_span >= self.columns:
            return False
        gap = OVERRUN_GAP * (char.bottom - char.top)
        neighbours = {self.owner[r][column + column_span] for r in range(row, row + row_span)}
        return any(
            abs(c.top - char.top) < gap and -gap < c.x0 - char.x1 < gap and c.text != " "
            for n in neighbours
            for c in self.chars[n]
        )

    def _pull_together(self, index: int, doubtful: set[int]) -> None:
        row, column, _, column_span, _ = self.cells[index]
        for side in (column - 1, column + column_span):
            if not 0 <= side < self.columns:
                continue
            neighbour = self.owner[row][side]
            ours, theirs = self.chars[index], self.chars[neighbour]
            if theirs and ours and len(theirs) <= len(ours) and _continues(ours, theirs):
                ours.extend(theirs)
                theirs.clear()
                doubtful.add(neighbour)


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


def _continues(ours: Sequence[Char], theirs: Sequence[Char]) -> bool:
    """Whether every line of `theirs` stands right after or before a character of `ours`, as the rest of a run does."""
    for line in lines(theirs):
        first, last = line[0], line[-1]
        size = first.bottom - first.top
        if not any(
            abs(c.top - first.top) < size / 2
            and min(abs(first.x0 - c.x1), abs(c.x0 - last.x1)) < size / 4
            for c in ours
        ):
            return False
    return True


def _edges(positions: Sequence[float], start: float, end: float) -> tuple[list[float], bool, bool]:
    """The edges along one axis, completed where borders of the other axis reach beyond the last one (a missing outer border)."""
    edges = sorted(set(positions))
    open_start, open_end = start < edges[0] - REACH, end > edges[-1] + REACH
    return (
        ([start] if open_start else []) + edges + ([end] if open_end else []),
        open_start,
        open_end,
    )


def _ruled(
    segments: Sequence[Segment], at: Sequence[float], along: Sequence[float]
) -> list[list[bool]]:
    """For each edge of `at` and each stretch between two edges of `along`: whether a border is drawn there."""
    by_position: dict[float, list[Segment]] = {}
    for s in segments:
        by_position.setdefault(s.at, []).append(s)
    stretches = list(itertools.pairwise(along))
    ruled = []
    for position in at:
        drawn = by_position.get(position, ())
        row = []
        for start, end in stretches:
            covered = 0.0
            for s in drawn:
                if s.start < end and s.end > start:
                    covered += min(end, s.end) - max(start, s.start)
            row.append(covered >= RULED_SHARE * (end - start))
        ruled.append(row)
    return ruled
