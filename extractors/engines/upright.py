"""A copy of a PDF whose pages stand the way their text runs, for engines that read displayed pages only.

pdfplumber gives a sideways page's cells line by line in the wrong order, and camelot places rulings and text differently where the
crop box is not the media box. Both are cured here, once: pages are turned, boxes are made equal, and restrictions of the owner
(which forbid neither reading nor printing to a user who may open the file) are left out of the copy.
"""

from __future__ import annotations

import io
import math
from collections import Counter
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from selfeval.extractors.pages import shown

#: Characters looked at on a page to see which way its text runs.
SAMPLE = 2000


@dataclass(frozen=True, slots=True)
class Upright:
    """`data` is the turned copy; `sizes` (width, height in points) and `turns` (degrees) describe each of its pages as in PageContent."""

    data: bytes
    sizes: tuple[tuple[float, float], ...]
    turns: tuple[int, ...]


def upright(data: bytes) -> Upright:
    """Turn every page of a PDF so that most of its text runs from left to right.

    Raises pypdfium2.PdfiumError where the bytes cannot be opened without a password."""
    document = shown.open_document(data)
    sizes, turns = [], []
    try:
        for index in range(len(document)):
            page = shown.open_page(document, index)
            turn = _turn(page)
            page.set_mediabox(*page.get_cropbox())
            page.set_rotation((page.get_rotation() - turn) % 360)
            sizes.append(page.get_size())
            turns.append(turn)
            page.close()
        copy = io.BytesIO()
        document.save(copy, flags=raw.FPDF_REMOVE_SECURITY)
    finally:
        document.close()
    return Upright(copy.getvalue(), tuple(sizes), tuple(turns))


def _turn(page: pdfium.PdfPage) -> int:
    """Degrees by which the displayed page is turned clockwise against its text: 0, 90, 180 or 270."""
    text = page.get_textpage()
    try:
        angles: Counter[int] = Counter()
        total = text.count_chars()
        for index in range(0, total, max(1, total // SAMPLE)):
            if raw.FPDFText_GetUnicode(text, index) > 0x20 and not raw.FPDFText_IsGenerated(
                text, index
            ):
                degrees = -math.degrees(
                    raw.FPDFText_GetCharAngle(text, index)
                )  # pdfium counts clockwise, before /Rotate
                if abs(degrees - 90 * round(degrees / 90)) < 2:  # anything oblique is a watermark
                    angles[round(degrees / 90) * 90 % 360] += 1
    finally:
        text.close()
    return (page.get_rotation() - angles.most_common(1)[0][0]) % 360 if angles else 0
