"""The glyphs and borders of a page as arrays: made once a page, so that all of them are asked at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from selfeval.extractors.pages.geometry import Matrix
from selfeval.extractors.pages.textpage import TextPage

if TYPE_CHECKING:
    import numpy as np

#: shares of the em above and below the baseline that digits and letters take
ASCENT, DESCENT = 0.75, 0.1


@dataclass(frozen=True, slots=True)
class Places:
    """Of each glyph its tight box and the box made as high as its em (n x 4: left, bottom, right, top in page space), the number of its run, the
    size of its type in points, and when it was drawn. `runs` gives the addresses of runs by number, `borders` the boxes of borders (m x 4)."""

    boxes: np.ndarray
    ems: np.ndarray
    run: np.ndarray
    size: np.ndarray
    order: np.ndarray
    runs: tuple[int, ...]
    borders: np.ndarray


def places(text: TextPage) -> Places:
    """The arrays of a page."""
    import numpy as np

    boxes, run = text.read.boxes, text.read.run_of
    texts = text.objects.texts
    told = np.array(
        [
            (run_.size, run_.origin[1], run_.angle, drawn.order if (drawn := texts.get(at)) else 0)
            for at, run_ in text.runs.items()
        ],
        dtype=np.float64,
    ).reshape(-1, 4)
    size, base, angle, order = told[run].T if len(boxes) else np.zeros((4, 0))
    ems = boxes.copy()
    level = angle == 0  # pdfium does not know how high the glyphs of some fonts are
    ems[level, 1] = np.minimum(boxes[:, 1], base - DESCENT * size)[level]
    ems[level, 3] = np.maximum(boxes[:, 3], base + ASCENT * size)[level]
    borders = np.array(text.objects.borders, dtype=np.float64).reshape(-1, 4)
    return Places(boxes, ems, run, size, order, tuple(text.runs), borders)


def moved(boxes: np.ndarray, m: Matrix) -> np.ndarray:
    """Boxes (n x 4) brought through a map of page space: x0, y0, x1, y1 with the lower of each first."""
    import numpy as np

    a, b, c, d, e, f = m
    x0, y0, x1, y1 = boxes.T
    if b == c == 0:  # nearly every page
        corners = (a * x0 + e, a * x1 + e, d * y0 + f, d * y1 + f)
    else:
        corners = (
            a * x0 + c * y0 + e,
            a * x1 + c * y1 + e,
            b * x0 + d * y0 + f,
            b * x1 + d * y1 + f,
        )
    found = np.empty((len(boxes), 4))
    for axis, (one, other) in enumerate((corners[:2], corners[2:])):
        np.minimum(one, other, out=found[:, axis])
        np.maximum(one, other, out=found[:, axis + 2])
    return found
