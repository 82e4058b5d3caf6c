"""Borders drawn as rows of dots -> borders. Browsers print a dotted border as thousands of small squares or discs."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

Box = tuple[float, float, float, float]  # left, bottom, right, top in page space

#: points by which the dots of one row may be out of line
IN_LINE = 0.3
#: points by which two dots of a row may be apart: so many times the page's usual step, no less than the first and no more than the second
STEPS, APART = 2.0, (4.0, 14.0)
#: points of step that borders allow for anyway, and points that a row of dots may go on beyond its last dot
REST = 3.0
#: dots that make a border; fewer are decoration, bullets or the dots of an ellipsis
FEWEST = 6


def chained(dots: Iterable[Box]) -> list[Box]:
    """Given the boxes of all dots on a page, one box for each row or column of dots. A dot at a corner belongs to both."""
    centres = [((left + right) / 2, (bottom + top) / 2) for left, bottom, right, top in dots]
    lying, standing = _rows((y, x) for x, y in centres), _rows(centres)
    steps = sorted(
        b - a for _, row in lying + standing for a, b in pairwise(row) if b - a > IN_LINE
    )
    step = steps[len(steps) // 4] if steps else 0.0
    return [(start, at, end, at) for at, start, end in _chains(lying, step)] + [
        (at, start, at, end) for at, start, end in _chains(standing, step)
    ]


def _rows(points: Iterable[tuple[float, float]]) -> list[tuple[float, list[float]]]:
    """Given points as (position across, position along), the rows that they stand in: position across, sorted positions along."""
    rows: list[list[tuple[float, float]]] = []
    for across, along in sorted(points):
        if rows and across - rows[-1][-1][0] <= IN_LINE:
            rows[-1].append((across, along))
        else:
            rows.append([(across, along)])
    return [(row[0][0], sorted(along for _, along in row)) for row in rows]


def _chains(
    rows: Iterable[tuple[float, list[float]]], step: float
) -> list[tuple[float, float, float]]:
    """The stretches of rows in which dots stand no further apart than a border's do: position across, start and end."""
    apart = min(max(STEPS * step, APART[0]), APART[1])
    rest = min(
        max(step - REST, 0.0), REST
    )  # a pattern that does not come out even leaves its end free
    found = []
    for across, positions in rows:
        cuts = [
            0,
            *(k for k, (a, b) in enumerate(pairwise(positions), 1) if b - a > apart),
            len(positions),
        ]
        for first, end in pairwise(cuts):
            if end - first >= FEWEST:
                found.append((across, positions[first] - rest, positions[end - 1] + rest))
    return found
