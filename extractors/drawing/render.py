"""A page as a picture for the report, small enough to ship by the hundred and sharp enough to read 小四 characters on.

Drawing runs page content, so call it through `selfeval.extractors.isolation.sandbox.run_isolated(render_page, data, page)`.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import pypdfium2 as pdfium

from selfeval.extractors.drawing import png
from selfeval.extractors.drawing.colours import has_colours
from selfeval.extractors.drawing.redact import personal_boxes
from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation.limits import IMAGE_BYTES, MAX_PAGE_AREA, MAX_PIXELS
from selfeval.extractors.isolation.triage import screen_images
from selfeval.extractors.model import Bbox
from selfeval.extractors.pages import shown

if TYPE_CHECKING:
    from PIL.Image import Image

#: dots an inch of a printed page, the first that fits the budget. It is kept as PNG in few shades: sharper than WebP, as small, and made in
#: a quarter of the time. Shades of grey where the page has no colours; else the 216 colours of the web palette.
_PNG_STEPS = (150, 120)
_SHADES = 16
#: 256 shades of grey -> the nearest of the few
_NEAREST_SHADE = bytes(round(value / 255 * (_SHADES - 1)) for value in range(256))
#: (dots an inch, WebP quality) of a scan, or of a page that is too crowded for PNG; the first that fits the budget is taken.
_STEPS = ((150, 60), (150, 30), (120, 35), (96, 35), (72, 30), (50, 20), (30, 10))
#: WebP effort, 0 to 6: 0 takes 25 ms a page, 2 saves a fifth of the bytes for half as much time again, 6 a quarter for ten times the time.
_EFFORT = 0
_POINTS_PER_INCH = 72
#: what covers personal data
_COVER = (205, 205, 205)


class PagePicture(NamedTuple):
    """A picture of a page: its bytes, what they are (png or webp), its size in pixels and in points, and the degrees by which the displayed
    page, which bboxes refer to, lies turned clockwise against the picture."""

    data: bytes
    kind: str
    width_px: int
    height_px: int
    width_pt: float
    height_pt: float
    turn: int = 0


def render_page(data: bytes, page: int, **how: Any) -> PagePicture:
    """Draw one page of a file; see `draw_page`."""
    with opened(data) as document:
        return draw_page(document, page, **how)


@contextmanager
def opened(data: bytes) -> Iterator[pdfium.PdfDocument]:
    """The document, for as many pages as are wanted of it: fonts are loaded once. ExtractError: damaged."""
    try:
        document = shown.open_document(data)
    except pdfium.PdfiumError as error:
        raise ExtractError("damaged", detail="文件结构无法解析") from error
    try:
        yield document
    finally:
        document.close()


def draw_page(
    document: pdfium.PdfDocument,
    page: int,
    *,
    max_bytes: int = IMAGE_BYTES,
    max_pixels: int = MAX_PIXELS,
    max_dots: float = _PNG_STEPS[0],
    hide: Sequence[Bbox] = (),
    hide_on_scan: Sequence[Bbox] = (),
    turn: int = 0,
) -> PagePicture:
    """Draw the page (counted from 1) with the boxes in `hide` covered: names and phone numbers. `max_dots` an inch are enough. A page that
    lies turned clockwise by `turn` degrees (0, 90, 180, 270) is drawn upright.

    What the page's own text shows to be a telephone number, an identity number or a name after a caption is covered without being asked
    for. A scan has no text: there the boxes in `hide_on_scan` are covered instead, cells whose recognised text held such a thing.

    ExtractError: damaged, page-too-large, too-complex."""
    try:
        drawn = shown.open_page(document, page - 1)
    except (pdfium.PdfiumError, IndexError) as error:
        raise ExtractError("damaged", detail=f"第 {page} 页无法显示") from error
    try:
        try:
            found = personal_boxes(drawn, hide)
            covered = [*hide, *(hide_on_scan if found is None else found)]
        except pdfium.PdfiumError as error:
            raise ExtractError("damaged", detail=f"第 {page} 页的文字无法读取") from error
        return _draw(drawn, page, max_bytes, max_pixels, max_dots, covered, found is not None, turn)
    finally:
        drawn.close()


def _draw(
    drawn: pdfium.PdfPage,
    number: int,
    max_bytes: int,
    max_pixels: int,
    max_dots: float,
    hide: Sequence[Bbox],
    printed: bool,
    turn: int,
) -> PagePicture:
    screen_images(drawn)
    width, height = drawn.get_size()
    if not 0 < width * height <= MAX_PAGE_AREA:
        raise ExtractError(
            "page-too-large",
            page=number,
            width=f"{width:.0f}",
            height=f"{height:.0f}",
            limit=MAX_PAGE_AREA,
        )
    most = min(math.sqrt(max_pixels / (width * height)) * _POINTS_PER_INCH, max_dots)
    size = (height, width) if turn in (90, 270) else (width, height)
    grey = printed and not has_colours(drawn)
    for dots in [dots for dots in _PNG_STEPS if dots <= most] if printed else ():
        image = _covered(drawn, dots, hide, grey, turn)
        found = _in_shades(image, max_bytes) if grey else _in_web_colours(image, max_bytes)
        if len(found) <= max_bytes:
            return PagePicture(found, "png", image.width, image.height, *size, turn)
    found, resolution = b"", 0.0
    for dots, quality in _STEPS:
        if min(dots, most) != resolution:
            resolution = min(dots, most)
            image = _covered(drawn, resolution, hide, grey=False, turn=turn)
        import PIL.WebPImagePlugin  # noqa: F401  Pillow would load forty formats to find this one

        buffer = io.BytesIO()
        image.save(buffer, "WEBP", quality=quality, method=_EFFORT)
        found = buffer.getvalue()
        if len(found) <= max_bytes:
            break
    return PagePicture(found, "webp", image.width, image.height, *size, turn)


def _covered(
    drawn: pdfium.PdfPage, dots: float, hide: Sequence[Bbox], grey: bool, turn: int
) -> Image:
    """The page upright with boxes painted over, in 256 shades of grey or in colours."""
    from PIL import ImageDraw

    scale = dots / _POINTS_PER_INCH
    image: Image = (
        drawn.render(scale=scale, grayscale=True).to_pil()
        if grey
        else drawn.render(scale=scale, rev_byteorder=True).to_pil()
    )
    brush = ImageDraw.Draw(image)
    for x0, top, x1, bottom in hide:
        brush.rectangle(
            (x0 * scale, top * scale, x1 * scale, bottom * scale),
            fill=_COVER[0] if grey else _COVER,
        )
    return image.rotate(turn, expand=True) if turn else image


def _in_shades(grey: Image, max_bytes: int) -> bytes:
    """A PNG of 4 bits a pixel."""
    from PIL import Image

    shades = Image.frombytes("P", grey.size, grey.tobytes().translate(_NEAREST_SHADE))
    return png.encode(shades.tobytes("raw", "P;4"), grey.width, grey.height, bits=4, aim=max_bytes)


def _in_web_colours(image: Image, max_bytes: int) -> bytes:
    """A PNG of a byte a pixel."""
    from PIL import Image

    colours = image.convert("P", palette=Image.Palette.WEB, dither=Image.Dither.NONE)
    palette = bytes(colours.getpalette() or ())
    return png.encode(
        colours.tobytes(), image.width, image.height, bits=8, palette=palette, aim=max_bytes
    )
