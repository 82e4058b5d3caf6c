"""Truth and layout -> PDF bytes, and where each value was drawn."""

from __future__ import annotations

import io
from collections import defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from tests.forms import extras, words
from tests.forms.borders import draw_borders, sides
from tests.forms.layout import Layout
from tests.forms.pages import PAD, Pager, Part
from tests.forms.table import build
from tests.forms.type import font, put, width, with_radicals

SIDE, TOP, FOOT = 36.0, 44.0, 44.0
Bbox = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Drawn:
    """`places[form][path]`: page from 1 and box, in points of the page as displayed, of each part of the cell that holds a value."""

    data: bytes
    pages: int
    places: tuple[dict[str, list[tuple[int, Bbox]]], ...]


@dataclass(slots=True)
class Page:
    """What is to be drawn on one page: cells, and loose lines (x, baseline from the top, text, type size)."""

    parts: list[Part] = field(default_factory=list)
    lines: list[tuple[float, float, str, float]] = field(default_factory=list)


def draw(document: dict[str, Any], layout: Layout, seed: int = 0) -> bytes:
    """The PDF of a document's forms. `seed` decides what neither the truth nor the layout says."""
    return draw_pages(document, layout, seed).data


def draw_pages(document: dict[str, Any], layout: Layout, seed: int = 0) -> Drawn:
    """As `draw`, with the places of all values."""
    name = font(layout.font)
    pages: dict[int, Page] = defaultdict(Page)
    places: list[dict[str, list[tuple[int, Bbox]]]] = []
    page, y = 0, layout.paper[1]
    if layout.two_up:
        return _two_up(document, layout, name, seed)
    for number, form in enumerate(document["forms"]):
        for _ in range(layout.prose):
            page, y = page + 1 if number or y < layout.paper[1] else page, layout.paper[1]
            _prose(pages[page], layout, number)
        if layout.new_page or layout.prose or y > 0.6 * layout.paper[1]:
            page, y = page + 1 if pages else 0, TOP
        parts, page, y = place_form(form, layout, pages, page, y, name)
        places.append(_places(parts, layout))
    canvas_data = _ink(dict(pages), layout, name, Random(seed))
    return Drawn(canvas_data, max(pages) + 1, tuple(places))


def _two_up(document: dict[str, Any], layout: Layout, name: str, seed: int) -> Drawn:
    """Forms in pairs side by side, each on as many halves of pages as it takes."""
    pages: dict[int, Page] = defaultdict(Page)
    places: list[dict[str, list[tuple[int, Bbox]]]] = []
    half, start = layout.paper[0] / 2, 0
    for number, form in enumerate(document["forms"]):
        if number % 2 == 0:
            start = max(pages) + 1 if pages else 0
        parts, _, _ = place_form(form, layout, pages, start, TOP, name, (half * (number % 2), half))
        places.append(_places(parts, layout))
    return Drawn(_ink(dict(pages), layout, name, Random(seed)), max(pages) + 1, tuple(places))


def place_form(
    form: dict[str, Any],
    layout: Layout,
    pages: dict[int, Page],
    page: int,
    y: float,
    name: str,
    strip: tuple[float, float] | None = None,
) -> tuple[list[Part], int, float]:
    """Place one form on its pages; `strip`: where the part of the page that it may use begins, and how wide it is."""
    left, sheet = strip or (0.0, layout.paper[0])
    broad = layout.paper[1]
    middle = left + sheet / 2
    y += 22
    pages[page].lines.append((middle - width(form["title"], name, 16) / 2, y, form["title"], 16.0))
    y += 16
    year = f"（{form['year']}年度）"
    pages[page].lines.append((middle - width(year, name, 9) / 2, y, year, 9.0))
    pager = Pager(
        layout,
        lambda text: width(text, name, layout.type_size, layout.mixed_type),
        left + SIDE,
        sheet - 2 * SIDE,
        TOP,
        broad - FOOT,
    )
    parts, page, y = pager.place(build(form, layout), page, y + 8)
    for part in parts:
        pages[part.page].parts.append(part)
    if layout.notes and y + 16 < broad - FOOT:
        y += 14
        pages[page].lines.append(
            (left + SIDE, y, words.NOTES[form["year"] % len(words.NOTES)], 8.0)
        )
    return parts, page, y + 10


def _prose(page: Page, layout: Layout, number: int) -> None:
    y = 150.0
    for text in ("部门项目支出绩效自评材料" if number == 0 else "自评报告", *words.PROSE):
        for start in range(0, len(text), 40):
            page.lines.append((60.0, y, text[start : start + 40], 11.0))
            y += 20


