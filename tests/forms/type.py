"""Type: the two CJK fonts that forms are set in, and text put on the page as producers put it."""
from __future__ import annotations

from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.forms.words import RADICALS

FONT_FILE = Path(__file__).parent / "fonts" / "forms.ttf"
EMBEDDED, UNEMBEDDED = "Forms", "STSong-Light"


@cache
def font(kind: str) -> str:
    """Register the font of a layout ("embedded" or "unembedded") and return its name."""
    if kind == "embedded":
        pdfmetrics.registerFont(TTFont(EMBEDDED, str(FONT_FILE)))
        return EMBEDDED
    pdfmetrics.registerFont(UnicodeCIDFont(UNEMBEDDED))
    return UNEMBEDDED


def width(text: str, name: str, size: float) -> float:
    return pdfmetrics.stringWidth(text, name, size)


def with_radicals(text: str) -> str:
    """The text as fonts give it that map some characters back to their radicals."""
    return "".join(RADICALS.get(char, char) for char in text)


def put(canvas: Canvas, x: float, y: float, text: str, name: str, size: float, *, single: bool = False, twice: bool = False) -> None:
    """Draw one line with its baseline at (x, y) in PDF space; `single`: each character by itself; `twice`: again, to look bold."""
    for shift in (0.0, 0.25)[: 2 if twice else 1]:
        canvas.setFont(name, size)
        if not single:
            canvas.drawString(x + shift, y, text)
            continue
        at = x + shift
        for char in text:
            canvas.drawString(at, y, char)
            at += width(char, name, size)
