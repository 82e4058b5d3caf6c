"""A border that is missing between two cells: their texts stand in one cell, each where its own row or column is.

They are parted where the border should be, and doubtful, since a merged cell may hold two texts too.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from selfeval.extractors.grids.celltext import line_text, lines, spread_figures
from selfeval.extractors.grids.typeset import size
from selfeval.extractors.model import Char

#: what is said of the cells on both sides of a border that is missing
MISSING = (0.5, "相邻单元格之间缺少框线")
#: ems by which texts may lie off the same place in their rows, and from line to line more than which no text is set
SAME_PLACE, LEADING = 0.3, 1.65
#: ems by which the first lines of two cells of a row may differ in height, and by which a text is off the middle of its cell
ALIGNED = 0.12
#: ems from the end of its cell up to which a text is set against that end
END = 0.35

_FIGURES = re.compile(r"[-+−]?[¥￥]?[0-9０-９][0-9０-９.,．，\s]*[%％分元]?|[—–-]+|/")


class Place(NamedTuple):
    """Rows and columns that a cell covers: its first row and column, and how many of each."""

    row: int
    column: int
    rows: int
    columns: int


class Beside(NamedTuple):
    """What stands beside a cell of several rows. `parted`: the cells to its left and right end where its rows do; `at_side`: there are none to
    its left. `tops`: where the texts begin of the cells beside it that begin with one of its lower rows."""

    parted: bool = False
    at_side: bool = False
    tops: tuple[float, ...] = ()


def beside(
    place: Place,
    ruled: Sequence[Sequence[bool]],
    owner: Sequence[Sequence[int]],
    held: Sequence[Sequence[Char]],
) -> Beside:
    """What stands beside a cell: `ruled` says of each row and column whether there is a border above it, `owner` which cell it is of, and
    `held` what characters each cell has. Of a cell of one row nothing is asked."""
    left, right = place.column - 1, place.column + place.columns
    columns = [column for column in (left, right) if 0 <= column < len(owner[place.row])]
    lower = range(place.row + 1, place.row + place.rows)
    if not lower or not all(ruled[row][column] for row in lower for column in columns):
        return Beside()
    cells = {owner[row][column] for row in lower for column in columns}
    tops = tuple(min(c.top for c in held[cell]) for cell in cells if held[cell])
    return Beside(True, left < 0, tops)


def parted(
    place: Place,
    chars: Sequence[Char],
    xs: Sequence[float],
    ys: Sequence[float],
    at: Beside,
) -> tuple[list[tuple[Place, list[Char]]], bool]:
    """Given a cell that covers several rows or columns and its characters, the cells that it is, and whether a border seems to be missing.

    `xs` and `ys` are the table's edges, `at` says what stands to its left and right. Merged labels at the side, whose lines may stand
    anywhere, have cells of another height beside them."""
    whole = [(place, list(chars))]
    if place.rows == place.columns == 1 or not chars:
        return whole, False
    if place.rows > 1 and at.parted and not at.at_side and _is_off(place, chars, ys, at):
        return whole, True
    if len(chars) < 2:
        return whole, False
    if place.rows > 1 and any(c.turn for c in chars):
        return whole, _is_turned_apart(chars, ys)
    if any(c.text > "\u2fff" for c in chars):
        low, high = min([c.top for c in chars]), max([c.bottom for c in chars])
        if place.rows == 1 or high - low < LEADING * size(chars[0]):
            return whole, False  # words, on one line or in one row
    rows = lines(chars)
    if place.rows > 1 and len(rows) > 1:
        return _by_rows(place, rows, whole, ys, at.parted)
    if place.rows == 1 and len(rows) == 1:
        return _by_columns(place, rows[0], whole, xs)
    return whole, False


def _is_off(place: Place, chars: Sequence[Char], ys: Sequence[float], at: Beside) -> bool:
    """Whether a text stands in the middle of one row, or as high as the texts beside it that begin with one, which is neither the middle nor
    the upper or lower end of its cell."""
    top, bottom = min(c.top for c in chars), max(c.bottom for c in chars)
    em, middle, end = size(chars[0]), (top + bottom) / 2, ys[place.row + place.rows]
    row = bisect_right(ys, middle) - 1
    off = abs(middle - (ys[place.row] + end) / 2) / em
    level = any(abs(top - other) < ALIGNED * em for other in at.tops)
    in_row = abs(middle - (ys[row] + ys[row + 1]) / 2) < SAME_PLACE * em
    return ((level and off > ALIGNED) or (in_row and off > 2 * SAME_PLACE)) and min(
        top - ys[place.row], end - bottom
    ) > END * em


def _is_turned_apart(chars: Sequence[Char], ys: Sequence[float]) -> bool:
    """Whether turned type in a merged cell is two texts: one of them turned otherwise, or a blank between them in which a row ends."""
    ink = sorted((c for c in chars if c.text != " "), key=lambda c: c.top)
    if len({c.turn for c in ink}) > 1:
        return True
    low = ink[0].bottom if ink else 0.0
    for char in ink[1:]:
        gap = char.top - low
        if gap > min(char.x1 - char.x0, size(char)) and any(low < y < char.top for y in ys):
            return True
        low = max(low, char.bottom)
    return False


_Parts = tuple[list[tuple[Place, list[Char]]], bool]


def _by_rows(
    place: Place,
    rows: list[list[Char]],
    whole: list[tuple[Place, list[Char]]],
    ys: Sequence[float],
    parted_beside: bool,
) -> _Parts:
    bands: dict[int, list[list[Char]]] = {}
    for line in rows:
        middle = (line[0].top + line[0].bottom) / 2
        bands.setdefault(bisect_right(ys, middle) - 1, []).append(line)
    figures = all(_FIGURES.fullmatch(line_text(line)) for line in rows)
    em = max(size(c) for c in rows[0])
    if not figures:
        bands = _texts(bands, em)
    if len(bands) < 2 or not (figures or _in_place(place, bands, ys, em)):
        return whole, False
    if not figures and (len(bands) < place.rows or not parted_beside):
        return whole, True
    starts = sorted(bands)
    ends = [*starts[1:], place.row + place.rows]
    starts[0] = place.row
    return [
        (
            Place(start, place.column, end - start, place.columns),
            [c for line in bands[key] for c in line],
        )
        for key, start, end in zip(sorted(bands), starts, ends, strict=True)
    ], True


def _texts(bands: dict[int, list[list[Char]]], em: float) -> dict[int, list[list[Char]]]:
    """The lines of each text under the row that it begins in: lines one leading apart are one text."""
    texts: dict[int, list[list[Char]]] = {}
    last = None
    for row, lines_of in sorted(bands.items()):
        for line in lines_of:
            if last is not None and line[0].top - last[0].top <= LEADING * em:
                texts[max(texts)].append(line)
            else:
                texts.setdefault(row, []).append(line)
            last = line
    return texts


def _in_place(
    place: Place, bands: dict[int, list[list[Char]]], ys: Sequence[float], em: float
) -> bool:
    """Whether the texts of all bands stand in the middle of their rows, or as far from the top of theirs, and further apart than lines of one
    text do."""
    keys = sorted(bands)
    texts = [
        (bands[row][0][0].top, bands[row][-1][0].bottom, bands[row][-1][0].top) for row in keys
    ]
    if any(below[0] - above[2] <= LEADING * em for above, below in pairwise(texts)):
        return False
    tops = [top - ys[row] for row, (top, _, _) in zip(keys, texts, strict=True)]
    if max(tops) - min(tops) < SAME_PLACE * em and keys[0] == place.row:
        return True
    return _in_middles(place, keys, texts, ys, em)


def _in_middles(
    place: Place,
    keys: list[int],
    texts: list[tuple[float, float, float]],
    ys: Sequence[float],
    em: float,
) -> bool:
    """Whether each text stands in the middle of rows of its own: of the rows from the end of the one before it, for as many as fit."""
    start, last = place.row, place.row + place.rows
    for key, (top, bottom, _) in zip(keys, texts, strict=True):
        ends = (
            end
            for end in range(key + 1, last + 1)
            if abs(top + bottom - ys[start] - ys[end]) < SAME_PLACE * em
        )
        start = next(ends, -1)
        if start < 0:
            return False
    return start == last


def _by_columns(
    place: Place, line: list[Char], whole: list[tuple[Place, list[Char]]], xs: Sequence[float]
) -> _Parts:
    """One line with numbers that lie in columns of their own, with an edge of the table between them."""
    words: list[list[Char]] = []
    for char in line:
        if char.text == " ":
            continue
        if words and char.x0 - words[-1][-1].x1 <= size(char):
            words[-1].append(char)
        else:
            words.append([char])
    left, right = xs[place.column], xs[place.column + place.columns]
    if len(words) < 2 or spread_figures(line, left, right):
        return whole, False
    if not all(_FIGURES.fullmatch(line_text(word)) for word in words):
        return whole, False
    columns = [bisect_right(xs, (word[0].x0 + word[-1].x1) / 2) - 1 for word in words]
    if len(set(columns)) < len(columns):
        return whole, False
    starts = [place.column, *columns[1:]]
    ends = [*columns[1:], place.column + place.columns]
    return [
        (Place(place.row, start, 1, end - start), word)
        for start, end, word in zip(starts, ends, words, strict=True)
    ], True
