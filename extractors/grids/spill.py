"""Text that runs over the border of its cell: it belongs in one piece to the cell that it begins in, and every cell it touches is doubtful.

Browsers, spreadsheets with fixed row heights and word processors all let text run on where its cell ends. What is one text the page's
text objects and its drawing order say; where these say nothing, characters that touch across a border do.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from selfeval.extractors.grids.typeset import lines, size
from selfeval.extractors.model import Bbox, Char

#: share of a character's width beyond a border that says that its text runs over the border
OVERRUN_SHARE = 0.3
#: the same, where the cell beyond the border is empty: the character may be its own
TOUCHING_SHARE = 0.1
#: ems from a character that stands over its border up to which the cell beyond begins
BESIDE = 0.3
#: ems between two characters on both sides of a border that say the same: cells keep their texts further apart
OVERRUN_GAP = 0.12
#: ems between two characters of one text object up to which they are one text, between figures and between others
ONE_NUMBER, ONE_TEXT = 0.3, 0.8
#: share of the em by which the characters of one line may differ in height
SAME_LINE = 0.15
#: ems from one line of a text to the next, the most that a line leaves free if its text goes on, and by which lines stand aligned
LEADING, FULL, ALIGNED = (0.9, 1.75), 3.0, 0.3
#: shares of the em by which two lines may differ in their place within their cells and still have cells of their own
SAME_PLACE = 0.15
#: points by which the sides of two cells of one column may differ
SAME_SIDE = 1.0


@dataclass(frozen=True, slots=True)
class _Piece:
    """One line of one cell as it was drawn: its characters' places in the drawing order, its cell and its box."""

    first: int
    end: int
    cell: int
    box: Bbox


def settled(
    chars: Sequence[Char],
    char_boxes: np.ndarray,
    home: np.ndarray,
    boxes: Sequence[Bbox],
) -> tuple[list[int], set[int]]:
    """Given the characters in drawing order and their boxes (n x 4), the cell that each one's middle lies in (-1: none) and the boxes of the
    cells, the cell that each belongs to and the cells that are doubtful."""
    homes = home.tolist()
    ink = [k for k, c in enumerate(chars) if c[0] != " " and not c[7]]
    doubtful: set[int] = set()
    if not ink:
        return homes, doubtful
    em_boxes = char_boxes[ink]
    _move_rests(chars, ink, em_boxes, home[ink], homes, doubtful)
    at = np.array([homes[k] for k in ink])
    _move_lines(ink, em_boxes, at, homes, boxes, doubtful)
    over = _overrunning(em_boxes, at, boxes)
    for index in sorted(over):
        _pull_together(index, chars, homes, boxes, doubtful)
    return homes, doubtful | over


def _move_rests(
    chars: Sequence[Char],
    ink: Sequence[int],
    em_boxes: np.ndarray,
    at: np.ndarray,
    homes: list[int],
    doubtful: set[int],
) -> None:
    """Move what of a text object lies beyond a border to the cell that it begins in; to the one that it ends in, where the first has a
    text of its own and the other has not, as where a number set flush right is too long."""
    runs = np.array([hash(chars[k][8]) for k in ink])
    ems = np.maximum(em_boxes[:, 3] - em_boxes[:, 1], 0.1)
    gaps = (em_boxes[1:, 0] - em_boxes[:-1, 2]) / ems[:-1]
    level = np.abs(em_boxes[1:, 1] - em_boxes[:-1, 1]) < SAME_LINE * ems[:-1]
    chained = (runs[1:] == runs[:-1]) & (runs[1:] != 0) & level & (gaps > -1) & (gaps < ONE_TEXT)
    for k in np.flatnonzero(chained & (at[1:] != at[:-1]) & (at[:-1] >= 0)).tolist():
        if homes[ink[k]] == homes[ink[k + 1]] or not _is_one_text(chars, ink, gaps, k):
            continue
        first, end = k, k + 2
        while first > 0 and chained[first - 1] and at[first - 1] == at[k]:
            first -= 1
        while end < len(ink) and chained[end - 1] and _is_one_text(chars, ink, gaps, end - 1):
            end += 1
        begin, last = int(at[first]), int(at[end - 1])
        inside = set(ink[first:end])
        taken = {homes[j] for j in ink if j not in inside}
        home = last if last >= 0 and begin in taken and last not in taken else begin
        doubtful.update(int(cell) for cell in at[first:end] if cell >= 0)
        for j in range(ink[first], ink[end - 1] + 1):
            homes[j] = home


