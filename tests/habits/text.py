"""The text of one cell, put on the page with a habit."""

from __future__ import annotations

from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas

from tests.forms.pages import PAD, Part
from tests.forms.type import put, width


@dataclass(frozen=True, slots=True)
class Pen:
    """Where one page is drawn: its canvas and height, and the font."""

    canvas: Canvas
    height: float
    font: str
    size: float

    def put(self, x: float, y: float, text: str, size: float = 0.0) -> None:
        """One line with its baseline `y` points below the top."""
        put(self.canvas, x, self.height - y, text, self.font, size or self.size)

    def width(self, text: str, size: float = 0.0) -> float:
        return width(text, self.font, size or self.size)


def draw_text(pen: Pen, part: Part, top_aligned: bool, habit: str) -> None:
    """Draw the lines of a part of a cell."""
    leading = pen.size * 1.35
    free = part.bottom - part.top - 2 * PAD - len(part.lines) * leading
    y = part.top + PAD + (0 if top_aligned else max(0.0, free / 2)) + pen.size
    for line in part.lines:
        room = part.x1 - part.x0
        x = part.x0 + (max(PAD, (room - pen.width(line)) / 2) if part.box.centred else PAD)
        _line(pen, part, x, y, line, habit)
        y += leading


def _line(pen: Pen, part: Part, x: float, y: float, line: str, habit: str) -> None:
    size, end = pen.size, x + pen.width(line)
    if habit in _MARKS and end + 0.6 * size < part.x1:
        text, share, rise = _MARKS[habit]
        pen.put(x, y, line)
        pen.put(end + 0.3, y - rise * size, text, share * size)
    elif habit == "spread" and len(line) > 2:
        step = (part.x1 - part.x0 - 2 * PAD - pen.width(line[-1])) / (len(line) - 1)
        for k, char in enumerate(line):
            pen.put(part.x0 + PAD + k * step, y, char)
    elif habit == "underscores":
        rest = pen.width("_")
        pen.put(x - rest if x - rest > part.x0 else x, y, f"_{line}_")
    elif habit == "no-break space" and "," in line:
        pen.put(x, y, line.replace(",", "\u00a0"))
    elif habit == "space before point" and "." in line:
        pen.put(x, y, line.replace(".", " .", 1))
    elif habit == "shadow":
        pen.put(x + 0.13 * size, y + 0.13 * size, line)
        pen.put(x, y, line)
    elif habit == "printed larger over itself":
        pen.put(x, y, line)
        pen.put(x - 0.03 * pen.width(line), y, line, size * 1.06)
    elif habit in ("turned left", "turned right"):
        _turned(pen, part, line, -1 if habit == "turned right" else 1)
    elif habit == "negative size":
        text = pen.canvas.beginText()
        text.setFont(pen.font, -size)
        text.setTextTransform(-1, 0, 0, -1, x, pen.height - y)
        text.textOut(line)
        pen.canvas.drawText(text)
    elif habit in ("glyph by glyph", "reversed"):
        places = []
        for char in line:
            places.append((x, char))
            x += pen.width(char)
        for at, char in reversed(places) if habit == "reversed" else places:
            pen.put(at, y, char)
    elif habit == "over the border":
        pen.put(part.x1 - 0.6 * pen.width(line), y, line)
    else:
        pen.put(x, y, line)


_MARKS = {
    "raised digit": ("1", 0.6, 0.35),
    "raised star": ("*", 0.7, 0.3),
    "circled mark": ("①", 0.7, 0.25),
    "bracket mark": ("[2]", 0.6, 0.35),
}


def _turned(pen: Pen, part: Part, line: str, way: int) -> None:
    """A line set upwards (1) or downwards (-1) in the middle of its cell."""
    middle_x, middle_y = (part.x0 + part.x1) / 2, pen.height - (part.top + part.bottom) / 2
    pen.canvas.saveState()
    pen.canvas.translate(middle_x, middle_y)
    pen.canvas.rotate(90 * way)
    put(pen.canvas, -pen.width(line) / 2, -0.38 * pen.size, line, pen.font, pen.size)
    pen.canvas.restoreState()


def draw_vertical(pen: Pen, part: Part) -> None:
    """A label set in columns from right to left, each from top to bottom."""
    text = "".join(part.lines)
    size = pen.size
    room = max(1, int((part.bottom - part.top - 2 * PAD) / size))
    columns = [text[k : k + room] for k in range(0, len(text), room)]
    x = (part.x0 + part.x1) / 2 + (len(columns) - 1) * 0.7 * size - size / 2
    for column in columns:
        y = part.top + PAD + size
        for char in column:
            pen.put(x, y, char)
            y += size
        x -= 1.4 * size
