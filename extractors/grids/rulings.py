"""Rulings as printed -> straight, snapped, gap-free segments, grouped into the tables that they form."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation import limits
from selfeval.extractors.model import Ruling

#: points of the type that these measures suit; smaller type has borders closer to each other
USUAL_TYPE = 9.0
#: points within which parallel rulings are one border
SNAP = 3.0
#: points that the two strokes of a double line are apart at most, and the share of the shorter one along which they run side by side
DOUBLE, ALONGSIDE = 4.5, 0.8
#: points that one snapped border may be thick; keeps a staircase of rulings from becoming one border
MAX_SPREAD = 4.5
#: points of gap that dashes and borders drawn cell by cell leave in one border
GAP = 4.0
#: a wider gap, up to so many points, is one between dashes if the page has so many like it, this share of all of them within so much of
#: their median
DASH_GAP, DASHES, ALIKE, UNLIKE = 12.0, 6, 0.6, 0.3
#: vertical borders that make a row of a table without any horizontal one
COLUMNS = 4
#: share of a cell's side that must be ruled for the side to be a border
RULED_SHARE = 0.6
#: points by which two borders may miss each other and still meet
REACH = 4.0


class Segment(NamedTuple):
    """A border along one axis: its position across, and its extent from `start` to `end` along the axis."""

    at: float
    start: float
    end: float


_at, _start = itemgetter(0), itemgetter(1)


@dataclass(frozen=True, slots=True)
class Borders:
    """The borders of one table: horizontal ones (at y, from x to x) and vertical ones (at x, from y to y). `reach`: points by which two of
    them may miss each other."""

    horizontal: tuple[Segment, ...]
    vertical: tuple[Segment, ...]
    reach: float = REACH


def tables(rulings: Iterable[Ruling], page: int, em: float = USUAL_TYPE) -> list[Borders]:
    """Given a page's rulings and the size of its type in points, the borders of each table on it, from top to bottom.

    Raises ExtractError("too-complex")."""
    unit = min(1.0, em / USUAL_TYPE)
    lying, standing = [], []
    for x0, top, x1, bottom, _ in rulings:
        if x1 - x0 >= bottom - top:
            lying.append(Segment(top, x0, x1))
        else:
            standing.append(Segment(x0, top, bottom))
    gap = _dash_gap([*_gaps(lying, unit), *_gaps(standing, unit)], unit)
    horizontal, vertical = snapped(lying, unit, gap), snapped(standing, unit, gap)
    if gap > GAP * unit:
        reach = REACH * unit
        horizontal, vertical = (
            _reaching(horizontal, vertical, gap, reach),
            _reaching(vertical, horizontal, gap, reach),
        )
    if len(horizontal) + len(vertical) > limits.MAX_RULING_POSITIONS:
        count = len(horizontal) + len(vertical)
        raise ExtractError(
            "too-complex",
            page=page,
            detail=f"{count} 条框线，超过上限 {limits.MAX_RULING_POSITIONS}",
        )
    return sorted(
        _connected(horizontal, vertical, REACH * unit),
        key=lambda borders: min(s.start for s in borders.vertical),
    )


def _gaps(segments: Sequence[Segment], unit: float) -> list[float]:
    """The gaps in points that the rulings of each line leave, those that lie within the reach of dashes."""
    gaps = []
    for cluster in _clusters(segments, unit):
        joined = _spans(cluster, GAP * unit)
        gaps += [after - end for (_, end), (after, _) in itertools.pairwise(joined)]
    return [gap for gap in gaps if gap <= DASH_GAP * unit]


def _dash_gap(gaps: list[float], unit: float) -> float:
    """Up to how wide a gap two rulings in line are one border: wider than GAP where the page's lines are dashed."""
    if len(gaps) < DASHES:
        return GAP * unit
    usual = sorted(gaps)[len(gaps) // 2]
    alike = sum(abs(gap - usual) <= UNLIKE * usual for gap in gaps)
    return usual * (1 + UNLIKE) if alike >= ALIKE * len(gaps) else GAP * unit


def _reaching(
    segments: list[Segment], others: list[Segment], gap: float, reach: float
) -> list[Segment]:
    """Dashed borders drawn out to the borders that they end at: a pattern that does not come out even leaves a gap there."""
    found = []
    for s in segments:
        at = [o.at for o in others if o.start - reach <= s.at <= o.end + reach]
        start = max((x for x in at if s.start - gap <= x < s.start), default=s.start)
        end = min((x for x in at if s.end < x <= s.end + gap), default=s.end)
        found.append(Segment(s.at, start, end))
    return found


def snapped(segments: Sequence[Segment], unit: float = 1.0, gap: float = GAP) -> list[Segment]:
    """Given segments along one axis, snap those that are one border and join what lies in line with gaps up to `gap` points.

    `unit` is the scale of the page against usual type."""
    borders: list[tuple[float, list[Segment]]] = []
    doubled = -1  # the border that already is a double line
    for cluster in _clusters(segments, unit):
        lengths = [end - start for _, start, end in cluster]
        weight = sum(lengths) or 1.0
        at = cluster[0].at
        if weight > 1:
            at = sum([s[0] * length for s, length in zip(cluster, lengths, strict=True)]) / weight
        joined = _joined(cluster, at, gap)
        if (
            borders
            and doubled != len(borders) - 1
            and at - borders[-1][0] <= DOUBLE * unit
            and _alongside(borders[-1][1], joined)
        ):
            at, before = (borders[-1][0] + at) / 2, borders.pop()[1]
            joined, doubled = _joined([*before, *joined], at, gap), len(borders)
        borders.append((at, joined))
    return [s for _, joined in borders for s in joined if s.end - s.start > SNAP * unit]


def _joined(cluster: list[Segment], at: float, gap: float) -> list[Segment]:
    """Segments of one border, those joined that overlap or lie no more than `gap` apart."""
    return [Segment(at, start, end) for start, end in _spans(cluster, gap)]


def _spans(cluster: list[Segment], gap: float) -> list[tuple[float, float]]:
    """What segments of one border cover, from start to end, gaps up to `gap` included."""
    ordered = sorted(cluster, key=_start)
    _, begun, reached = ordered[0]
    spans = []
    for _, start, end in ordered:
        if start > reached + gap:
            spans.append((begun, reached))
            begun, reached = start, end
        elif end > reached:
            reached = end
    spans.append((begun, reached))
    return spans


def _alongside(ours: list[Segment], theirs: list[Segment]) -> bool:
    """Whether two parallel borders run side by side, as the strokes of a double line do; edges of columns in other rows do not."""
    shared = sum(max(0.0, min(a.end, b.end) - max(a.start, b.start)) for a in ours for b in theirs)
    shorter = min(sum(s.end - s.start for s in ours), sum(s.end - s.start for s in theirs))
    return shared >= ALONGSIDE * shorter > 0


def _clusters(segments: Sequence[Segment], unit: float) -> list[list[Segment]]:
    """Groups of segments no further than SNAP from the next one; a group wider than MAX_SPREAD is parted at its widest gap."""
    groups: list[list[Segment]] = []
    last, near = 0.0, SNAP * unit
    for s in sorted(segments, key=_at):
        if groups and s[0] - last <= near:
            groups[-1].append(s)
        else:
            groups.append([s])
        last = s[0]
    clusters: list[list[Segment]] = []
    while groups:
        group = groups.pop()
        if group[-1].at - group[0].at <= MAX_SPREAD * unit:
            clusters.append(group)
            continue
        widest = max(range(1, len(group)), key=lambda k: group[k].at - group[k - 1].at)
        groups += [group[:widest], group[widest:]]
    return sorted(clusters, key=lambda cluster: cluster[0].at)


def _connected(horizontal: list[Segment], vertical: list[Segment], reach: float) -> list[Borders]:
    """Group the segments that meet each other; a group without both directions is an underline or a decoration."""
    parent = list(range(len(horizontal) + len(vertical)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    offset = len(horizontal)
    for j, v in enumerate(vertical):
        low, high = v.start - reach, v.end + reach
        for i, h in enumerate(horizontal):
            if low <= h.at <= high and h.start - reach <= v.at <= h.end + reach:
                parent[root(i)] = root(offset + j)
    groups: dict[int, tuple[list[Segment], list[Segment]]] = {}
    for i, h in enumerate(horizontal):
        groups.setdefault(root(i), ([], []))[0].append(h)
    for j, v in enumerate(vertical):
        groups.setdefault(root(offset + j), ([], []))[1].append(v)
    tables = [(h, v) for h, v in groups.values() if h and v and len(h) + len(v) > 2]
    if not horizontal:
        tables += _one_row(vertical, reach)
    _run_through(tables, [s for h, v in groups.values() if not h for s in v], reach)
    return [Borders(tuple(h), tuple(v), reach) for h, v in tables]


def _one_row(vertical: list[Segment], reach: float) -> list[tuple[list[Segment], list[Segment]]]:
    """The table of a page that has vertical borders only, all of one height: a row whose other borders a page break left out."""
    top, bottom = (
        min((s.start for s in vertical), default=0.0),
        max((s.end for s in vertical), default=0.0),
    )
    alike = all(s.start - top <= reach and bottom - s.end <= reach for s in vertical)
    if len(vertical) < COLUMNS or not alike:
        return []
    left, right = min(s.at for s in vertical), max(s.at for s in vertical)
    return [([Segment(top, left, right), Segment(bottom, left, right)], vertical)]


def _run_through(
    tables: list[tuple[list[Segment], list[Segment]]], loose: list[Segment], reach: float
) -> None:
    """Add to a table the loose vertical borders beside it that run along all of its height: they part columns in which one merged cell
    takes the whole page, so that no horizontal border reaches them. Tables side by side are left alone: the border may part these."""
    extents = [(min(s.start for s in v), max(s.end for s in v)) for _, v in tables]
    for border in loose:
        beside = [
            i
            for i, (top, bottom) in enumerate(extents)
            if border.start < bottom and border.end > top
        ]
        if len(beside) == 1:
            top, bottom = extents[beside[0]]
            if border.start <= top + reach and border.end >= bottom - reach:
                tables[beside[0]][1].append(border)


def edges_of(
    positions: Sequence[float], start: float, end: float, reach: float
) -> tuple[list[float], bool, bool]:
    """The edges along one axis, completed where borders of the other axis reach beyond the last one (a missing outer border)."""
    edges = sorted(set(positions))
    open_start, open_end = start < edges[0] - reach, end > edges[-1] + reach
    return (
        ([start] if open_start else []) + edges + ([end] if open_end else []),
        open_start,
        open_end,
    )


def ruled(
    segments: Sequence[Segment], at: Sequence[float], along: Sequence[float]
) -> list[list[bool]]:
    """For each edge of `at` and each stretch between two edges of `along`: whether a border is drawn there."""
    by_position: dict[float, list[Segment]] = {}
    for s in segments:
        by_position.setdefault(s.at, []).append(s)
    stretches = list(itertools.pairwise(along))
    found = []
    for position in at:
        drawn = by_position.get(position, ())
        row = []
        for start, end in stretches:
            covered = 0.0
            for _, first, last in drawn:
                if first < end and last > start:
                    covered += min(end, last) - max(start, first)
            row.append(covered >= RULED_SHARE * (end - start))
        found.append(row)
    return found
