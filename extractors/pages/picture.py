"""A page drawn as a viewer shows it, small: what the ink check asks. Grey, about a dot a point, with layers, clips and covers as they are set."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from selfeval.extractors.pages.objects import USUAL_TYPE
from selfeval.extractors.pages.pdfium_calls import CALLS
from selfeval.extractors.pages.places import moved
from selfeval.extractors.pages.textpage import TextPage

if TYPE_CHECKING:
    import numpy as np
    from pypdfium2 import PdfPage

    from selfeval.extractors.pages.geometry import Box

#: dots that the em of the page's type shall have at least; a dot a point is enough for type of this size
MIN_EM = 6.0
#: dots of the whole picture: twice A4 at a dot a point
MAX_DOTS = 1_000_000
MAX_SCALE = 6.0


@dataclass(frozen=True, slots=True)
class Picture:
    """A grey picture (height x width, 255 is white) of a page at `scale` dots a point of the displayed page."""

    page: PdfPage
    text: TextPage
    grey: np.ndarray
    scale: float

    @property
    def unit(self) -> float:
        """Dots that a point is worth where type has its usual size: small type is drawn with finer lines and margins."""
        return self.scale * min(1.0, (self.text.em or USUAL_TYPE) / USUAL_TYPE)

    def again(self) -> np.ndarray:
        """The page drawn once more, grey, after something on it was switched off."""
        return _draw(self.page, self.scale)

    def colours(self) -> np.ndarray:
        """The page in colour (height x width x 3, red first)."""
        drawn: np.ndarray = self.page.render(scale=self.scale, rev_byteorder=True).to_numpy()
        return drawn[..., :3]

    def dots(self, boxes: Sequence[Box] | np.ndarray) -> np.ndarray:
        """Boxes in page space -> rows x0, y0, x1, y1 of the dots that they touch (n x 4, int), cut off at the picture's edge."""
        import numpy as np

        given = np.asarray(boxes, dtype=np.float64).reshape(-1, 4)
        return self._clipped(moved(given, self.text.shown))

    def dots_displayed(self, boxes: Sequence[Box] | np.ndarray) -> np.ndarray:
        """The same for boxes in points of the displayed page."""
        import numpy as np

        return self._clipped(np.asarray(boxes, dtype=np.float64).reshape(-1, 4))

    def _clipped(self, points: np.ndarray) -> np.ndarray:
        import numpy as np

        height, width = self.grey.shape
        low = np.floor(points[:, :2] * self.scale + 0.01)
        high = np.ceil(points[:, 2:] * self.scale - 0.01)
        found = np.concatenate((low, np.maximum(high, low + 1)), axis=1)
        inside: np.ndarray = np.clip(found, 0, (width, height, width, height)).astype(np.int64)
        return inside

    @contextmanager
    def without(self, runs: Iterable[int]) -> Iterator[None]:
        """Switch runs of text (addresses of pdfium's objects) off, and on again at the end."""
        handles = list(runs)
        for handle in handles:
            CALLS.set_active(handle, 0)
        try:
            yield
        finally:
            for handle in handles:
                CALLS.set_active(handle, 1)


def draw(page: PdfPage, text: TextPage, em: float) -> Picture:
    """Given a page and the em of its type in points, its picture."""
    most = math.sqrt(MAX_DOTS / (text.width * text.height))
    scale = min(max(1.0, MIN_EM / max(em, 0.1)), MAX_SCALE, most)
    return Picture(page, text, _draw(page, scale), scale)


def _draw(page: PdfPage, scale: float) -> np.ndarray:
    image: np.ndarray = page.render(scale=scale, grayscale=True).to_numpy()
    return image.reshape(image.shape[:2]) if image.ndim == 3 else image