def _is_one_text(chars: Sequence[Char], ink: Sequence[int], gaps: np.ndarray, k: int) -> bool:
    """Full-width digits leave half an em between them, as characters do."""
    figures = all("0" <= chars[ink[j]].text <= "9" for j in (k, k + 1))
    return bool(gaps[k] < (ONE_NUMBER if figures else ONE_TEXT))


def _move_lines(
    ink: Sequence[int],
    em_boxes: np.ndarray,
    at: np.ndarray,
    homes: list[int],
    boxes: Sequence[Bbox],
    doubtful: set[int],
) -> None:
    """Move lines that were drawn right after a full line of the cell above, one leading below it, to that cell: its row is too low."""
    if not _any_below(em_boxes, at, boxes):
        return
    pieces = list(_pieces(ink, em_boxes, at))
    turns = Counter(
        _is_below(boxes[b.cell], boxes[a.cell])
        for a, b in itertools.pairwise(pieces)
        if a.cell >= 0 and b.cell >= 0 and a.cell != b.cell
    )
    if turns[True] > turns[False]:
        return  # the table was drawn column by column: the order says nothing
    moved: dict[int, int] = {}  # place of a piece -> cell that its text began in
    for k in range(1, len(pieces)):
        above, below = pieces[k - 1], pieces[k]
        cell = moved.get(k - 1, above.cell)
        if below.cell == cell or min(above.cell, below.cell) < 0:
            continue
        goes_on = below.cell == above.cell and k - 1 in moved
        if not goes_on and not _is_below(boxes[below.cell], boxes[above.cell]):
            continue
        if _continues_below(above, below, boxes):
            moved[k] = cell
            doubtful.update((cell, below.cell))
            for j in range(ink[below.first], ink[below.end - 1] + 1):
                homes[j] = cell


def _any_below(em_boxes: np.ndarray, at: np.ndarray, boxes: Sequence[Bbox]) -> bool:
    """Whether any character was drawn right after one of the cell above, one leading below it: most pages have none."""
    steps = np.flatnonzero((at[1:] != at[:-1]) & (at[1:] >= 0) & (at[:-1] >= 0))
    ems = np.maximum(em_boxes[steps, 3] - em_boxes[steps, 1], 0.1)
    lower = em_boxes[steps + 1, 1] - em_boxes[steps, 1]
    steps = steps[(lower > LEADING[0] * ems) & (lower < LEADING[1] * ems)]
    return any(_is_below(boxes[at[k + 1]], boxes[at[k]]) for k in steps.tolist())


def _pieces(ink: Sequence[int], em_boxes: np.ndarray, at: np.ndarray) -> Iterator[_Piece]:
    ems = np.maximum(em_boxes[:, 3] - em_boxes[:, 1], 0.1)
    goes_on = (
        (at[1:] == at[:-1])
        & (np.abs(em_boxes[1:, 1] - em_boxes[:-1, 1]) < SAME_LINE * ems[:-1])
        & (em_boxes[1:, 0] > em_boxes[:-1, 0])
    )
    edges = [0, *(np.flatnonzero(~goes_on) + 1).tolist(), len(ink)]
    for first, end in itertools.pairwise(edges):
        part = em_boxes[first:end]
        box = (part[0, 0], part[0, 1], part[:, 2].max(), part[0, 3])
        yield _Piece(first, end, int(at[first]), tuple(map(float, box)))  # type: ignore[arg-type]


def _is_below(box: Bbox, other: Bbox) -> bool:
    """Whether a cell is the next one of another cell's column."""
    return (
        abs(box[0] - other[0]) < SAME_SIDE
        and abs(box[2] - other[2]) < SAME_SIDE
        and abs(box[1] - other[3]) < SAME_SIDE
    )


