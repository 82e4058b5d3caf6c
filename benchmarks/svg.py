"""Small plots as SVG text: horizontal bars and lines on logarithmic axes, timelines on even ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

COLOURS = ("#1f5fa8", "#c4511d", "#3f8f4f", "#7a4fa3", "#8a6d00", "#5b6770")
FONT = 'font-family="system-ui, sans-serif" font-size="12"'


def bars(title: str, rows: Sequence[tuple[str, float, str]], unit: str) -> str:
    """One bar a row (name, value above 0, note), longest value at the full width, on a logarithmic axis."""
    low = 10 ** math.floor(math.log10(min(value for _, value, _ in rows)))
    high = 10 ** math.ceil(math.log10(max(value for _, value, _ in rows)))
    left, width, step = 210, 400, 30
    height = 60 + step * len(rows) + 30
    parts = [_open(left + width + 200, height, title)]
    for power in range(round(math.log10(low)), round(math.log10(high)) + 1):
        x = left + width * (power - math.log10(low)) / math.log10(high / low)
        parts.append(
            f'<line x1="{x:.1f}" y1="44" x2="{x:.1f}" y2="{height - 30}" stroke="#ddd"/>'
            f'<text x="{x:.1f}" y="{height - 12}" text-anchor="middle" {FONT}>{10.0**power:g}</text>'
        )
    for number, (name, value, note) in enumerate(rows):
        y, length = 50 + step * number, width * math.log10(value / low) / math.log10(high / low)
        colour = COLOURS[0 if name.startswith("selfeval") else 5]
        parts.append(
            f'<text x="{left - 8}" y="{y + 15}" text-anchor="end" {FONT}>{escape(name)}</text>'
            f'<rect x="{left}" y="{y}" width="{max(1.0, length):.1f}" height="20" fill="{colour}"/>'
            f'<text x="{left + length + 6:.1f}" y="{y + 15}" {FONT}>{value:.1f} {escape(unit)}{escape(note)}</text>'
        )
    return "\n".join([*parts, "</svg>\n"])


def lines(
    title: str, series: Mapping[str, Sequence[tuple[float, float]]], x_name: str, y_name: str
) -> str:
    """One line a series of (x, y), both above 0, on two logarithmic axes."""
    points = [point for row in series.values() for point in row]
    x_low, x_high = min(x for x, _ in points), max(x for x, _ in points)
    y_low = 10 ** math.floor(math.log10(min(y for _, y in points)))
    y_high = 10 ** math.ceil(math.log10(max(y for _, y in points)) + 1e-9)
    left, top, width, height = 70, 50, 420, 260

    def place(x: float, y: float) -> tuple[float, float]:
        across, up = (
            math.log(x / x_low) / math.log(x_high / x_low),
            math.log(y / y_low) / math.log(y_high / y_low),
        )
        return left + width * across, top + height * (1 - up)

    parts = [_open(left + width + 210, top + height + 60, title)]
    parts.append(
        f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="none" stroke="#999"/>'
    )
    for x in sorted({x for x, _ in points}):
        parts.append(
            f'<text x="{place(x, y_low)[0]:.1f}" y="{top + height + 18}" text-anchor="middle" {FONT}>{x:g}</text>'
        )
    for power in range(round(math.log10(y_low)), round(math.log10(y_high)) + 1):
        y = place(x_low, 10.0**power)[1]
        parts.append(
            f'<line x1="{left}" y1="{y:.1f}" x2="{left + width}" y2="{y:.1f}" stroke="#ddd"/>'
            f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end" {FONT}>{10.0**power:g}</text>'
        )
    for number, (name, row) in enumerate(series.items()):
        colour, spots = COLOURS[number % len(COLOURS)], [place(x, y) for x, y in row]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in spots]
        parts.append(
            f'<text x="{left + width + 12}" y="{top + 20 + 20 * number}" fill="{colour}" {FONT}>{escape(name)}</text>'
        )
    parts.append(
        f'<text x="{left + width / 2}" y="{top + height + 42}" text-anchor="middle" {FONT}>{escape(x_name)}</text>'
        f'<text x="{left - 50}" y="{top - 10}" {FONT}>{escape(y_name)}</text>'
    )
    return "\n".join([*parts, "</svg>\n"])


def timeline(title: str, series: Mapping[str, Sequence[tuple[float, float]]], y_name: str) -> str:
    """One line a series of (seconds, value), on even axes from 0."""
    points = [point for row in series.values() for point in row]
    ends = [_round_up(max((point[axis] for point in points), default=1.0)) for axis in (0, 1)]
    left, top, width, height = 70, 50, 560, 260
    parts = [_open(left + width + 150, top + height + 60, title)]
    for fifth in range(6):
        x, y = left + width * fifth / 5, top + height * (1 - fifth / 5)
        parts.append(
            f'<line x1="{left}" y1="{y:.1f}" x2="{left + width}" y2="{y:.1f}" stroke="#ddd"/>'
            f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end" {FONT}>{ends[1] * fifth / 5:g}</text>'
            f'<text x="{x:.1f}" y="{top + height + 18}" text-anchor="middle" {FONT}>{ends[0] * fifth / 5:g}</text>'
        )
    for number, (name, row) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(
            f"{left + width * x / ends[0]:.1f},{top + height * (1 - y / ends[1]):.1f}"
            for x, y in row
        )
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
            f'<text x="{left + width + 12}" y="{top + 20 + 20 * number}" fill="{colour}" {FONT}>{escape(name)}</text>'
        )
    parts.append(
        f'<text x="{left + width / 2}" y="{top + height + 42}" text-anchor="middle" {FONT}>seconds</text>'
        f'<text x="{left - 50}" y="{top - 10}" {FONT}>{escape(y_name)}</text>'
    )
    return "\n".join([*parts, "</svg>\n"])


def _round_up(value: float) -> float:
    """The next of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value)


def _open(width: float, height: float, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img">'
        f'<title>{escape(title)}</title><rect width="100%" height="100%" fill="white"/>'
        f'<text x="16" y="26" font-family="system-ui, sans-serif" font-size="15" font-weight="bold">{escape(title)}</text>'
    )
