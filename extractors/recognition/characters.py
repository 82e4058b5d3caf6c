"""Lines of text found on a picture -> characters with their boxes, recognised or told by their shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from selfeval.extractors.model import Char
from selfeval.extractors.recognition.lines import Box, TextLine, shape_text
from selfeval.extractors.recognition.reading import read_lines
from selfeval.extractors.recognition.recogniser import RecognisedGlyph

if TYPE_CHECKING:
    import numpy as np

#: confidence of dashes and dots that are told by their shape
SHAPE = 0.97


def chars_of(picture: np.ndarray, lines: Sequence[TextLine], scale: float) -> list[Char]:
    """Given a grey picture without borders and its lines of text, their characters in points, `scale` dots each."""
    by_region: dict[Box, list[TextLine]] = {}
    for line in lines:
        by_region.setdefault(line.region, []).append(line)
    chars: list[Char] = []
    text: list[TextLine] = []
    for members in by_region.values():
        shapes = [shape_text(line) for line in members]
        flat = all(shapes)  # flat ink beside other text may be 一, a small circle is a stop
        for line, shape in zip(members, shapes, strict=True):
            if not flat and shape != "。":
                text.append(line)
                continue
            x0, x1 = line.box[0], line.box[2]
            glyphs = tuple(
                RecognisedGlyph(c, x0 + (i + 0.5) * (x1 - x0) / len(shape), SHAPE)
                for i, c in enumerate(shape)
            )
            chars += _boxed(line, glyphs, scale)
    for line, glyphs in zip(text, read_lines(picture, text), strict=True):
        chars += _boxed(line, glyphs, scale)
    return chars


def _boxed(line: TextLine, glyphs: tuple[RecognisedGlyph, ...], scale: float) -> list[Char]:
    """Characters with boxes: as high as the line, as wide as the type but not into each other, inside the region."""
    x0, y0, x1, y1 = line.region
    middle = (line.box[1] + line.box[3]) / 2
    half = max(line.box[3] - line.box[1], 0.8 * line.em) / 2
    top, bottom = max(y0 + 1, middle - half), min(y1 - 1, middle + half)
    centres = [min(max(g.centre, line.box[0]), line.box[2]) for g in glyphs]
    boxed = []
    for i, (glyph, centre) in enumerate(zip(glyphs, centres, strict=True)):
        reach = (0.5 if ord(glyph.text[0]) > 0x2000 else 0.3) * line.em
        left = max(centre - reach, (centres[i - 1] + centre) / 2 if i else x0 + 1)
        right = min(
            centre + reach, (centre + centres[i + 1]) / 2 if i + 1 < len(glyphs) else x1 - 1
        )
        boxed.append(
            Char(
                glyph.text,
                left / scale,
                top / scale,
                max(left + 0.1, right) / scale,
                bottom / scale,
                min(1.0, glyph.confidence),
            )
        )
    return boxed
