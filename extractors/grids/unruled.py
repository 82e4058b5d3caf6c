"""Columns of a table that has horizontal borders only: where the borders of its cells end, else where its texts leave a gap all the way down."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from selfeval.extractors.grids.rulings import SNAP
from selfeval.extractors.grids.typeset import lines, size
from selfeval.extractors.model import Char, Ruling

#: horizontal borders that a table without others has at least, and the share of the widest from which one counts among them
FEWEST, WIDE = 6, 0.4
#: share of the gaps between texts in which borders of cells end, if they were drawn cell by cell
DRAWN = 0.7
#: ems of free space between two texts of one row that part columns
GAP = 1.2

Span = tuple[float, float]


def columns(rulings: Sequence[Ruling], chars: Sequence[Char]) -> list[Ruling]:
    """Given a page's horizontal rulings and characters, the vertical borders that its rows of text imply; none where it has no table."""
    levels = _levels(rulings)
    if len(levels) < FEWEST:
        return []
    left = min(s for _, spans in levels for s, _ in spans)
    right = max(e for _, spans in levels for _, e in spans)
    wide = [
        (y, spans)
        for y, spans in levels
        if sum(end - start for start, end in spans) >= WIDE * (right - left)
    ]
    if len(wide) < FEWEST:
        return []
    top, bottom = wide[0][0], wide[-1][0]
    edges = [(left, top, bottom), (right, top, bottom)]
    ends = [_ends(spans, left, right) for _, spans in wide]
    bands = list(itertools.pairwise([y for y, _ in wide]))
    drawn = [
        [x for x in upper if any(abs(x - other) <= SNAP for other in lower)]
        for upper, lower in itertools.pairwise(ends)
    ]
    texts = [
        _texts([c for c in chars if top <= (c.top + c.bottom) / 2 < bottom])
        for top, bottom in bands
    ]
    if _parts(drawn, texts):
        edges += [
            (x, *band) for band, positions in zip(bands, drawn, strict=True) for x in positions
        ]
    else:
        edges += _gaps(bands, texts)
    return [Ruling(x, start, x, end) for x, start, end in edges]


def _parts(edges: Sequence[Sequence[float]], texts: Sequence[Sequence[Span]]) -> bool:
    """Whether the ends of borders lie in most of the gaps between the texts of their rows."""
    gaps = met = 0
    for positions, spans in zip(edges, texts, strict=True):
        for before, after in itertools.pairwise(spans):
            gaps += 1
            met += any(before[1] - SNAP <= x <= after[0] + SNAP for x in positions)
    return met >= DRAWN * gaps > 0


def _levels(rulings: Sequence[Ruling]) -> list[tuple[float, list[Span]]]:
    """The heights at which horizontal rulings lie, from top to bottom, each with what of them lies there."""
    found: list[tuple[float, list[Span]]] = []
    for r in sorted(rulings, key=lambda r: r.top):
        if r.x1 - r.x0 < r.bottom - r.top:
            continue
        if not found or r.top - found[-1][0] > SNAP:
            found.append((r.top, []))
        found[-1][1].append((r.x0, r.x1))
    return found


def _ends(spans: Sequence[Span], left: float, right: float) -> list[float]:
    """Where the borders of one height end within the table: at the sides of the cells that they were drawn for."""
    ends: list[float] = []
    for x in sorted(x for span in spans for x in span):
        if x - left > SNAP and right - x > SNAP and (not ends or x - ends[-1] > SNAP):
            ends.append(x)
    return ends


def _gaps(bands: Sequence[Span], texts: Sequence[list[Span]]) -> list[tuple[float, float, float]]:
    """Between the rows of one block, in which no text stands across the gap of another row: the middle of each gap."""
    edges = []
    block: list[Span] = []  # what the texts of the block's rows cover
    start = end = 0.0
    most = 0
    for (top, bottom), own in zip(bands, texts, strict=True):
        together = _united([*block, *own])
        if block and len(together) < max(most, len(own)):
            edges += [(x, start, end) for x in _middles(block)]
            block, most, together = [], 0, own
        if not block:
            start = top
        block, most, end = together, max(most, len(own)), bottom
    return edges + [(x, start, end) for x in _middles(block)]


def _texts(chars: Sequence[Char]) -> list[Span]:
    spans: list[Span] = []
    for line in lines(chars):
        ink = [c for c in line if c.text != " "]
        for char in ink:
            if spans and 0 <= char.x0 - spans[-1][1] <= GAP * size(char):
                spans[-1] = (spans[-1][0], char.x1)
            else:
                spans.append((char.x0, char.x1))
    return _united(spans)


def _united(spans: Sequence[Span]) -> list[Span]:
    united: list[Span] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


def _middles(spans: Sequence[Span]) -> list[float]:
    return [(a[1] + b[0]) / 2 for a, b in itertools.pairwise(spans)]
