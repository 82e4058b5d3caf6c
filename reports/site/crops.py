"""The part of a page that shows a finding: wide enough to read the row's neighbours, narrow enough to read the figures."""

from __future__ import annotations

from collections.abc import Sequence

from selfeval.core.boxes import turned
from selfeval.reports.model import Crop, PageImage, Spot
from selfeval.reports.rows import Row

MIN_WIDTH = 400.0  # points: two thirds of an A4 page, so that a row is known by its neighbours and print of 9 points stays readable
MARGIN_X = 70.0
MARGIN_Y = 16.0
MAX_HEIGHT = 150.0  # a merged cell can be as tall as the page; its upper part is enough to know it


def crop_of(spot: Spot, image: PageImage, veils: Sequence[Spot] = ()) -> Crop:
    """Given a box and the image of its page, return the region around the box.

    The box stays in the middle from left to right, even where the region then ends
    beside the page: a narrow screen shows the middle only."""
    width = min(max(spot.x1 - spot.x0 + 2 * MARGIN_X, MIN_WIDTH), image.width)
    height = min(max(spot.bottom - spot.top + 2 * MARGIN_Y, 3 * MARGIN_Y), MAX_HEIGHT, image.height)
    x = (spot.x0 + spot.x1 - width) / 2
    y = min(max(spot.top - MARGIN_Y, 0.0), image.height - height)
    return Crop(
        image,
        round(x, 2),
        round(y, 2),
        round(width, 2),
        round(height, 2),
        tuple(veil for veil in veils if veil.page == spot.page),
    )


def spot_of(row: Row) -> Spot | None:
    """Given a row with page, x0, top, x1 and bottom, return its box, or None when it has none."""
    if row.get("page") is None or row.get("x0") is None:
        return None
    return Spot(
        int(row["page"]),
        float(row["x0"]),
        float(row["top"]),
        float(row["x1"]),
        float(row["bottom"]),
    )


def upright(spot: Spot, image: PageImage | None) -> Spot:
    """A box of the page as displayed on its picture, which stands upright."""
    if image is None or not image.turn:
        return spot
    width, height = image.width, image.height
    if image.turn in (90, 270):  # as displayed
        width, height = height, width
    page, *box = spot
    return Spot(page, *turned((box[0], box[1], box[2], box[3]), width, height, 360 - image.turn))
