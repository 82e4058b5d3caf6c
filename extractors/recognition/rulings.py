"""The table borders of an upright page image: long straight strokes that hang together, snapped to exact starts and ends.

A stroke becomes a border only by its junctions: characters, dashes and underlines are as black and as straight, but they do not
run from border to border. Works in pixels; the caller divides by the scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

# In points; multiplied with the scale before use.
SHORTEST = 8.5  # a stroke below this is a letter's; the lowest table row is about 10 pt high
STRIP = 3.0  # width of the strip in which a border's ink is taken out
THICKEST = 5.0  # above this it is a bar or a shaded area
SAME_LINE = 1.8  # strokes this near to each other sideways are one border
MEET = 3.0  # an end this near to a crossing border touches it
NARROW = 22.0  # two strokes below this do not make a junction (a letter's strokes cross each other)
TAIL = 4.0  # an end that reaches past its last junction by less than this is cut off
LONG = 40.0  # an edge of this length may be patchy, a shorter one is a letter unless it is nearly whole
PATCHY, WHOLE = 0.75, 0.92  # share of an edge that must be ink
TOUCH, SPANNING = (
    0.9,
    150.0,
)  # an edge of less than SPANNING comes as near to its junctions as TOUCH; text keeps a margin
HOLE = 5.0  # pieces with less than this between them may be one broken border
LEANING = 600  # pixels of length above which a stroke's lean shows
BOTH_FLANKS, ONE_FLANK, SOLID = (
    0.12,
    0.25,
    0.975,
)  # shares of ink beside a stroke and in it, see _lettered
FAINT = 9.0  # grey levels by which a hairline too faint for the ink mask must stand out once it is smoothed along its length

Interval = tuple[float, float]


@dataclass(slots=True)
class StrokeLine:
    """All strokes at one coordinate: `at` across (y of a horizontal one); `pieces` along it are printed, `spans` are its borders."""

    at: float
    pieces: list[Interval]
    spans: list[Interval]

    @property
    def weight(self) -> float:
        return sum(end - start for start, end in self.pieces)

    def near(self, position: float, reach: float) -> Interval | None:
        """The span that holds `position`, give or take `reach`."""
        return next((s for s in self.spans if s[0] - reach <= position <= s[1] + reach), None)


@dataclass(frozen=True, slots=True)
class Border:
    """One straight border in pixels: at `at` across, from `start` to `end` along."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class PixelBorders:
    """All borders of a page in pixels, and the masks (0 or 1) of the level and the plumb strokes they were found in."""

    horizontal: tuple[Border, ...]
    vertical: tuple[Border, ...]
    level: np.ndarray
    plumb: np.ndarray

    def printed(self, scale: float) -> np.ndarray:
        """Mask of the pixels that the borders are printed with: strokes in a strip as wide as a slight warp of the paper needs.

        A stroke only counts along its border's own direction: the bars of 5 or 7 set flush against a plumb border stay."""
        import cv2
        import numpy as np

        wide = max(3, round(STRIP * scale))
        rows, columns = np.zeros_like(self.level), np.zeros_like(self.plumb)
        for b in self.horizontal:
            cv2.line(rows, (round(b.start), round(b.at)), (round(b.end), round(b.at)), 1, wide)
        for b in self.vertical:
            cv2.line(columns, (round(b.at), round(b.start)), (round(b.at), round(b.end)), 1, wide)
        return np.asarray(
            cv2.dilate((rows & self.level) | (columns & self.plumb), np.ones((3, 3), np.uint8))
        )


def borders_of(grey: np.ndarray, ink: np.ndarray, scale: float) -> PixelBorders:
    """The borders on an upright page (paper 255) with its ink mask (0 or 1), at `scale` pixels a point."""
    import numpy as np

    level_strokes, level_mask = _strokes(grey, ink, scale)
    plumb_strokes, plumb_mask = _strokes(
        np.ascontiguousarray(grey.T), np.ascontiguousarray(ink.T), scale
    )
    level, plumb = _lines(level_strokes, scale), _lines(plumb_strokes, scale)
    for _ in range(
        12
    ):  # each round can only take strokes away; two or three are enough in practice
        before = [line.spans for line in level + plumb]
        level = _bounded(level, plumb, scale)
        plumb = _bounded(plumb, level, scale)
        if before == [line.spans for line in level + plumb]:
            break
    rows, columns = _tables_only(_borders(level), _borders(plumb), scale)
    return PixelBorders(tuple(rows), tuple(columns), level_mask, np.ascontiguousarray(plumb_mask.T))


def _borders(lines: list[StrokeLine]) -> list[Border]:
    return [Border(line.at, start, end) for line in lines for start, end in line.spans]


