"""The gate: may these bytes be read at all? Cheap (about a millisecond) and run in the capped child, since it opens the file."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation.limits import (
    HEADER_WINDOW,
    MAX_BYTES,
    MAX_IMAGE_PIXELS,
    MAX_OBJECT_DEPTH,
    MAX_PAGE_AREA,
    MAX_PAGES,
)
from selfeval.extractors.pages.integrity import require_whole

_NO_KIDS = re.compile(rb"/Kids\s*\[\s*\]")


class Screened(NamedTuple):
    """The number of pages of a file that may be read, and sentences of doubt where it is damaged in a way that may not matter."""

    pages: int
    doubts: tuple[str, ...] = ()


def screen(data: bytes) -> Screened:
    """What is known of a PDF that is whole, open and within the caps; ExtractError with the reason code for any other."""
    if not data:
        raise ExtractError("empty-file")
    if len(data) > MAX_BYTES:
        raise ExtractError("too-large", bytes=len(data), limit=MAX_BYTES)
    if data.find(b"%PDF-", 0, HEADER_WINDOW + 5) < 0:
        raise ExtractError("not-a-pdf")
    document = _open(data)
    try:
        pages = len(document)
        if pages <= 0:
            raise ExtractError("zero-pages")
        if pages > MAX_PAGES:
            raise ExtractError("too-many-pages", pages=pages, limit=MAX_PAGES)
        doubts = require_whole(data, pages)
        for index in range(pages):
            _require_page(document, index)
    finally:
        document.close()
    return Screened(pages, doubts)


def _open(data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError:
        code = _error_of(data)
    if code == pdfium_c.FPDF_ERR_PASSWORD:
        raise ExtractError("password-locked")
    if code == pdfium_c.FPDF_ERR_SECURITY:
        raise ExtractError("unsupported-encryption")
    if _NO_KIDS.search(data) and data.rstrip().endswith(
        b"%%EOF"
    ):  # pdfium does not open a document without pages
        raise ExtractError("zero-pages")
    raise ExtractError("damaged", detail="文件结构无法解析")


def _error_of(data: bytes) -> int:
    """Why pdfium does not open a file. It keeps its last error, and some failures set none: so one of our own making goes first."""
    code: int = pdfium_c.FPDF_ERR_FORMAT
    for attempt in (b"no document", data):
        try:
            pdfium.PdfDocument(attempt).close()
        except pdfium.PdfiumError as error:
            code = error.err_code
    return code


def _require_page(document: pdfium.PdfDocument, index: int) -> None:
    size = pdfium_c.FS_SIZEF()
    if not pdfium_c.FPDF_GetPageSizeByIndexF(document, index, size):
        raise ExtractError("damaged", detail=f"第 {index + 1} 页缺失")
    area = size.width * size.height
    if area == 0:
        raise ExtractError("damaged", detail=f"第 {index + 1} 页没有可见的区域")
    if not math.isfinite(area) or area > MAX_PAGE_AREA:
        width, height = f"{size.width:.0f}", f"{size.height:.0f}"
        raise ExtractError(
            "page-too-large", page=index + 1, width=width, height=height, limit=MAX_PAGE_AREA
        )


def screen_images(page: pdfium.PdfPage) -> None:
    """ExtractError too-complex for an image that would take gigabytes once decoded; to be asked before a page is drawn."""
    width, height = ctypes.c_uint(), ctypes.c_uint()
    for image in _images(
        page.raw, pdfium_c.FPDFPage_CountObjects, pdfium_c.FPDFPage_GetObject, MAX_OBJECT_DEPTH
    ):
        if (
            pdfium_c.FPDFImageObj_GetImagePixelSize(image, width, height)
            and width.value * height.value > MAX_IMAGE_PIXELS
        ):
            raise ExtractError(
                "too-complex",
                detail=f"图片有 {width.value}×{height.value} 像素，超过上限 {MAX_IMAGE_PIXELS}",
            )


def _images(
    holder: Any, count: Callable[[Any], int], get: Callable[[Any, int], Any], depth: int
) -> Iterator[Any]:
    """The image objects of a page or of a form on it; pdfium's own handles, since a page has hundreds of objects that are no images."""
    for at in range(count(holder)):
        handle = get(holder, at)
        kind = pdfium_c.FPDFPageObj_GetType(handle)
        if kind == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            yield handle
        elif kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth > 1:
            yield from _images(
                handle, pdfium_c.FPDFFormObj_CountObjects, pdfium_c.FPDFFormObj_GetObject, depth - 1
            )
