"""Where the lines of text stand on an upright page image: cell by cell, and outside the tables.

Lines are built from the ink itself, not by a text detector: a detector misses the lone digit in the middle of a cell, and joins
what stands left and right of a border. All boxes are in pixels, x0, y0, x1, y1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

Box = tuple[int, int, int, int]

#: Ink below this area (square points) is speckle, unless it stands beside real ink; a decimal point of 9 pt type has 0.8.
SPECK = 0.9
#: Two blocks of one line outside the tables this many ems apart are separate lines (a title, and the unit at the far right).
APART = 2.5


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text: its box, the region (cell or page) it may not leave, and the boxes of its pieces of ink from left to right."""

    box: Box
    region: Box
    pieces: tuple[Box, ...]
    em: float


def pieces_of(ink: np.ndarray) -> np.ndarray:
    """Connected pieces of ink as rows x0, y0, x1, y1, area."""
    import cv2
    import numpy as np

    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    stats = stats[1:]
    return np.column_stack(
        (
            stats[:, 0],
            stats[:, 1],
            stats[:, 0] + stats[:, 2],
            stats[:, 1] + stats[:, 3],
            stats[:, 4],
        )
    )


def em_of(pieces: np.ndarray, scale: float) -> float:
    """The size of the page's type in pixels: the height that most squarish pieces of at least 3.5 pt share, taken at the upper end."""
    import numpy as np

    w, h = pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1]
    square = (h > 3.5 * scale) & (h < 24 * scale) & (w > 0.5 * h) & (w < 1.6 * h)
    return float(np.percentile(h[square], 60)) * 1.08 if square.sum() >= 5 else 10.0 * scale


def shape_text(line: TextLine) -> str:
    """What a line of nothing but dashes or dots says, told by its shape alone; "" for any other line."""
    pieces = list(line.pieces)
    if len(pieces) == 1 and max(_sides(pieces[0])) <= 0.45 * line.em <= 2.9 * min(
        _sides(pieces[0])
    ):
        return "。"
    if any(
        p[2] - p[0] >= 0.55 * line.em for p in pieces
    ):  # specks beside a long dash do not make it a letter
        pieces = [p for p in pieces if max(p[2] - p[0], p[3] - p[1]) >= 0.18 * line.em]
    x0, y0, x1, y1 = _hull(pieces)
    width, height = x1 - x0, y1 - y0
    if height >= 0.25 * line.em:
        return ""
    if len(pieces) >= 3 and all(p[2] - p[0] <= 0.25 * line.em for p in pieces):
        return "……" if len(pieces) >= 5 else "…"
    stacked = any(
        b[0] < a[2] - 0.3 * (b[2] - b[0]) for a, b in pairwise(pieces)
    )  # two bars are =, not a dash
    if (
        not stacked
        and height < 0.2 * line.em
        and width >= 0.18 * line.em
        and all(p[2] - p[0] >= 1.8 * (p[3] - p[1]) for p in pieces)
    ):
        return "—" * max(1, round(width / line.em)) if width >= 0.55 * line.em else "-"
    return ""


def _sides(box: Box) -> tuple[int, int]:
    return box[2] - box[0], box[3] - box[1]


def zones_of(pieces: np.ndarray, width: int, height: int) -> list[Box]:
    """Bands of a page without tables that blank rows part: a title and the small print below it are judged by their own size."""
    import numpy as np

    used = np.zeros(height + 1, dtype=bool)
    for _, y0, _, y1, area in pieces:
        if area >= 4:
            used[y0:y1] = True
    edges = np.flatnonzero(np.diff(np.concatenate(([False], used)).astype(np.int8)))
    return [
        (0, int(top), width, int(bottom) + 1)
        for top, bottom in zip(edges[::2], edges[1::2], strict=False)
    ]


def lines_in(
    pieces: np.ndarray, region: Box, em: float, scale: float, *, split: bool = False
) -> list[TextLine]:
    """The lines of the pieces inside `region`, from top to bottom. `split` parts a line at wide gaps (outside tables)."""
    x0, y0, x1, y1 = region
    cx, cy = (pieces[:, 0] + pieces[:, 2]) / 2, (pieces[:, 1] + pieces[:, 3]) / 2
    inside = pieces[(cx > x0) & (cx < x1) & (cy > y0) & (cy < y1)]
    if not len(inside):
        return []
    w, h = inside[:, 2] - inside[:, 0], inside[:, 3] - inside[:, 1]
    # What is left of a border at the region's rim, after a warp of the paper: thin, along the rim.
    rim = 1.6 * scale
    thin = (
        (h < 1.5 * scale) & (w > 0.7 * em) & ((inside[:, 1] < y0 + rim) | (inside[:, 3] > y1 - rim))
    ) | (
        (w < 1.5 * scale) & (h > 0.7 * em) & ((inside[:, 0] < x0 + rim) | (inside[:, 2] > x1 - rim))
    )
    inside, w, h = inside[~thin], w[~thin], h[~thin]
    em = _larger_em(w, h, em)
    body = (inside[:, 4] >= SPECK * scale * scale) & ((h >= 0.3 * em) | (w >= 0.35 * em))
    rows = _rows([_box(p) for p in inside[body]], em) or _small_print(
        [_box(p) for p in inside if p[4] >= 4], em, scale
    )
    if not rows:
        return []
    left_over = _adopt(rows, [_box(p) for p in inside[~body]], em)
    rows += _wrapped_stop(rows, left_over, em)
    found = []
    for row in rows:
        for part in _parts(row, APART * em) if split else [row]:
            found.append(TextLine(_hull(part), region, tuple(sorted(part)), em))
    return found