def _faint(grey: np.ndarray, ink: np.ndarray, scale: float) -> np.ndarray:
    """Horizontal hairlines that are fainter than ink: darker than the rows around them along several points, no letters beside them."""
    import cv2
    import numpy as np

    smooth = cv2.blur(grey, (round(5 * scale), 1))
    depth = cv2.morphologyEx(
        smooth, cv2.MORPH_BLACKHAT, np.ones((max(5, 2 * round(scale) + 1), 1), np.uint8)
    )
    noise = 1.4826 * float(np.median(depth[::5, ::5]))
    density = cv2.blur(ink * 255, (round(6 * scale), 1))
    beside = max(3, round(1.2 * scale))
    lettered = np.zeros_like(ink)
    lettered[beside:] |= density[:-beside] > 20
    lettered[:-beside] |= density[beside:] > 20
    return np.asarray(((depth > max(FAINT, 5.0 * noise)) & (lettered == 0)).astype(np.uint8))


def _strokes(grey: np.ndarray, ink: np.ndarray, scale: float) -> tuple[list[Border], np.ndarray]:
    """Horizontal runs of ink at least SHORTEST long; each row borrows from its neighbours, so that a slight lean does not cut a run."""
    import cv2
    import numpy as np

    run = round(SHORTEST * scale)
    marks = ink | _faint(grey, ink, scale)
    thick = cv2.dilate(marks, np.ones((3, 1), np.uint8))
    thick = cv2.morphologyEx(
        thick, cv2.MORPH_CLOSE, np.ones((1, max(3, round(0.6 * scale))), np.uint8)
    )
    mask = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    mask = _without_bars(mask, scale)
    _, _, stats, centroids = cv2.connectedComponentsWithStats(mask)
    across = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((round(1.4 * run), 1), np.uint8))
    letters = ink & ~cv2.dilate(across, np.ones((3, 3), np.uint8)) & 1
    boxes = [(int(x), int(y), int(w), int(h)) for x, y, w, h, _ in stats[1:]]
    thicks = [area / w - 2.0 for (_, _, w, _, area) in stats[1:].tolist()]
    usual = _usual([w for _, _, w, _ in boxes], thicks)
    found = []
    for (x, y, w, h), thick, (_, cy) in zip(boxes, thicks, centroids[1:], strict=True):
        stroke = Border(float(cy), float(x), float(x + w))
        straight = thick <= THICKEST * scale and h <= max(2.5 * THICKEST * scale, 0.02 * w)
        if (
            straight
            and (w > LEANING or thick <= 1.6 * usual + 1.5)
            and not _lettered(letters, marks, stroke, (x, y, w, h), thick + 4)
        ):
            found.append(stroke)
    return found, mask & marks


def _usual(lengths: list[int], thicks: list[float]) -> float:
    """The usual thickness of the page's borders: half of all stroke length is no thicker. The borders outweigh the letters."""
    half, passed = sum(lengths) / 2, 0
    for thick, length in sorted(zip(thicks, lengths, strict=True)):
        passed += length
        if passed >= half:
            return max(1.0, thick)
    return 1.0


def _lettered(
    letters: np.ndarray,
    marks: np.ndarray,
    stroke: Border,
    box: tuple[int, int, int, int],
    thick: float,
) -> bool:
    """Whether a stroke is a row of letters that run into each other: ink close by on both sides, or on one side and gaps within.

    Text set flush against a border gives it ink on one side, but the border has no gaps. `letters` is ink without what may be
    borders across; `box` is the stroke's x, y, width and height."""
    x, y, w, h = box
    # A long stroke may lean by a pixel or two: look beyond its whole box there, beside its core otherwise.
    top, bottom = (
        (y, y + h)
        if w > LEANING
        else (round(stroke.at - thick / 2), round(stroke.at + thick / 2) + 1)
    )
    above, below = (
        letters[max(0, top - 4) : max(0, top - 1), x : x + w],
        letters[bottom + 1 : bottom + 4, x : x + w],
    )
    shares = [float(flank.mean()) if flank.size else 0.0 for flank in (above, below)]
    solid = float(marks[y : y + h, x : x + w].max(axis=0).mean())
    return min(shares) > BOTH_FLANKS or (max(shares) > ONE_FLANK and solid < SOLID)


def _without_bars(mask: np.ndarray, scale: float) -> np.ndarray:
    """Solid areas (filled cells, black bars, the dark edge of a scan) are no strokes."""
    import cv2
    import numpy as np

    side = round((THICKEST + 1.5) * scale)
    solid = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    if solid.any():
        mask = mask & ~cv2.dilate(solid, np.ones((3, 3), np.uint8)) & 1
    return np.asarray(mask)


