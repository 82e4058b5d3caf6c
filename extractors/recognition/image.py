"""A scanned page as a picture: rendered, evened out, brought upright, with the way back to the page as displayed.

Everything here works on grey images (uint8, height x width, 255 is paper) at `scale` pixels a PDF point.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from selfeval.extractors.model import Bbox, Notice, PageContent

if TYPE_CHECKING:
    import numpy as np
    from pypdfium2 import PdfPage

#: The recogniser reads lines 48 px high; 10 pt type at 220 dpi is 30 px, enough to be enlarged without losing decimal points.
TARGET_DPI = 220.0
MAX_PIXELS = (
    12_000_000  # one page in memory at once: 12 MB grey, some 100 MB with all intermediate masks
)
MAX_SKEW = math.tan(math.radians(6.0))


@dataclass(frozen=True, slots=True)
class ScannedPage(PageContent):
    """PageContent of a picture that was turned and straightened before it was read.

    Its chars, rulings, width and height are in the upright frame; `to_display` = (a, b, c, d, e, f) leads back to the page as
    displayed: x' = a x + b y + c, y' = d x + e y + f, in points."""

    to_display: tuple[float, float, float, float, float, float] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)

    def displayed(self, bbox: Bbox) -> Bbox:
        """Given a box in the upright frame, the box of the same size around the same place on the page as displayed."""
        a, b, c, d, e, f = self.to_display
        x0, top, x1, bottom = bbox
        corners = [(x, y) for x in (x0, x1) for y in (top, bottom)]
        # On a leaning page the rectangle leans: the mean of the corners on each side is its middle.
        xs = sorted(a * x + b * y + c for x, y in corners)
        ys = sorted(d * x + e * y + f for x, y in corners)
        return (xs[0] + xs[1]) / 2, (ys[0] + ys[1]) / 2, (xs[2] + xs[3]) / 2, (ys[2] + ys[3]) / 2


@dataclass(frozen=True, slots=True)
class UprightImage:
    """A page image brought upright. `grey` has even paper (255); `matrix` (2 x 3) maps pixels as rendered to pixels of `grey`."""

    grey: np.ndarray
    matrix: np.ndarray
    scale: float

    def to_display(self) -> tuple[float, float, float, float, float, float]:
        """The affine map from upright points to points of the page as displayed."""
        import cv2

        back = cv2.invertAffineTransform(self.matrix)
        return (
            float(back[0, 0]),
            float(back[0, 1]),
            float(back[0, 2]) / self.scale,
            float(back[1, 0]),
            float(back[1, 1]),
            float(back[1, 2]) / self.scale,
        )

    def of_rendered(self, bbox: Bbox) -> Bbox:
        """A box on the page as displayed -> the box in the upright frame that encloses it, in points."""
        import numpy as np

        x0, top, x1, bottom = bbox
        corners = (
            np.array([(x * self.scale, y * self.scale, 1) for x in (x0, x1) for y in (top, bottom)])
            @ self.matrix.T
            / self.scale
        )
        low, high = corners.min(axis=0), corners.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def scale_of(page: PdfPage) -> float:
    """Pixels a point at which a page is recognised."""
    width, height = page.get_size()
    return min(TARGET_DPI / 72.0, math.sqrt(MAX_PIXELS / max(1.0, width * height)))


def render(page: PdfPage) -> tuple[np.ndarray, float, tuple[Notice, ...]]:
    """The page as displayed: (grey image with even paper, pixels a point, seals found).

    Red ink is left out: the red channel shows a seal as paper and keeps black and blue print."""
    import cv2
    import numpy as np

    scale = scale_of(page)
    image = page.render(scale=scale, rev_byteorder=True).to_numpy()
    if image.ndim == 2 or image.shape[2] == 1:
        return flatten(image.reshape(image.shape[:2])), scale, ()
    red = image[..., 0]
    redness = cv2.subtract(red, cv2.max(image[..., 1], image[..., 2]))
    # Compression blurs colour more than light: around red ink the red channel is a little dark too, and is whitened.
    stamped = cv2.dilate((redness > 40).astype(np.uint8), np.ones((5, 5), np.uint8))
    red = np.where((stamped > 0) & (red > 140), 255, red).astype(np.uint8)
    return flatten(red), scale, _seals(redness, scale)


def _seals(redness: np.ndarray, scale: float) -> tuple[Notice, ...]:
    """Stamps: patches of red ink of at least 40 pt across (seals are 42 to 45 mm; smaller red print stays unmentioned)."""
    import cv2
    import numpy as np

    mask = (redness > 60).astype(np.uint8)
    if not mask.any():
        return ()
    reach = max(3, round(6 * scale))
    merged = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(merged)
    found = []
    for x, y, w, h, area in stats[1:]:
        if w >= 40 * scale and h >= 40 * scale and area > 0.1 * w * h:
            found.append(
                Notice("seal", "", (x / scale, y / scale, (x + w) / scale, (y + h) / scale))
            )
    return tuple(found)


def flatten(grey: np.ndarray) -> np.ndarray:
    """The same image with its paper at 255 everywhere: grey backgrounds, shaded cells and uneven light divided out."""
    import cv2
    import numpy as np

    small = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((13, 13), np.uint8))
    paper = cv2.GaussianBlur(cv2.medianBlur(paper, 5), (0, 0), 4)
    paper = cv2.max(
        cv2.resize(paper, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR), 60
    )
    return np.asarray(cv2.divide(grey, paper, scale=255.0))


def ink_of(grey: np.ndarray) -> np.ndarray:
    """Mask (0 or 1) of what is printed. The threshold stays six times the paper's own noise away from white."""
    import numpy as np

    paper = grey[::3, ::3]
    paper = paper[paper > 180]
    noise = (
        1.4826 * float(np.median(np.abs(paper.astype(np.int16) - int(np.median(paper)))))
        if paper.size
        else 0.0
    )
    return (grey < min(205.0, max(140.0, 250.0 - 6.0 * noise))).astype(np.uint8)


