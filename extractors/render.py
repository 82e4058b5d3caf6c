"""A page as a picture for the report, small enough to ship by the hundred and sharp enough to read 小四 characters on.

Drawing runs page content, so call it through `extractors.sandbox.run_isolated(render_page, data, page)`.
"""
from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import NamedTuple

import pypdfium2 as pdfium

from extractors.cover import has_text, personal_boxes
from extractors.errors import ExtractError
from extractors.limits import IMAGE_BYTES, MAX_PAGE_AREA, MAX_PIXELS
from extractors.model import Bbox
from extractors.triage import screen_images

#: (dots an inch, WebP quality), the first that fits the budget is taken. A printed form at 150 dpi and quality 60 has 70 to 110 kB.
_STEPS = ((150, 60), (150, 30), (120, 35), (96, 35), (72, 30), (50, 20), (30, 10))
#: WebP effort, 0 to 6: 2 takes 0.1 s a page, 6 saves 5% of the bytes for four times the time.
_EFFORT = 2
_POINTS_PER_INCH = 72
#: what covers personal data
_COVER = (205, 205, 205)


class PageImage(NamedTuple):
    """A WebP picture of a page: its bytes, its size in pixels, and the size of the displayed page in points that bboxes refer to."""

    data: bytes
    width_px: int
    height_px: int
    width_pt: float
    height_pt: float


def render_page(
    data: bytes,
    page: int,
    *,
    max_bytes: int = IMAGE_BYTES,
    max_pixels: int = MAX_PIXELS,
    hide: Sequence[Bbox] = (),
    hide_on_scan: Sequence[Bbox] = (),
) -> PageImage:
    """Draw the page (counted from 1) with the boxes in `hide` covered: names and phone numbers.

    What the page's own text shows to be a telephone number, an identity number or a name after a caption is covered without being asked
    for. A scan has no text: there the boxes in `hide_on_scan` are covered instead, cells whose recognised text held such a thing.

    ExtractError: damaged, page-too-large, too-complex."""
    try:
        document = pdfium.PdfDocument(data)
        drawn = document[page - 1]
    except (pdfium.PdfiumError, IndexError) as error:
        raise ExtractError("damaged", detail=f"第 {page} 页无法显示") from error
    try:
        try:
            covered = [*hide, *(personal_boxes(drawn, hide) if has_text(drawn) else hide_on_scan)]
        except pdfium.PdfiumError as error:
            raise ExtractError("damaged", detail=f"第 {page} 页的文字无法读取") from error
        return _draw(drawn, page, max_bytes, max_pixels, covered)
    finally:
        document.close()


def _draw(drawn: pdfium.PdfPage, number: int, max_bytes: int, max_pixels: int, hide: Sequence[Bbox]) -> PageImage:
    from PIL import ImageDraw

    screen_images(drawn)
    width, height = drawn.get_size()
    if not 0 < width * height <= MAX_PAGE_AREA:
        raise ExtractError("page-too-large", page=number, width=f"{width:.0f}", height=f"{height:.0f}", limit=MAX_PAGE_AREA)
    most = math.sqrt(max_pixels / (width * height)) * _POINTS_PER_INCH
    found, resolution, image = b"", 0.0, None
    for dots, quality in _STEPS:
        if image is None or min(dots, most) != resolution:
            resolution = min(dots, most)
            scale = resolution / _POINTS_PER_INCH
            image = drawn.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")
            brush = ImageDraw.Draw(image)
            for x0, top, x1, bottom in hide:
                brush.rectangle((x0 * scale, top * scale, x1 * scale, bottom * scale), fill=_COVER)
        buffer = io.BytesIO()
        image.save(buffer, "WEBP", quality=quality, method=_EFFORT)
        found = buffer.getvalue()
        if len(found) <= max_bytes:
            break
    assert image is not None
    return PageImage(found, image.width, image.height, width, height)
