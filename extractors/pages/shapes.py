"""Do the digits of a font look like what they claim to be? A font can be told another meaning for its glyphs than they have.

One glyph of each digit of each font is drawn and held against reference shapes. This only raises a suspicion: a recogniser settles it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2.raw as raw

from selfeval.extractors.pages.digit_shapes import COLUMNS, ROWS, SHAPES
from selfeval.extractors.pages.pdfium_calls import CALLS
from selfeval.extractors.pages.textpage import TextPage, moved

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

    from selfeval.extractors.pages.geometry import Box

#: dots that an em is drawn with
EM_DOTS = 40
#: share of ink in a dot from which it belongs to a glyph
INK = 0.35
#: how much a different width counts beside the cells that differ, and the distance from which a shape is like none of the references
WIDTH_WEIGHT, UNLIKE = 0.3, 0.2
#: ems that a run of digits is high at least, and that type reaches above its baseline
LOW, ASCENT = 0.6, 0.85
#: pages whose text stands askew or on its side are left to the ink check
_UPRIGHT = 0.5

#: (address of the font, digit it claims)
Claim = tuple[int, str]


def suspects(page: PdfPage, text: TextPage, known: set[Claim]) -> set[Claim]:
    """The digits of fonts that look like another one. `known` are those that were looked at before; what is looked at joins them."""
    claims: list[Claim] = []
    cuts: list[np.ndarray] = []
    for run, indices in _runs_with_digits(text, known):
        picture, around = drawn(page, text, run)
        if picture is None:
            continue
        font = CALLS.text_font(run)
        for index in indices:
            claim = (font, text.glyphs[index].text)
            if claim in known:
                continue
            known.add(claim)
            x0, low, x1, high = text.glyphs[index].box
            if high - low < LOW * text.runs[run].size:
                low, high = around[1], around[3]
            cut = _cut(picture, around, (x0, low, x1, high))
            if cut is not None:
                claims.append(claim)
                cuts.append(cut)
    return {claims[k] for k in _look_other(cuts, [int(digit) for _, digit in claims])}


def drawn(page: PdfPage, text: TextPage, run: int) -> tuple[np.ndarray | None, Box]:
    """A run of text drawn by itself (height x width, 0 paper to 1 ink), and its box in page space; None where pdfium draws nothing. A run whose
    boxes are lower than type is, as a Type 3 font may have them, would be cut off there: it is taken from the page's own picture."""
    x0, low, x1, high = _bounds(run)
    size, base = text.runs[run].size, text.runs[run].origin[1]
    if high - low < LOW * size:
        around = (x0, min(low, base), x1, base + ASCENT * size)
        return _from_page(page, text, around, EM_DOTS / max(size, 0.1)), around
    return _by_itself(page, run, size), (x0, low, x1, high)


