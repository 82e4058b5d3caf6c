"""The table borders of an upright page image: long straight strokes that hang together, snapped to exact starts and ends.

A stroke becomes a border only by its junctions: characters, dashes and underlines are as black and as straight, but they do not
run from border to border. Works in pixels; the caller divides by the scale.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

# In points; multiplied with the scale before use.
SHORTEST = 8.5  # a stroke below this is a letter's; the lowest table row is about 10 pt high
THICKEST = 5.0  # above this it is a bar or a shaded area
SAME_LINE = 1.8  # strokes this near to each other sideways are one border
MEET = 3.0  # an end this near to a crossing border touches it
GAP = 1.5  # an interruption along a border
LONE = 60.0  # a stroke with a single junction is a border only above this length,
UNBROKEN = 40.0  # and only if one piece of it is this long (strokes of a line of text chain up, but in short pieces)
NARROW = 22.0  # a stroke below this needs borders longer than this at both ends (a letter's strokes cross only each other)
STUB = 4.0  # an end that reaches past its last junction by less than this is cut off


@dataclass(slots=True)
class Stroke:
    """One border: at `at` across (y of a horizontal one), from `start` to `end` along; `thick` pixels wide."""

    at: float
    start: float
    end: float
    thick: float
    piece: float = 0.0  # the longest uninterrupted part
    crossings: list[float] = field(default_factory=list)

    @property
    def length(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Borders:
    """All borders of a page in pixels, and `strokes`, the mask (0 or 1) of the pixels they are printed with."""

    horizontal: tuple[Stroke, ...]
    vertical: tuple[Stroke, ...]
    strokes: np.ndarray


def borders_of(ink: np.ndarray, scale: float) -> Borders:
    """The borders in an ink mask (0 or 1) of an upright page at `scale` pixels a point."""
    import numpy as np

    level, level_mask = _strokes(ink, scale)
    plumb, plumb_mask = _strokes(np.ascontiguousarray(ink.T), scale)
    level, plumb = _joined(level, scale), _joined(plumb, scale)
    while True:
        before = len(level), len(plumb), sum(s.length for s in level), sum(s.length for s in plumb)
        level = _pruned(level, plumb, scale)
        plumb = _pruned(plumb, level, scale)
        if before == (len(level), len(plumb), sum(s.length for s in level), sum(s.length for s in plumb)):
            break
    level, plumb = _tables_only(level, plumb, scale)
    return Borders(tuple(level), tuple(plumb), level_mask | plumb_mask.T)


def _strokes(ink: np.ndarray, scale: float) -> tuple[list[Stroke], np.ndarray]:
    """Horizontal runs of ink at least SHORTEST long; each row borrows from its neighbours, so that a slight lean does not cut a run."""
    import cv2
    import numpy as np

    run = round(SHORTEST * scale)
    thick = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    thick = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, max(3, round(1.0 * scale))), np.uint8))
    mask = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    mask = _without_bars(mask, scale)
    _, _, stats, centroids = cv2.connectedComponentsWithStats(mask)
    found = []
    for (x, _y, w, h, area), (_cx, cy) in zip(stats[1:], centroids[1:], strict=True):
        mean = max(1.0, area / w - 2.0)
        if mean <= THICKEST * scale and h <= max(2.5 * THICKEST * scale, 0.02 * w):
            found.append(Stroke(float(cy), float(x), float(x + w), float(mean), float(w)))
    return found, mask & cv2.dilate(ink, np.ones((3, 3), np.uint8))


def _without_bars(mask: np.ndarray, scale: float) -> np.ndarray:
    """Solid areas (filled cells, black bars, the dark edge of a scan) are no strokes."""
    import cv2
    import numpy as np

    side = round((THICKEST + 1.5) * scale)
    solid = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    if solid.any():
        mask = mask & ~cv2.dilate(solid, np.ones((3, 3), np.uint8)) & 1
    return np.asarray(mask)


def _joined(strokes: list[Stroke], scale: float) -> list[Stroke]:
    """Strokes on one line get one coordinate, and are joined over small interruptions."""
    lines: list[list[Stroke]] = []
    for stroke in sorted(strokes, key=lambda s: s.at):
        if lines and stroke.at - _centre(lines[-1]) <= SAME_LINE * scale:
            lines[-1].append(stroke)
        else:
            lines.append([stroke])
    joined = []
    for line in lines:
        at = _centre(line)
        line.sort(key=lambda s: s.start)
        current = Stroke(at, line[0].start, line[0].end, line[0].thick, line[0].piece)
        for stroke in line[1:]:
            if stroke.start - current.end <= GAP * scale:
                current.end = max(current.end, stroke.end)
                current.thick = max(current.thick, stroke.thick)
                current.piece = max(current.piece, stroke.piece)
            else:
                joined.append(current)
                current = Stroke(at, stroke.start, stroke.end, stroke.thick, stroke.piece)
        joined.append(current)
    return joined


def _centre(line: list[Stroke]) -> float:
    return sum(s.at * s.length for s in line) / sum(s.length for s in line)


def _pruned(strokes: list[Stroke], others: list[Stroke], scale: float) -> list[Stroke]:
    """Strokes that end on `others`, cut to their junctions; open ends stay where several strokes are cut together (a page break)."""
    meet = MEET * scale
    for stroke in strokes:
        short = stroke.length < NARROW * scale
        stroke.crossings = sorted({o.at for o in others if not (short and o.length < NARROW * scale)
                                   and stroke.start - meet <= o.at <= stroke.end + meet
                                   and o.start - meet <= stroke.at <= o.end + meet})
    kept = []
    for stroke in strokes:
        lone = stroke.length > LONE * scale and stroke.piece > UNBROKEN * scale
        enough = len(stroke.crossings) >= 2 or (len(stroke.crossings) == 1 and (lone or _cut_together(stroke, strokes, scale)))
        if enough:
            kept.append(stroke)
    for stroke in kept:
        first, last = stroke.crossings[0], stroke.crossings[-1]
        if stroke.start > first - STUB * scale or not _open(stroke.start, "start", stroke, kept, scale):
            stroke.start = min(first, stroke.start) if len(stroke.crossings) == 1 and stroke.end > first + STUB * scale else first
        if stroke.end < last + STUB * scale or not _open(stroke.end, "end", stroke, kept, scale):
            stroke.end = max(last, stroke.end) if len(stroke.crossings) == 1 and stroke.start < last - STUB * scale else last
    return [s for s in kept if s.length > STUB * scale]


def _open(end: float, side: str, stroke: Stroke, strokes: list[Stroke], scale: float) -> bool:
    """A free end is true where at least two more borders end free at the same height (the page broke there)."""
    fellows = sum(abs(getattr(o, side) - end) <= MEET * scale and abs(o.at - stroke.at) > MEET * scale for o in strokes)
    return fellows >= 2


def _cut_together(stroke: Stroke, strokes: list[Stroke], scale: float) -> bool:
    return any(_open(getattr(stroke, side), side, stroke, strokes, scale) for side in ("start", "end"))


def _tables_only(level: list[Stroke], plumb: list[Stroke], scale: float) -> tuple[list[Stroke], list[Stroke]]:
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
        box = (stroke.start, stroke.at, stroke.end, stroke.at) if is_level else (stroke.at, stroke.start, stroke.at, stroke.end)
        seen = extents.setdefault(root(i), list(box))
        seen[:] = [min(seen[0], box[0]), min(seen[1], box[1]), max(seen[2], box[2]), max(seen[3], box[3])]
    large = {r for r, (x0, y0, x1, y1) in extents.items() if x1 - x0 >= 100 * scale and y1 - y0 >= 20 * scale}
    keep = [nodes[i][0] for i in range(len(nodes)) if root(i) in large]
    marks = {id(s) for s in keep}
    return [s for s in level if id(s) in marks], [s for s in plumb if id(s) in marks]
