"""A border that is missing between two cells: their texts stand in one cell, each where its own row or column is.

They are parted where the border should be, and doubtful, since a merged cell may hold two texts too.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from selfeval.extractors.grids.celltext import line_text, lines, spread_figures
from selfeval.extractors.grids.typeset import size
from selfeval.extractors.model import Char

#: what is said of the cells on both sides of a border that is missing
MISSING = (0.5, "相邻单元格之间缺少框线")
#: ems by which texts may lie off the same place in their rows, and from line to line more than which no text is set
SAME_PLACE, LEADING = 0.3, 1.65
#: ems from the end of its cell up to which a text is set against that end
END = 0.35

_FIGURES = re.compile(r"[-+−]?[¥￥]?[0-9０-９][0-9０-９.,．，\s]*[%％分元]?|[—–-]+|/")


class Place(NamedTuple):
    """Rows and columns that a cell covers: its first row and column, and how many of each."""

    row: int
    column: int
    rows: int
    columns: int


def parted(
    place: Place,
    chars: Sequence[Char],
    xs: Sequence[float],
    ys: Sequence[float],
    parted_beside: bool,
) -> tuple[list[tuple[Place, list[Char]]], bool]:
    """Given a cell that covers several rows or columns and its characters, the cells that it is, and whether a border seems to be missing.

    `xs` and `ys` are the table's edges; `parted_beside`: the cells to its left and right end where its rows do. Merged labels at the side,
    whose lines may stand anywhere, are not like that."""
    whole = [(place, list(chars))]
    if place.rows == place.columns == 1 or not chars:
        return whole, False
    if place.rows > 1 and parted_beside and _is_off(place, chars, ys):
        return whole, True
    if len(chars) < 2:
        return whole, False
    if any(c.text > "\u2fff" for c in chars):
        low, high = min([c.top for c in chars]), max([c.bottom for c in chars])
        if place.rows == 1 or high - low < LEADING * size(chars[0]):
            return whole, False  # words, on one line or in one row
    rows = lines(chars)
    if place.rows > 1 and len(rows) > 1:
        return _by_rows(place, rows, whole, ys, parted_beside)
    if place.rows == 1 and len(rows) == 1:
        return _by_columns(place, rows[0], whole, xs)
    return whole, False


def _is_off(place: Place, chars: Sequence[Char], ys: Sequence[float]) -> bool:
    """Whether a text stands in the middle of one row, which is neither the middle nor the upper or lower end of its cell."""
    top, bottom = min(c.top for c in chars), max(c.bottom for c in chars)
    em, middle, end = size(chars[0]), (top + bottom) / 2, ys[place.row + place.rows]
    row = bisect_right(ys, middle) - 1
    return (
        abs(middle - (ys[row] + ys[row + 1]) / 2) < SAME_PLACE * em
        and abs(middle - (ys[place.row] + end) / 2) > 2 * SAME_PLACE * em
        and min(top - ys[place.row], end - bottom) > END * em
    )


_Parts = tuple[list[tuple[Place, list[Char]]], bool]


def _by_rows(
    place: Place,
    rows: list[list[Char]],
    whole: list[tuple[Place, list[Char]]],
    ys: Sequence[float],
    parted_beside: bool,
) -> _Parts:
    if any(c.turn for _, chars in whole for c in chars):
        return whole, False
    bands: dict[int, list[list[Char]]] = {}
    for line in rows:
        middle = (line[0].top + line[0].bottom) / 2
        bands.setdefault(bisect_right(ys, middle) - 1, []).append(line)
    if len(bands) < 2:
        return whole, False
    figures = all(_FIGURES.fullmatch(line_text(line)) for line in rows)
    em = max(size(c) for c in rows[0])
    if not figures and (
        len(bands) < place.rows
        or max(len(line) for line in rows) < 2
        or not _in_place(bands, ys, em)
    ):
        return whole, False
    if not figures and not parted_beside:
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


def _in_place(bands: dict[int, list[list[Char]]], ys: Sequence[float], em: float) -> bool:
    """Whether the texts of all bands stand in their middle, or as far from their top, and further apart than lines of one text do."""
    tops, middles = [], []
    last = None
    for row in sorted(bands):
        first, end = bands[row][0][0].top, bands[row][-1][0].bottom
        if last is not None and bands[row][0][0].top - last <= LEADING * em:
            return False
        last = bands[row][-1][0].top
        tops.append(first - ys[row])
        middles.append((first + end - ys[row] - ys[row + 1]) / 2)
    return all(abs(m) < SAME_PLACE * em for m in middles) or (
        max(tops) - min(tops) < SAME_PLACE * em
    )


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
