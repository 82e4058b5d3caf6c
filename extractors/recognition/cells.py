"""Single cells of a page that has text elsewhere: what stands in them as a picture, as an outline or in a person's hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from selfeval.extractors.grids.celltext import assemble
from selfeval.extractors.model import Bbox
from selfeval.extractors.recognition.characters import chars_of
from selfeval.extractors.recognition.image import flatten, ink_of, scale_of, turned
from selfeval.extractors.recognition.lines import em_of, lines_in, pieces_of

if TYPE_CHECKING:
    import numpy as np
    from pypdfium2 import PdfPage

#: points by which the inside of a cell keeps away from its borders
INSIDE = 1.6


def read_cells(page: PdfPage, boxes: Sequence[Bbox], turn: int) -> list[tuple[str, float]]:
    """For each box in points of the displayed page, the text recognised in it and how sure it is (0 to 1); ("", 0.0) where there is none.

    The displayed page is turned clockwise by `turn` degrees against the way its text runs."""
    import cv2
    import numpy as np

    scale = scale_of(page)
    colours = page.render(scale=scale, rev_byteorder=True).to_numpy()[..., :3]
    grey = cv2.cvtColor(np.ascontiguousarray(colours), cv2.COLOR_RGB2GRAY)
    found = []
    for x0, top, x1, bottom in boxes:
        part = grey[
            max(0, round((top + INSIDE) * scale)) : max(1, round((bottom - INSIDE) * scale)),
            max(0, round((x0 + INSIDE) * scale)) : max(1, round((x1 - INSIDE) * scale)),
        ]
        found.append(_read(part, scale, turn) if min(part.shape) > 4 else ("", 0.0))
    return found


def _read(part: np.ndarray, scale: float, turn: int) -> tuple[str, float]:
    """What stands in the picture of one cell."""
    import numpy as np

    picture, _ = turned(part, -turn // 90 % 4)
    margin = round(6 * scale)  # paper around, so that the ground of a cell is told from its ink
    picture = flatten(np.pad(picture, margin, constant_values=int(np.percentile(picture, 90))))
    pieces = pieces_of(ink_of(picture))
    if not len(pieces):
        return "", 0.0
    height, width = picture.shape
    lines = lines_in(pieces, (0, 0, width, height), em_of(pieces, scale), scale)
    chars = chars_of(picture, lines, scale)
    edge = margin / scale
    text = assemble(chars, (edge, edge, width / scale - edge, height / scale - edge))
    return text, min((char.confidence for char in chars if char.text != " "), default=0.0)