def _places(parts: list[Part], layout: Layout) -> dict[str, list[tuple[int, Bbox]]]:
    places: dict[str, list[tuple[int, Bbox]]] = defaultdict(list)
    for part in parts:
        for path in part.box.paths:
            places[path].append(
                (part.page + 1, _displayed((part.x0, part.top, part.x1, part.bottom), layout))
            )
    return dict(places)


def _displayed(box: Bbox, layout: Layout) -> Bbox:
    """A box of the upright frame on the page as displayed, which is that frame turned clockwise by /Rotate."""
    (wide, high), (x0, top, x1, bottom) = layout.paper, box
    turn = 0 if layout.counter_turned else layout.rotate
    return {
        0: box,
        90: (high - bottom, x0, high - top, x1),
        180: (wide - x1, high - bottom, wide - x0, high - top),
        270: (top, wide - x1, bottom, wide - x0),
    }[turn]


def _ink(pages: dict[int, Page], layout: Layout, name: str, rng: Random) -> bytes:
    buffer = io.BytesIO()
    (wide, high), turned = layout.paper, layout.counter_turned and layout.rotate
    # ReportLab exchanges width and height of a page turned by 90 or 270 degrees
    canvas = Canvas(
        buffer,
        pagesize=(high, wide) if layout.rotate in (90, 270) and not turned else (wide, high),
        invariant=1,
    )
    fixed = rng.getrandbits(32)  # running heads and page numbers look alike on every page
    for number in range(max(pages) + 1):
        page = pages.get(number, Page())
        canvas.setPageRotation(layout.rotate)
        if turned:
            canvas.transform(
                *{
                    90: (0, 1, -1, 0, high, 0),
                    180: (-1, 0, 0, -1, wide, high),
                    270: (0, -1, 1, 0, 0, wide),
                }[turned]
            )
        if layout.nested:
            canvas.beginForm(f"page-{number}")
        if layout.watermark:
            extras.watermark(canvas, layout.paper, layout.watermark, name, Random(fixed))
        _cells(canvas, page, layout, name, rng)
        for x, y, text, size in page.lines:
            put(
                canvas,
                x,
                high - y,
                _shown(text, layout),
                name,
                size,
                single=layout.glyph_by_glyph,
                mixed=layout.mixed_type,
            )
        extras.margins(
            canvas, layout.paper, layout, name, number + 1, max(pages) + 1, Random(fixed)
        )
        if layout.seal and page.parts:
            lowest = max(part.bottom for part in page.parts)
            extras.seal(canvas, wide - 130, max(high - lowest - 10, 60), name)
        if layout.hidden:
            scores = [
                part
                for part in page.parts
                if any(path.endswith(("score", "weight", "budget")) for path in part.box.paths)
            ]
            spots = [
                (part.x0 + 2, high - part.bottom + 4)
                for part in rng.sample(scores, min(3, len(scores)))
            ]
            extras.hidden(canvas, layout.paper, layout.hidden, name, spots)
        if layout.nested:
            canvas.endForm()
            canvas.doForm(f"page-{number}")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _shown(text: str, layout: Layout) -> str:
    return with_radicals(text) if layout.radicals and layout.font == "embedded" else text


def _cells(canvas: Canvas, page: Page, layout: Layout, name: str, rng: Random) -> None:
    if not page.parts:
        return
    high, size = layout.paper[1], layout.type_size
    if layout.shaded:
        canvas.setFillGray(0.85 if layout.shaded == "grey" else 0.25)
        for part in page.parts:
            if part.box.kind == "caption":
                canvas.rect(
                    part.x0,
                    high - part.bottom,
                    part.x1 - part.x0,
                    part.bottom - part.top,
                    stroke=0,
                    fill=1,
                )
    draw_borders(canvas, high, [sides(part, layout) for part in page.parts], layout.borders)
    parts = rng.sample(page.parts, len(page.parts)) if layout.shuffled else page.parts
    for part in parts:
        canvas.setFillGray(1 if layout.shaded == "dark" and part.box.kind == "caption" else 0)
        leading = size * 1.35
        used = len(part.lines) * leading
        y = (
            part.top
            + PAD
            + (
                0
                if layout.valign == "top"
                else max(0.0, (part.bottom - part.top - 2 * PAD - used) / 2)
            )
        )
        for line in part.lines:
            line_width = width(line, name, size, layout.mixed_type)
            x = (
                part.x0 + max(PAD, (part.x1 - part.x0 - line_width) / 2)
                if part.box.centred
                else part.x0 + PAD
            )
            put(
                canvas,
                x,
                high - y - size,
                _shown(line, layout),
                name,
                size,
                single=layout.glyph_by_glyph,
                twice=layout.bold_twice and part.box.kind == "caption",
                mixed=layout.mixed_type,
            )
            y += leading
    canvas.setFillGray(0)
