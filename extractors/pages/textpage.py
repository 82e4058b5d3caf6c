"""One page as pdfium reads it, before anything is decided: glyphs, drawn objects, and the maps between the frames they are given in.

Page space is that of the PDF's content. The displayed page is what a viewer shows, in points from its upper left corner; the upright frame
is the displayed page turned so that most of its text runs from left to right.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as raw

from selfeval.extractors.isolation import limits
from selfeval.extractors.model import Bbox
from selfeval.extractors.pages.characters import (
    Characters,
    Glyph,
    Run,
    body_size,
    direction,
    read_glyphs,
)
from selfeval.extractors.pages.geometry import Box, Matrix
from selfeval.extractors.pages.kinds import classify
from selfeval.extractors.pages.object_facts import Listed, in_form, on_page
from selfeval.extractors.pages.objects import USUAL_TYPE, ObjectReader, PageObjects
from selfeval.extractors.pages.pdfium_calls import CALLS

#: how finely pdfium's integer device space is asked for the page's transformation, in steps a point
_STEPS = 1000
_LENGTH = ctypes.c_ulong()
_LENGTH_AT = ctypes.addressof(_LENGTH)
_SAID = ctypes.create_string_buffer(1024)


@dataclass(slots=True)
class TextPage:
    """What a page holds. `width` and `height` are those of the displayed page; `shown` and `upright` map page space to the displayed page and to
    the upright frame, which is turned against it by `turn` degrees. `kinds` names the glyphs that are not the form's text (see `classify`);
    `renamed` those that are drawn otherwise than the file says: what it says, and what is drawn."""

    number: int
    width: float
    height: float
    read: Characters
    em: float  # points, of most of its type; 0 where there is none
    objects: PageObjects
    shown: Matrix
    upright: Matrix
    turned: int
    turn: int
    kinds: dict[int, str]
    renamed: dict[int, tuple[str, str]] = field(default_factory=dict)

    @property
    def glyphs(self) -> list[Glyph]:
        return self.read.glyphs

    @property
    def runs(self) -> dict[int, Run]:
        return self.read.runs


def read(page: Any, number: int) -> TextPage:
    """Given a pypdfium2 page and its number from 1, what is on it. Raises ExtractError("too-complex" or "too-many-characters")."""
    characters = _characters(
        page, number
    )  # first: a page with too many characters is refused at once
    listed = on_page(page.raw)
    if _without_said_numbers(listed):
        drawn = _characters(page, number)
        if _digits(drawn.glyphs) != _digits(characters.glyphs):
            characters = drawn
    weights = characters.weights()
    em = body_size(characters.runs.values(), weights)
    objects = ObjectReader(number, em or USUAL_TYPE).read(listed)
    width, height = raw.FPDF_GetPageWidthF(page.raw), raw.FPDF_GetPageHeightF(page.raw)
    shown = _page_to_displayed(page, width, height)
    turned = raw.FPDFPage_GetRotation(page.raw) * 90
    turn = (turned - direction(characters.runs.values(), weights)) % 360
    upright = _to_upright(shown, width, height, turn)
    kinds = classify(characters, objects, _page_box(shown, width, height), em)
    return TextPage(
        number, width, height, characters, em, objects, shown, upright, turned, turn, kinds
    )


def _characters(page: Any, number: int) -> Characters:
    textpage = raw.FPDFText_LoadPage(page.raw)
    try:
        return read_glyphs(textpage, number)
    finally:
        raw.FPDFText_ClosePage(textpage)


def _digits(glyphs: list[Glyph]) -> str:
    return "".join([glyph.text for glyph in glyphs if glyph.text.isdigit()])


def _without_said_numbers(listed: Listed) -> bool:
    """Take the texts with digits away that a file says its text objects stand for (ActualText); whether there were any. What is drawn is what a
    person reads. Words stay: producers say with them which of two characters a glyph is that is drawn for both of them."""
    taken = False
    for depth in range(limits.MAX_OBJECT_DEPTH):
        texts = [one for one, kind in listed if kind == raw.FPDF_PAGEOBJ_TEXT]
        for one, marks in zip(texts, map(CALLS.marks, texts), strict=True):
            if marks > 0 and _without_marked_numbers(one, marks):
                taken = True
        within: Listed = []
        for one, kind in listed:
            if kind == raw.FPDF_PAGEOBJ_FORM and depth < limits.MAX_OBJECT_DEPTH - 1:
                within += in_form(one)
            if len(within) > limits.MAX_PAGE_OBJECTS:
                return taken  # the reader of objects refuses such a page
        listed = within
    return taken


def _without_marked_numbers(text: int, marks: int) -> bool:
    taken = False
    for index in reversed(range(marks)):
        mark = CALLS.mark(text, index)
        if CALLS.mark_text(mark, b"ActualText", _SAID, len(_SAID), _LENGTH_AT):
            said = _SAID.raw[: _LENGTH.value].decode("utf-16-le", "replace")
            if any(char.isdigit() for char in said):
                CALLS.remove_mark(text, mark)
                taken = True
    return taken


def _page_to_displayed(page: Any, width: float, height: float) -> Matrix:
    """The affine map from page space to the displayed page (points, origin upper left), rotation and crop box applied."""
    x, y = ctypes.c_double(), ctypes.c_double()
    corners = []
    for device in ((0, 0), (_STEPS, 0), (0, _STEPS)):
        raw.FPDF_DeviceToPage(page.raw, 0, 0, _STEPS, _STEPS, 0, *device, x, y)
        corners.append((x.value, y.value))
    (ox, oy), (rx, ry), (dx, dy) = corners
    # page = o + u * (r - o) + v * (d - o) with u = X / width, v = Y / height; solved for X and Y
    ax, ay, bx, by = rx - ox, ry - oy, dx - ox, dy - oy
    det = ax * by - ay * bx
    a, c = by / det * width, -bx / det * width
    b, d = -ay / det * height, ax / det * height
    return (a, b, c, d, -(a * ox + c * oy), -(b * ox + d * oy))


def _page_box(shown: Matrix, width: float, height: float) -> Box:
    """The displayed part of the page in page space."""
    a, b, c, d, e, f = shown
    det = a * d - b * c
    corners = [
        ((d * (x - e) - c * (y - f)) / det, (a * (y - f) - b * (x - e)) / det)
        for x in (0, width)
        for y in (0, height)
    ]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return (min(xs), min(ys), max(xs), max(ys))


def _to_upright(shown: Matrix, width: float, height: float, turn: int) -> Matrix:
    """The map to the frame in which text stands upright; the displayed page is that frame turned clockwise by `turn`."""
    a, b, c, d, e, f = shown
    if turn == 90:
        return (b, -a, d, -c, f, width - e)
    if turn == 180:
        return (-a, -b, -c, -d, width - e, height - f)
    if turn == 270:
        return (-b, a, -d, c, height - f, e)
    return shown


def moved(box: Box, m: Matrix) -> Bbox:
    x0, y0, x1, y1 = box
    xa, ya = m[0] * x0 + m[2] * y0 + m[4], m[1] * x0 + m[3] * y0 + m[5]
    xb, yb = m[0] * x1 + m[2] * y1 + m[4], m[1] * x1 + m[3] * y1 + m[5]
    if xa > xb:
        xa, xb = xb, xa
    return (xa, ya, xb, yb) if ya <= yb else (xa, yb, xb, ya)