def _from_page(page: PdfPage, text: TextPage, around: Box, scale: float) -> np.ndarray:
    """A part of the page as it shows, turned so that the way of page space is up."""
    x0, top, x1, bottom = moved(around, text.shown)
    margins = (x0, text.height - bottom, text.width - x1, top)
    grey = page.render(scale=scale, grayscale=True, crop=tuple(max(0.0, m) for m in margins))
    ink = 1 - grey.to_numpy().astype(np.float32) / 255
    return np.rot90(ink.reshape(ink.shape[:2]), text.turned // 90)


def _by_itself(page: PdfPage, run: int, size: float) -> np.ndarray | None:
    scale = ctypes.c_float(EM_DOTS / max(size, 0.1))
    handle = ctypes.cast(run, raw.FPDF_PAGEOBJECT)
    bitmap = raw.FPDFTextObj_GetRenderedBitmap(page.pdf.raw, page.raw, handle, scale)
    if not bitmap:
        return None
    try:
        width, height = raw.FPDFBitmap_GetWidth(bitmap), raw.FPDFBitmap_GetHeight(bitmap)
        stride = raw.FPDFBitmap_GetStride(bitmap)
        buffer = ctypes.cast(
            raw.FPDFBitmap_GetBuffer(bitmap), ctypes.POINTER(ctypes.c_ubyte * (stride * height))
        )
        dots = np.frombuffer(buffer.contents, np.uint8).reshape(height, stride // 4, 4)
        return dots[:, :width, 3].astype(np.float32) / 255
    finally:
        raw.FPDFBitmap_Destroy(bitmap)


def _runs_with_digits(text: TextPage, known: set[Claim]) -> Iterator[tuple[int, list[int]]]:
    """Runs with a digit that was not looked at yet, and the glyphs (by index) that are digits."""
    members: dict[int, list[int]] = {}
    said: dict[int, set[str]] = {}
    for index, (char, _, run) in enumerate(text.glyphs):
        if "0" <= char <= "9" and index not in text.kinds:
            if run in members:
                members[run].append(index)
                said[run].add(char)
            else:
                members[run], said[run] = [index], {char}
    for run, indices in members.items():
        angle = text.runs[run].angle
        if angle >= _UPRIGHT and 360 - angle >= _UPRIGHT:
            continue
        font = CALLS.text_font(run)
        if font and any((font, char) not in known for char in said[run]):
            yield run, indices


def _bounds(run: int) -> Box:
    edges = (ctypes.c_float * 4)()
    CALLS.bounds(run, *[ctypes.addressof(edges) + 4 * k for k in range(4)])
    return edges[0], edges[1], edges[2], edges[3]


def _cut(picture: np.ndarray, whole: Box, box: Box) -> np.ndarray | None:
    """The ink of one glyph out of the picture of its run, without margins; None where there is none."""
    height, width = picture.shape
    across, down = width / max(whole[2] - whole[0], 1e-3), height / max(whole[3] - whole[1], 1e-3)
    part = picture[
        max(0, int((whole[3] - box[3]) * down)) : max(1, round((whole[3] - box[1]) * down + 0.5)),
        max(0, int((box[0] - whole[0]) * across)) : max(
            1, round((box[2] - whole[0]) * across + 0.5)
        ),
    ]
    rows, columns = np.nonzero(part > INK)
    if len(rows) < COLUMNS:
        return None
    return part[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def _look_other(cuts: list[np.ndarray], claimed: list[int]) -> list[int]:
    """The glyphs, by index, to which another digit is nearer than the one that they claim to be, and near enough."""
    if not cuts:
        return []
    shapes, widths = references()
    cells = np.array([_cells(cut) for cut in cuts])
    # cells of references are 0 or 1: then |s - c| is c + s * (1 - 2c)
    apart = (cells.sum(axis=1)[:, None] + (1 - 2 * cells) @ shapes.T) / (ROWS * COLUMNS)
    apart = apart.reshape(len(cuts), -1, 10)
    shares = np.array([width / height for height, width in (cut.shape for cut in cuts)])
    apart += WIDTH_WEIGHT * np.abs(widths - shares[:, None, None])
    nearest = apart.min(axis=1)
    best = nearest.argmin(axis=1)
    other = (best != claimed) & (nearest.min(axis=1) < UNLIKE)
    return np.flatnonzero(other).tolist()


def _cells(cut: np.ndarray) -> np.ndarray:
    """How much ink there is in each cell of a shape, in one row."""
    height, width = cut.shape
    ys = ((np.arange(ROWS * 3) + 0.5) * height / (ROWS * 3)).astype(int)
    xs = ((np.arange(COLUMNS * 3) + 0.5) * width / (COLUMNS * 3)).astype(int)
    fine = cut[ys[:, None], xs]
    return np.asarray(fine.reshape(ROWS, 3, COLUMNS, 3).mean(axis=(1, 3)).ravel())


@lru_cache(maxsize=1)
def references() -> tuple[np.ndarray, np.ndarray]:
    """(shapes, a row for each digit of each kind; widths, kinds x 10)."""
    bits = [
        [np.unpackbits(np.frombuffer(bytes.fromhex(h), np.uint8)) for _, h in k] for k in SHAPES
    ]
    shapes = np.array(bits, np.float32).reshape(-1, ROWS * COLUMNS)
    return shapes, np.array([[width for width, _ in kind] for kind in SHAPES])
