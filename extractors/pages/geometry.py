"""Points, boxes and affine maps of page space, whose y runs upwards."""

from __future__ import annotations

Box = tuple[float, float, float, float]  # left, bottom, right, top in page space
Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

#: points by which the straight sides of a rounded rectangle may lie off the sides of its box
ROUNDED = 0.5


def rounded(straight: list[tuple[Point, Point]], curves: list[Point]) -> Box | None:
    """The box of a rectangle with rounded corners, None for any other shape: its straight parts lie on the sides of its box."""
    points = [*curves, *(point for line in straight for point in line)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    box = (min(xs), min(ys), max(xs), max(ys))
    sides = set()
    for (xa, ya), (xb, yb) in straight:
        on = [
            abs(xa - box[0]) + abs(xb - box[0]),
            abs(ya - box[1]) + abs(yb - box[1]),
            abs(xa - box[2]) + abs(xb - box[2]),
            abs(ya - box[3]) + abs(yb - box[3]),
        ]
        if min(on) > 2 * ROUNDED:
            return None
        sides.add(on.index(min(on)))
    return box if len(sides) == 4 else None


def compose(inner: Matrix, outer: Matrix) -> Matrix:
    """Apply `inner` first, then `outer`."""
    if outer is IDENTITY:
        return inner
    a, b, c, d, e, f = inner
    oa, ob, oc, od, oe, of = outer
    return (
        a * oa + b * oc,
        a * ob + b * od,
        c * oa + d * oc,
        c * ob + d * od,
        e * oa + f * oc + oe,
        e * ob + f * od + of,
    )


def apply(point: tuple[float, float], m: Matrix) -> tuple[float, float]:
    """Bring a point through a map."""
    x, y = point
    return (m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5])


def moved(box: Box, m: Matrix) -> Box:
    """The box around a box brought through a map."""
    if m is IDENTITY:
        return box
    corners = [apply((x, y), m) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return (min(xs), min(ys), max(xs), max(ys))