def _lines(strokes: list[Border], scale: float) -> list[StrokeLine]:
    """Strokes at one coordinate gathered into one line; the longest decide where it lies."""
    lines: list[StrokeLine] = []
    for stroke in sorted(strokes, key=lambda s: s.start - s.end):
        line = min(lines, key=lambda k: abs(k.at - stroke.at), default=None)
        if line is None or abs(line.at - stroke.at) > SAME_LINE * scale:
            lines.append(StrokeLine(stroke.at, [(stroke.start, stroke.end)], []))
            continue
        length = stroke.end - stroke.start
        line.at = (line.at * line.weight + stroke.at * length) / (line.weight + length)
        line.pieces.append((stroke.start, stroke.end))
    for line in lines:
        line.pieces = _merged(line.pieces, 0.0)
        line.spans = _merged(line.pieces, HOLE * scale)
    return sorted(lines, key=lambda k: k.at)


def _merged(intervals: list[Interval], gap: float) -> list[Interval]:
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if merged and start - merged[-1][1] <= gap:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _bounded(lines: list[StrokeLine], others: list[StrokeLine], scale: float) -> list[StrokeLine]:
    """The lines cut to the edges between their junctions with `others` that are really printed, and to open ends."""
    meet, narrow = MEET * scale, NARROW * scale
    junctions: list[list[float]] = []
    for line in lines:
        found = []
        for other in others:
            mine, theirs = line.near(other.at, meet), other.near(line.at, meet)
            if mine and theirs and (mine[1] - mine[0] > narrow or theirs[1] - theirs[0] > narrow):
                found.append(other.at)
        junctions.append(found)
    # Open ends: where the page breaks, several borders stop at one height without a border across.
    tails = [
        (piece, line.at)
        for line, found in zip(lines, junctions, strict=True)
        for piece in _tails(line, found, others, scale)
    ]
    kept = []
    for line, found in zip(lines, junctions, strict=True):
        spans = [(a, b) for a, b in pairwise(found) if _printed(line, a, b, scale)]
        for tail in _tails(line, found, others, scale):
            ends = sum(
                any(abs(x - y) <= meet for x, y in zip(tail, piece, strict=True)) and at != line.at
                for piece, at in tails
            )
            if ends >= 2 and _printed(line, *tail, scale):
                spans.append(tail)
        line.spans = _merged(spans, 0.0)
        if line.spans:
            kept.append(line)
    return kept


def _tails(
    line: StrokeLine, junctions: list[float], others: list[StrokeLine], scale: float
) -> list[Interval]:
    """What of the line's spans reaches past the first or last junction on it, out of the table: no border lies further out."""
    meet, tail = MEET * scale, TAIL * scale
    across = [o.at for o in others if o.near(line.at, meet)]
    found = []
    for start, end in line.spans:
        on = [j for j in junctions if start - meet <= j <= end + meet]
        if on and on[0] - start > tail and not any(at < start for at in across):
            found.append((start, on[0]))
        if on and end - on[-1] > tail and not any(at > end for at in across):
            found.append((on[-1], end))
    return found


def _printed(line: StrokeLine, start: float, end: float, scale: float) -> bool:
    """Whether enough of the edge from `start` to `end` is ink."""
    parts = [(max(start, a), min(end, b)) for a, b in line.pieces if a < end and b > start]
    if not parts or (
        end - start < SPANNING * scale
        and max(parts[0][0] - start, end - parts[-1][1]) > TOUCH * scale
    ):
        return False
    inked = sum(b - a for a, b in parts)
    return inked >= (PATCHY if end - start > LONG * scale else WHOLE) * (end - start)


def _tables_only(
    level: list[Border], plumb: list[Border], scale: float
) -> tuple[list[Border], list[Border]]:
    """Strokes that hang together in a table-sized figure: at least 100 pt wide and 20 pt high (a letter or a tick box is smaller)."""
    meet = MEET * scale
    nodes = [(s, True) for s in level] + [(s, False) for s in plumb]
    parent = list(range(len(nodes)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, a in enumerate(level):
        for j, b in enumerate(plumb, len(level)):
            if a.start - meet <= b.at <= a.end + meet and b.start - meet <= a.at <= b.end + meet:
                parent[root(i)] = root(j)
    extents: dict[int, list[float]] = {}
    for i, (stroke, is_level) in enumerate(nodes):
        box = (
            (stroke.start, stroke.at, stroke.end, stroke.at)
            if is_level
            else (stroke.at, stroke.start, stroke.at, stroke.end)
        )
        seen = extents.setdefault(root(i), list(box))
        seen[:] = [
            min(seen[0], box[0]),
            min(seen[1], box[1]),
            max(seen[2], box[2]),
            max(seen[3], box[3]),
        ]
    large = {
        r
        for r, (x0, y0, x1, y1) in extents.items()
        if x1 - x0 >= 100 * scale and y1 - y0 >= 20 * scale
    }
    keep = [nodes[i][0] for i in range(len(nodes)) if root(i) in large]
    marks = {id(s) for s in keep}
    return [s for s in level if id(s) in marks], [s for s in plumb if id(s) in marks]