def _larger_em(w: np.ndarray, h: np.ndarray, em: float) -> float:
    """The size of the type in a region where it is clearly larger than the page's."""
    import numpy as np

    square = (h > 0.5 * em) & (h < 5 * em) & (w > 0.5 * h) & (w < 1.6 * h)
    own = float(np.percentile(h[square], 70)) * 1.05 if square.sum() >= 2 else 0.0
    return own if own > 1.35 * em else em


def _box(piece: np.ndarray) -> Box:
    return int(piece[0]), int(piece[1]), int(piece[2]), int(piece[3])


def _hull(boxes: Iterable[Box]) -> Box:
    xs0, ys0, xs1, ys1 = zip(*boxes, strict=True)
    return min(xs0), min(ys0), max(xs1), max(ys1)


def _rows(boxes: list[Box], em: float) -> list[list[Box]]:
    """Boxes gathered into rows of type: tall ones make the rows, flat ones (一, dashes, parts of letters) join the row they lie in."""
    tall = sorted(
        (b for b in boxes if 0.45 * em <= b[3] - b[1] <= 1.5 * em), key=lambda b: b[1] + b[3]
    )
    rows: list[list[Box]] = []
    for box in tall:
        centre = (box[1] + box[3]) / 2
        if rows and centre - _middle(rows[-1]) < 0.5 * em:
            rows[-1].append(box)
        else:
            rows.append([box])
    for box in sorted((b for b in boxes if b[3] - b[1] < 0.45 * em), key=lambda b: b[1]):
        centre = (box[1] + box[3]) / 2
        near = min(rows, key=lambda r: abs(_middle(r) - centre), default=None)
        if near is not None and abs(_middle(near) - centre) < 0.62 * em:
            near.append(box)
        else:
            rows.append([box])
    for box in (
        b for b in boxes if b[3] - b[1] > 1.5 * em
    ):  # a letter larger than the rest, or letters of two rows that touch
        holds = [r for r in rows if box[1] - 0.1 * em <= _middle(r) <= box[3] + 0.1 * em]
        if not holds:
            rows.append([box])
        elif len(holds) == 1:
            holds[0].append(box)
    rows.sort(key=_middle)
    return rows


def _small_print(boxes: list[Box], em: float, scale: float) -> list[list[Box]]:
    """The only ink of a cell where none is as large as a letter: a short dash, or a row of dots; anything else is dirt."""
    dashes = [
        b
        for b in boxes
        if b[2] - b[0] >= max(0.18 * em, 1.8 * (b[3] - b[1])) and b[3] - b[1] < 0.2 * em
    ]
    if len(dashes) == 1 and len(boxes) <= 3:
        return [dashes]
    dots = sorted(b for b in boxes if max(b[2] - b[0], b[3] - b[1]) < 0.25 * em)
    for first in dots:
        row = [b for b in dots if abs(b[1] + b[3] - first[1] - first[3]) <= max(2.0, 0.1 * em)]
        steps = [b[0] - a[0] for a, b in pairwise(row)]
        if (
            len(row) >= 3
            and max(steps) < 0.8 * em
            and max(steps) - min(steps) <= max(2.0 * scale / 2, 0.2 * em)
        ):
            return [row]
    return []


def _middle(row: list[Box]) -> float:
    """The height of a row's middle: of its tall boxes where it has any."""
    heights = [b[3] - b[1] for b in row]
    tallest = max(heights)
    centres = [(b[1] + b[3]) / 2 for b, h in zip(row, heights, strict=True) if h >= 0.6 * tallest]
    return sum(centres) / len(centres)


def _adopt(rows: list[list[Box]], specks: list[Box], em: float) -> list[Box]:
    """Small ink beside a row's ink is its points and commas; the rest is dirt, and returned. A full stop after ）stands a whole em away."""
    dirt = []
    hulls = [_hull(r) for r in rows]
    for box in sorted(specks):
        centre, left, right = (box[1] + box[3]) / 2, box[0], box[2]
        mark = min(box[3] - box[1], right - left) >= 0.14 * em
        for i, hull in enumerate(hulls):
            reach = 1.7 if mark and centre > (hull[1] + hull[3]) / 2 else 0.8
            if (
                hull[1] - 0.15 * em <= centre <= hull[3] + 0.25 * em
                and hull[0] - 0.6 * em <= left
                and right <= hull[2] + reach * em
            ):
                rows[i].append(box)
                hulls[i] = (min(hull[0], left), hull[1], max(hull[2], right), hull[3])
                break
        else:
            dirt.append(box)
    return dirt


def _wrapped_stop(rows: list[list[Box]], dirt: list[Box], em: float) -> list[list[Box]]:
    """The full stop 。that alone went over to a line of its own, at the left below the last one."""
    left, _, _, bottom = _hull([box for row in rows for box in row])
    for x0, y0, x1, y1 in dirt:
        small, large = sorted((x1 - x0, y1 - y0))
        lies_below = 0.2 * em < y1 - bottom < 2.2 * em and -0.3 * em < x0 - left < 0.8 * em
        if 0.16 * em <= small and large <= min(0.45 * em, 1.4 * small) and lies_below:
            return [[(x0, y0, x1, y1)]]
    return []


def _parts(row: list[Box], gap: float) -> list[list[Box]]:
    parts: list[list[Box]] = []
    end = 0
    for box in sorted(row):
        if parts and box[0] - end <= gap:
            parts[-1].append(box)
            end = max(end, box[2])
        else:
            parts.append([box])
            end = box[2]
    return parts
