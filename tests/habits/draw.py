"""A case -> PDF bytes."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from dataclasses import replace
from random import Random

from reportlab.pdfgen.canvas import Canvas

from tests.forms.draw import SIDE, TOP, Page, place_form
from tests.forms.pages import PAD, Part
from tests.forms.type import font
from tests.habits import borders
from tests.habits.case import Case
from tests.habits.text import Pen, draw_text, draw_vertical, turned

_NUMBER = re.compile(r"\d[\d,]*(\.\d+)?%?")
#: how much wider, smaller and larger a second page is
WIDER, SMALLER, LARGER = 1.4, 0.7, 1.35


def draw_case(case: Case) -> bytes:
    """The PDF of a case."""
    rng, name = Random(case.seed + 1), font(case.layout.font)
    pages: dict[int, Page] = defaultdict(Page)
    page, y = -1, 0.0
    for form in case.document["forms"]:
        page, y = page + 1, TOP
        _, page, y = place_form(form, case.layout, pages, page, y, name)
    buffer = io.BytesIO()
    wide, high = case.layout.paper
    canvas = Canvas(buffer, pagesize=(wide, high), invariant=1)
    for number in range(max(pages) + 1):
        later = number > 0
        stretch = WIDER if later and case.pages == "wide second page" else 1.0
        zoom = case.scale * {"small second page": SMALLER, "large second page": LARGER}.get(
            case.pages if later else "", 1.0
        )
        canvas.setPageSize((wide * stretch * zoom, high * zoom))
        canvas.scale(zoom, zoom)
        if later and case.pages == "upside down":
            canvas.transform(-1, 0, 0, -1, wide * stretch, high)
        pen = Pen(canvas, high, name, case.layout.type_size)
        _page(pen, pages[number], case, rng, stretch)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _page(pen: Pen, page: Page, case: Case, rng: Random, stretch: float) -> None:
    parts = [_stretched(part, stretch) for part in page.parts]
    if parts:
        borders.draw(pen.canvas, pen.height, parts, case.layout, case.borders, rng)
    pen.canvas.setFillGray(0)
    for part in parts:
        if part.box.kind == "label" and _label(pen, part, case.labels):
            continue
        draw_text(pen, part, case.layout.valign == "top", _habit(part, case, rng))
    for x, y, text, size in page.lines:
        pen.put(x, y, text, size)


def _stretched(part: Part, stretch: float) -> Part:
    return replace(part, x0=SIDE + (part.x0 - SIDE) * stretch, x1=SIDE + (part.x1 - SIDE) * stretch)


def _label(pen: Pen, part: Part, habit: str) -> bool:
    """Draw a merged label with a habit; False if it has none, or no room for it."""
    text = "".join(part.lines)
    if len(text) < 2 or not text.isalpha() or text.isascii():
        return False
    height, width = part.bottom - part.top - 2 * PAD, part.x1 - part.x0 - 2 * PAD
    room = int(height / pen.size)
    if habit == "vertical" and room > 1 and -(-len(text) // room) * 1.4 * pen.size < width:
        draw_vertical(pen, part)
        return True
    if habit == "turned labels" and pen.width(text) < height:
        turned(pen, part, text, 1)
        return True
    return False


def _habit(part: Part, case: Case, rng: Random) -> str:
    """The habit of a cell: only a number on one line, which is no caption, has one."""
    text = part.lines[0] if len(part.lines) == 1 else ""
    if not case.texts or part.box.kind == "caption" or not _NUMBER.fullmatch(text):
        return ""
    if part.box.text != text or rng.random() > case.share:
        return ""
    habit = rng.choice(case.texts)
    upright = part.bottom - part.top - 2 * PAD
    if habit.startswith("turned") and len(text) * 0.62 * case.layout.type_size > upright:
        return ""
    return "" if habit == "over the border" and part.x1 > case.layout.paper[0] - 2 * SIDE else habit
