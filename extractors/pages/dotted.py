"""Borders drawn as rows of dots -> borders. Browsers print a dotted border as thousands of small squares or discs."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

Box = tuple[float, float, float, float]  # left, bottom, right, top in page space

# Lengths are in points on a page of usual type; `unit` scales them to others.

#: points by which the dots of one row may be out of line
IN_LINE = 0.3
#: points by which two dots of a row may be apart: so many times the page's usual step, no less than the first and no more than the second
STEPS, APART = 1.4, (4.0, 14.0)
#: points of step that borders allow for anyway, and points that a row of dots may go on beyond its last dot
REST = 3.0
#: dots that make a border; fewer do from one border to the next, and are decoration, bullets or an ellipsis elsewhere
FEWEST, FEW = 6, 3


class DotChain(NamedTuple):
    """A row or column of dots: its position across, its extent from start to end, and how many dots it has."""

    at: float
    start: float
    end: float
    dots: int


def chained(dots: Iterable[Box], unit: float = 1.0) -> list[Box]:
    """Given the boxes of all dots on a page, one box for each row or column of dots. A dot at a corner belongs to both.

    `unit` is the scale of the page against usual type."""
    centres = [((left + right) / 2, (bottom + top) / 2) for left, bottom, right, top in dots]
    lying, standing = _rows(((y, x) for x, y in centres), unit), _rows(centres, unit)
    steps = sorted(
        b - a for _, row in lying + standing for a, b in pairwise(row) if b - a > IN_LINE * unit
    )
    step = steps[len(steps) // 4] if steps else 0.0
    across = _chains(lying, step, unit)
    down = _chains(standing, step, unit)
    reach = max(STEPS * step, APART[0] * unit)
    long_across, long_down = _long(across), _long(down)
    across = long_across + [chain for chain in across if _is_between(chain, long_down, reach)]
    down = long_down + [chain for chain in down if _is_between(chain, long_across, reach)]
    return [(chain.start, chain.at, chain.end, chain.at) for chain in across] + [
        (chain.at, chain.start, chain.at, chain.end) for chain in down
    ]


def _long(chains: Iterable[DotChain]) -> list[DotChain]:
    return [chain for chain in chains if chain.dots >= FEWEST]


def _is_between(chain: DotChain, others: Iterable[DotChain], reach: float) -> bool:
    """Whether a chain of few dots runs from one border across it to another, as in a low row of a table."""
    if not FEW <= chain.dots < FEWEST:
        return False
    met = [o.at for o in others if o.start - reach <= chain.at <= o.end + reach]
    return any(abs(at - chain.start) <= reach for at in met) and any(
        abs(at - chain.end) <= reach and at > chain.start + reach / 2 for at in met
    )


def _rows(points: Iterable[tuple[float, float]], unit: float) -> list[tuple[float, list[float]]]:
    """Given points as (position across, position along), the rows that they stand in: position across, sorted positions along."""
    rows: list[list[tuple[float, float]]] = []
    for across, along in sorted(points):
        if rows and across - rows[-1][-1][0] <= IN_LINE * unit:
            rows[-1].append((across, along))
        else:
            rows.append([(across, along)])
    return [(row[0][0], sorted(along for _, along in row)) for row in rows]


def _chains(rows: Iterable[tuple[float, list[float]]], step: float, unit: float) -> list[DotChain]:
    """The stretches of rows in which dots stand no further apart than a border's do."""
    apart = min(max(STEPS * step, APART[0] * unit), APART[1] * unit)
    # a pattern that does not come out even leaves its end free
    rest = min(max(step - REST * unit, 0.0), REST * unit)
    found = []
    for across, positions in rows:
        cuts = [
            0,
            *(k for k, (a, b) in enumerate(pairwise(positions), 1) if b - a > apart),
            len(positions),
        ]
        for first, end in pairwise(cuts):
            if end - first > 1:
                found.append(
                    DotChain(
                        across, positions[first] - rest, positions[end - 1] + rest, end - first
                    )
                )
    return found