def _continues_below(above: _Piece, below: _Piece, boxes: Sequence[Bbox]) -> bool:
    (x0, top, x1, bottom), (u0, u_top, u1, u_bottom) = above.box, below.box
    em = bottom - top
    cell, under = boxes[above.cell], boxes[below.cell]
    aligned = abs(u0 - x0) < ALIGNED * em or abs(u0 + u1 - x0 - x1) < 2 * ALIGNED * em
    own_place = abs((top - cell[1]) - (u_top - under[1])) < SAME_PLACE * em
    return (
        LEADING[0] * em < u_top - top < LEADING[1] * em
        and abs((u_bottom - u_top) - em) < SAME_LINE * em
        and (cell[2] - cell[0]) - (x1 - x0) < FULL * em
        and aligned
        and not own_place
    )


def _overrunning(
    em_boxes: np.ndarray,
    at: np.ndarray,
    boxes: Sequence[Bbox],
) -> set[int]:
    """Cells with a character that stands over their border, or right at it beside a character of the next cell."""
    inside = np.flatnonzero(at >= 0)
    if not len(inside):
        return set()
    sides = np.array(boxes, dtype=float)[at[inside]]
    own = em_boxes[inside]
    width = own[:, 2] - own[:, 0]
    em = own[:, 3] - own[:, 1]
    beyond = np.maximum(sides[:, 0] - own[:, 0], own[:, 2] - sides[:, 2])
    over = (width > em / 10) & (beyond > OVERRUN_SHARE * width)
    found = set(at[inside[over]].tolist())
    touching = (width > em / 10) & (beyond > TOUCHING_SHARE * width)
    for k, empty in zip(np.flatnonzero(touching), _begun_in(own[touching], at, boxes), strict=True):
        if empty:
            found |= {int(at[inside[k]]), *empty}
    for k in np.flatnonzero(~over & (sides[:, 2] - own[:, 2] < OVERRUN_GAP * em)):
        gap = OVERRUN_GAP * em[k]
        beside = (
            (np.abs(own[:, 1] - own[k, 1]) < gap)
            & (np.abs(own[:, 0] - own[k, 2]) < gap)
            & (np.abs(sides[:, 0] - sides[k, 2]) < SAME_SIDE)
        )
        if beside.any():
            found.add(int(at[inside[k]]))
    return found


def _begun_in(own: np.ndarray, at: np.ndarray, boxes: Sequence[Bbox]) -> list[set[int]]:
    """For each of the characters (n x 4) that stand over a border the empty cells in which it has its other part."""
    if not len(own):
        return []
    every = np.array(boxes, dtype=float)
    empty = np.setdiff1d(np.arange(len(boxes)), at)
    sides, middle = every[empty], (own[:, 1] + own[:, 3]) / 2
    level = (sides[:, None, 1] <= middle) & (middle < sides[:, None, 3])
    apart = BESIDE * (own[:, 3] - own[:, 1])  # filled cells may leave a gap between them
    over = (sides[:, None, 0] < own[:, 2] + apart) & (own[:, 0] - apart < sides[:, None, 2])
    return [set(empty[held].tolist()) for held in (level & over).T]


def _pull_together(
    index: int,
    chars: Sequence[Char],
    homes: list[int],
    boxes: Sequence[Bbox],
    doubtful: set[int],
) -> None:
    """Give a cell what the cells beside it hold, where that is no more than the rest of its own text."""
    ours = [c for c, home in zip(chars, homes, strict=True) if home == index]
    x0, top, x1, _ = boxes[index]
    for other, box in enumerate(boxes):
        if not (box[1] - SAME_SIDE < top < box[3] - SAME_SIDE) or other == index:
            continue
        if abs(box[2] - x0) >= SAME_SIDE and abs(box[0] - x1) >= SAME_SIDE:
            continue
        theirs = [k for k, home in enumerate(homes) if home == other]
        if theirs and len(theirs) <= len(ours) and _continues(ours, [chars[k] for k in theirs]):
            doubtful.add(other)
            for k in theirs:
                homes[k] = index


def _continues(ours: Sequence[Char], theirs: Sequence[Char]) -> bool:
    """Whether every line of `theirs` stands right after or before a character of `ours`, as the rest of a run does."""
    for line in lines(theirs):
        first, last = line[0], line[-1]
        em = size(first)
        if not any(
            abs(c.top - first.top) < em / 2
            and min(abs(first.x0 - c.x1), abs(c.x0 - last.x1)) < em / 4
            for c in ours
        ):
            return False
    return True
