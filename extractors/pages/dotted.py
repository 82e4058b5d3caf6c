"""Borders drawn as rows of dots -> borders. Browsers print a dotted border as thousands of small squares or discs."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

Box = tuple[float, float, float, float]  # left, bottom, right, top in page space

#: points by which the dots of one row may be out of line, and by which two of them may be apart
IN_LINE, APART = 0.3, 4.0
#: dots that make a border; fewer are decoration, bullets or the dots of an ellipsis
FEWEST = 6


def chained(dots: Iterable[Box]) -> list[Box]:
    """Given the boxes of all dots on a page, one box for each row or column of dots. A dot at a corner belongs to both."""
    centres = [((left + right) / 2, (bottom + top) / 2) for left, bottom, right, top in dots]
    lying = [(start, at, end, at) for at, start, end in _chains((y, x) for x, y in centres)]
    return lying + [(at, start, at, end) for at, start, end in _chains(centres)]


def _chains(points: Iterable[tuple[float, float]]) -> list[tuple[float, float, float]]:
    """Given points as (position across, position along), the chains that run along: position across, start and end."""
    rows: list[list[tuple[float, float]]] = []
    for across, along in sorted(points):
        if rows and across - rows[-1][-1][0] <= IN_LINE:
            rows[-1].append((across, along))
        else:
            rows.append([(across, along)])
    found = []
    for row in rows:
        positions = sorted(along for _, along in row)
        cuts = [
            0,
            *(k for k, (a, b) in enumerate(pairwise(positions), 1) if b - a > APART),
            len(positions),
        ]
        for first, end in pairwise(cuts):
            if end - first >= FEWEST:
                found.append((row[0][0], positions[first], positions[end - 1]))
    return found
