"""The text of one cell, put on the page with a habit."""

from __future__ import annotations

from collections.abc import Callable
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
    if habit in _MARKS:
        _marked(pen, part, x, y, line, habit)
    elif habit in _SUBSTITUTES:
        pen.put(x, y, _SUBSTITUTES[habit](line))
    elif habit in _SETTINGS:
        _SETTINGS[habit](pen, part, x, y, line)
    else:
        pen.put(x, y, line)


def _marked(pen: Pen, part: Part, x: float, y: float, line: str, habit: str) -> None:
    text, share, rise = _MARKS[habit]
    pen.put(x, y, line)
    end = x + pen.width(line)
    if end + 0.6 * pen.size < part.x1:
        pen.put(end + 0.3, y - rise * pen.size, text, share * pen.size)


def _spread(pen: Pen, part: Part, x: float, y: float, line: str) -> None:
    if len(line) < 3:
        pen.put(x, y, line)
        return
    step = (part.x1 - part.x0 - 2 * PAD - pen.width(line[-1])) / (len(line) - 1)
    for k, char in enumerate(line):
        pen.put(part.x0 + PAD + k * step, y, char)


def _underscored(pen: Pen, part: Part, x: float, y: float, line: str) -> None:
    rest = pen.width("_")
    pen.put(x - rest if x - rest > part.x0 else x, y, f"_{line}_")


def _shadowed(pen: Pen, part: Part, x: float, y: float, line: str) -> None:
    pen.put(x + 0.13 * pen.size, y + 0.13 * pen.size, line)
    pen.put(x, y, line)


def _larger(pen: Pen, part: Part, x: float, y: float, line: str) -> None:
    pen.put(x, y, line)
    pen.put(x - 0.03 * pen.width(line), y, line, pen.size * 1.06)


def _negative(pen: Pen, part: Part, x: float, y: float, line: str) -> None:
    text = pen.canvas.beginText()
    text.setFont(pen.font, -pen.size)
    text.setTextTransform(-1, 0, 0, -1, x, pen.height - y)
    text.textOut(line)
    pen.canvas.drawText(text)


def _singly(pen: Pen, part: Part, x: float, y: float, line: str) -> None:
    for at, char in _places(pen, x, line):
        pen.put(at, y, char)


def _reversed(pen: Pen, part: Part, x: float, y: float, line: str) -> None:
    for at, char in reversed(_places(pen, x, line)):
        pen.put(at, y, char)


def _over(pen: Pen, part: Part, x: float, y: float, line: str) -> None:
    pen.put(part.x1 - 0.6 * pen.width(line), y, line)


def _places(pen: Pen, x: float, line: str) -> list[tuple[float, str]]:
    places = []
    for char in line:
        places.append((x, char))
        x += pen.width(char)
    return places


_MARKS = {
    "raised digit": ("1", 0.6, 0.35),
    "raised star": ("*", 0.7, 0.3),
    "circled mark": ("①", 0.7, 0.25),
    "bracket mark": ("[2]", 0.6, 0.35),
}


def turned(pen: Pen, part: Part, line: str, way: int) -> None:
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


_SUBSTITUTES: dict[str, Callable[[str], str]] = {
    "no-break space": lambda line: line.replace(",", "\u00a0"),
    "space before point": lambda line: line.replace(".", " .", 1),
}
_SETTINGS: dict[str, Callable[[Pen, Part, float, float, str], None]] = {
    "spread": _spread,
    "underscores": _underscored,
    "shadow": _shadowed,
    "printed larger over itself": _larger,
    "turned left": lambda pen, part, x, y, line: turned(pen, part, line, 1),
    "turned right": lambda pen, part, x, y, line: turned(pen, part, line, -1),
    "negative size": _negative,
    "glyph by glyph": _singly,
    "reversed": _reversed,
    "over the border": _over,
}
