"""A page with what was read from it drawn over it: the grid, the fields by colour, and the doubts. For whoever adds a template.

Drawing runs page content, so call it through `selfeval.extractors.isolation.sandbox.run_isolated(annotate, path, document, page)`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from selfeval.core.paths import parts_of
from selfeval.extractors.drawing.render import render_page
from selfeval.extractors.engines.pdfium import read_page
from selfeval.extractors.grids.cells import solve
from selfeval.extractors.isolation.files import read_file
from selfeval.extractors.model import Bbox, Document
from selfeval.extractors.pages import shown

#: bytes; larger than a report's picture, since whoever adds a template zooms in
MAX_PICTURE = 2_000_000
_GRID, _DOUBT = (70, 130, 180), (200, 0, 0)
#: colours of the fields by what they belong to
_BLOCKS = {"funds": (0, 120, 60), "indicators": (180, 90, 0), "total": (120, 0, 120)}
_HEADER = (0, 70, 170)


def annotate(path: str, document: Document, page: int) -> bytes:
    """A PNG of the page (counted from 1): grid lines blue, fields boxed and named in the colour of their block, doubts red."""
    from PIL import Image, ImageDraw

    data, _ = read_file(path)
    picture = render_page(data, page, max_bytes=MAX_PICTURE)
    image = Image.open(io.BytesIO(picture.data)).convert("RGB")
    scale = picture.width_px / picture.width_pt
    pen = ImageDraw.Draw(image)
    for box in _grid(data, page):
        pen.rectangle([v * scale for v in box], outline=_GRID, width=1)
    doubted = {doubt.path: doubt.confidence for form in document.forms for doubt in form.doubts}
    for name, box in _fields(document, page):
        colour = _DOUBT if name in doubted else _BLOCKS.get(parts_of(name).block or "", _HEADER)
        x0, top, x1, bottom = (v * scale for v in box)
        pen.rectangle(
            [x0 + 2, top + 2, x1 - 2, bottom - 2], outline=colour, width=3 if name in doubted else 1
        )
        label = name.replace("indicators/", "").replace("funds/", "f") + (
            f" {doubted[name]:.2f}" if name in doubted else ""
        )
        pen.text((x0 + 4, top + 2), label, fill=colour)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _grid(data: bytes, page: int) -> Iterator[Bbox]:
    document = shown.open_document(data)
    try:
        for grid in solve(read_page(shown.open_page(document, page - 1), page)).grids:
            for cell in grid.cells:
                yield from (part.bbox for part in cell.evidence)
    finally:
        document.close()


def _fields(document: Document, page: int) -> Iterator[tuple[str, Bbox]]:
    for form in document.forms:
        for name, parts in form.evidence.items():
            yield from ((name, part.bbox) for part in parts if part.page == page)
