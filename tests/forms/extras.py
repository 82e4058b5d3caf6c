"""What stands on a page and is not the form's text: watermarks, seals, running heads, page numbers, hidden text."""

from __future__ import annotations

import math
from random import Random

from reportlab.pdfgen.canvas import Canvas

from tests.forms import words
from tests.forms.layout import Layout
from tests.forms.type import width


def watermark(canvas: Canvas, size: tuple[float, float], kind: str, name: str, rng: Random) -> None:
    """Light grey text over the whole page, either slanting and repeated, or level and large."""
    text = rng.choice(words.WATERMARKS)
    canvas.saveState()
    canvas.setFillGray(rng.choice((0.75, 0.82, 0.88)))
    if kind == "level":
        canvas.setFont(name, 48)
        canvas.drawCentredString(size[0] / 2, size[1] / 2, text)
    else:
        canvas.setFont(name, 26)
        for row in range(4):
            for column in range(2):
                canvas.saveState()
                canvas.translate(size[0] * (0.15 + 0.5 * column), size[1] * (0.1 + 0.25 * row))
                canvas.rotate(35)
                canvas.drawString(0, 0, text)
                canvas.restoreState()
    canvas.restoreState()


def seal(canvas: Canvas, x: float, y: float, name: str) -> None:
    """A round red seal about (x, y): a ring, a star, and the name of an office along the ring."""
    radius = 42.0
    canvas.saveState()
    canvas.setStrokeColorRGB(0.85, 0.1, 0.1)
    canvas.setFillColorRGB(0.85, 0.1, 0.1)
    canvas.setLineWidth(2)
    canvas.circle(x, y, radius, fill=0)
    star = canvas.beginPath()
    for corner in range(5):
        angle = math.radians(90 + corner * 144)
        (star.lineTo if corner else star.moveTo)(x + 13 * math.cos(angle), y + 13 * math.sin(angle))
    star.close()
    canvas.drawPath(star, stroke=0, fill=1)
    step = 240 / (len(words.SEAL) - 1)
    for number, char in enumerate(words.SEAL):
        angle = 210 - number * step
        canvas.saveState()
        canvas.translate(
            x + (radius - 11) * math.cos(math.radians(angle)),
            y + (radius - 11) * math.sin(math.radians(angle)),
        )
        canvas.rotate(angle - 90)
        canvas.setFont(name, 9)
        canvas.drawCentredString(0, 0, char)
        canvas.restoreState()
    canvas.restoreState()


def hidden(
    canvas: Canvas,
    size: tuple[float, float],
    kind: str,
    name: str,
    spots: list[tuple[float, float]],
) -> None:
    """Text that no reader of the page sees, put where values stand: white, too small to read, or off the page."""
    canvas.saveState()
    for x, y in spots:
        if kind == "white":
            canvas.setFillGray(1)
            canvas.setFont(name, 8)
            canvas.drawString(x, y, "99")
        elif kind == "tiny":
            canvas.setFillGray(0)
            canvas.setFont(name, 0.3)
            canvas.drawString(x, y, "88888")
        else:
            canvas.setFillGray(0)
            canvas.setFont(name, 8)
            canvas.drawString(size[0] + 30 + x, y, "77")
    canvas.restoreState()


def margins(
    canvas: Canvas,
    size: tuple[float, float],
    layout: Layout,
    name: str,
    page: int,
    pages: int,
    rng: Random,
) -> None:
    """Running head and page number."""
    canvas.saveState()
    canvas.setFillGray(0)
    canvas.setFont(name, 8)
    if layout.running_head:
        canvas.drawString(
            40, size[1] - 26, words.RUNNING_HEADS[rng.randrange(len(words.RUNNING_HEADS))]
        )
    if layout.page_numbers:
        text = (f"第 {page} 页 共 {pages} 页", f"- {page} -", str(page))[rng.randrange(3)]
        canvas.drawString((size[0] - width(text, name, 8)) / 2, 22, text)
    canvas.restoreState()
