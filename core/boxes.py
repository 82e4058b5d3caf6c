"""Boxes on pages: x0, top, x1, bottom in points, origin at the upper left."""

from __future__ import annotations

Box = tuple[float, float, float, float]


def turned(bbox: Box, width: float, height: float, turn: int) -> Box:
    """Given a box in a frame of `width` x `height`, the same box in that frame turned clockwise by `turn` degrees (0, 90, 180, 270)."""
    x0, top, x1, bottom = bbox
    if turn == 90:
        return (height - bottom, x0, height - top, x1)
    if turn == 180:
        return (width - x1, height - bottom, width - x0, height - top)
    if turn == 270:
        return (top, width - x1, bottom, width - x0)
    return bbox