def turned(grey: np.ndarray, quarter: int) -> tuple[np.ndarray, np.ndarray]:
    """The image turned clockwise by `quarter` right angles, and the 2 x 3 map of its pixels."""
    import numpy as np

    h, w = grey.shape
    maps = {
        0: ((1, 0, 0), (0, 1, 0)),
        1: ((0, -1, h - 1), (1, 0, 0)),
        2: ((-1, 0, w - 1), (0, -1, h - 1)),
        3: ((0, 1, 0), (-1, 0, w - 1)),
    }
    return np.ascontiguousarray(np.rot90(grey, -quarter)), np.array(
        maps[quarter % 4], dtype=np.float64
    )


def straightened(grey: np.ndarray, scale: float) -> UprightImage:
    """Skew and shear taken out, so that rulings run along rows and columns. The canvas grows so that no corner is lost."""
    import cv2
    import numpy as np

    along, down = _slopes(ink_of(grey), scale)
    if abs(along) < 2e-4 and abs(down) < 2e-4:
        return UprightImage(grey, np.array(((1.0, 0, 0), (0, 1.0, 0))), scale)
    frame = np.array(
        (
            (1 / math.hypot(1, along), down / math.hypot(1, down)),
            (along / math.hypot(1, along), 1 / math.hypot(1, down)),
        )
    )
    linear = np.linalg.inv(frame)
    h, w = grey.shape
    corners = linear @ np.array(((0, w, 0, w), (0, 0, h, h)), dtype=np.float64)
    low, high = corners.min(axis=1), corners.max(axis=1)
    matrix = np.hstack((linear, -low.reshape(2, 1)))
    size = (math.ceil(high[0] - low[0]), math.ceil(high[1] - low[1]))
    straight = cv2.warpAffine(
        grey, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=255
    )
    return UprightImage(straight, matrix, scale)


def _slopes(ink: np.ndarray, scale: float) -> tuple[float, float]:
    """(dy/dx of what should be level, dx/dy of what should be plumb), from the table's borders, or from the text where there are none."""
    import cv2
    import numpy as np

    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink)
    large = (stats[:, 2] > 60 * scale) | (stats[:, 3] > 60 * scale)
    large[0] = False
    ys, xs = np.nonzero(large[labels])
    bordered = len(xs) > 2000
    if not bordered:
        ys, xs = np.nonzero(ink)
    if len(xs) < 200:
        return 0.0, 0.0
    step = max(1, len(xs) // 150_000)
    x, y = xs[::step].astype(np.float64), ys[::step].astype(np.float64)
    along = _sharpest(lambda slope: y - slope * x, 0.0, MAX_SKEW)
    down = (
        _sharpest(lambda slope: x - slope * y, -along, math.tan(math.radians(1.5)))
        if bordered
        else -along
    )
    return along, down


def _sharpest(project: Callable[[float], np.ndarray], centre: float, reach: float) -> float:
    """The slope around `centre` whose projection piles the ink up highest (sum of squared counts a pixel row)."""
    import numpy as np

    def score(slope: float) -> float:
        rows = project(slope)
        counts = np.bincount((rows - rows.min()).astype(np.int64)).astype(np.float64)
        return float((counts * counts).sum())

    step = math.tan(math.radians(0.25))
    best, span = centre, reach
    while True:
        tries = np.arange(best - span, best + span + step / 2, step)
        best = float(tries[int(np.argmax([score(float(t)) for t in tries]))])
        if step < 1.5e-4:
            return best
        span, step = step, step / 5
