"""Type: the two CJK fonts that forms are set in, and text put on the page as producers put it."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.forms.words import RADICALS

FONT_FILE = Path(__file__).parent / "fonts" / "forms.ttf"
EMBEDDED, UNEMBEDDED, LATIN = "Forms", "STSong-Light", "Helvetica"


@cache
def font(kind: str) -> str:
    """Register the font of a layout ("embedded" or "unembedded") and return its name."""
    if kind == "embedded":
        pdfmetrics.registerFont(TTFont(EMBEDDED, str(FONT_FILE)))
        return EMBEDDED
    pdfmetrics.registerFont(UnicodeCIDFont(UNEMBEDDED))
    return UNEMBEDDED


def width(text: str, name: str, size: float, mixed: bool = False) -> float:
    """Points that a line takes; `mixed`: its Latin letters and digits are Helvetica's."""
    return sum(
        pdfmetrics.stringWidth(run, LATIN if latin else name, size)
        for run, latin in _runs(text, mixed)
    )


def _runs(text: str, mixed: bool) -> list[tuple[str, bool]]:
    """Stretches of a line and whether each is set in the Latin font."""
    if not mixed:
        return [(text, False)]
    return [
        ("".join(group), latin)
        for latin, group in groupby(
            text, key=lambda char: char.isascii() and char.isprintable() and char != " "
        )
    ]


def with_radicals(text: str) -> str:
    """The text as fonts give it that map some characters back to their radicals."""
    return "".join(RADICALS.get(char, char) for char in text)


def put(
    canvas: Canvas,
    x: float,
    y: float,
    text: str,
    name: str,
    size: float,
    *,
    single: bool = False,
    twice: bool = False,
    mixed: bool = False,
) -> None:
    """Draw one line with its baseline at (x, y) in PDF space; `single`: each character by itself; `twice`: again, to look bold."""
    for shift in (0.0, 0.25)[: 2 if twice else 1]:
        at = x + shift
        for run, latin in _runs(text, mixed):
            font_name = LATIN if latin else name
            canvas.setFont(font_name, size)
            for piece in run if single else (run,):
                canvas.drawString(at, y, piece)
                at += pdfmetrics.stringWidth(piece, font_name, size)
