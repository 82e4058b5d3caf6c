"""Glyphs as the Python readers give them -> the characters that a reader of the page sees as the form's text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any, NamedTuple

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.grids.celltext import assemble
from selfeval.extractors.isolation import limits
from selfeval.extractors.model import Bbox, Char, Notice
from selfeval.extractors.pages.glyphs import printed

#: text lighter than HIDDEN (0 black, 1 white) cannot be seen; a watermark is lighter than WATERMARK and so much larger than the usual type
HIDDEN, WATERMARK, WATERMARK_SCALE = 0.97, 0.6, 1.8
#: points; smaller type cannot be read on paper
MIN_TYPE = 1.0
#: a painted area is dark below this luminance, and an area, not a border, above so many points in both directions
DARK, MIN_FILL = 0.5, 4.0
#: slanting red characters on a page from which red text is a seal's, also where it stands upright
SEAL_CHARS = 4
#: points by which the middle of a character's em may lie outside its tight box
REACH = 2.0
#: text render modes of the PDF standard that leave no ink
INKLESS = (3, 7)


class StyledGlyph(NamedTuple):
    """One glyph in the upright frame: box, the first row of its matrix (which way it runs), size in points, colour components."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    across: float
    slope: float
    size: float
    colour: Any
    mode: int = 0


def visible(
    glyphs: Sequence[StyledGlyph],
    width: float,
    height: float,
    fills: Iterable[tuple[Bbox, Any]] = (),
) -> tuple[Char, ...]:
    """Neither hidden, nor off the page, nor of a watermark or a seal. `fills` are painted areas with their colour: light text on a dark
    one is seen. Raises ExtractError("too-many-characters")."""
    if len(glyphs) > limits.MAX_PAGE_CHARS:
        raise ExtractError("too-many-characters", chars=len(glyphs), limit=limits.MAX_PAGE_CHARS)
    usual = median(glyph.size for glyph in glyphs) if glyphs else 0.0
    sealed = sum(_oblique(glyph) and _red(glyph.colour) for glyph in glyphs) >= SEAL_CHARS
    dark = [
        box
        for box, colour in fills
        if min(box[2] - box[0], box[3] - box[1]) > MIN_FILL and _luminance(colour) < DARK
    ]
    seen = []
    for glyph in glyphs:
        light = _luminance(glyph.colour)
        if light > WATERMARK and any(_within(glyph, box) for box in dark):
            light = 0.0
        watermark = light > WATERMARK and glyph.size > WATERMARK_SCALE * usual
        unseen = light > HIDDEN or glyph.size < MIN_TYPE or glyph.mode in INKLESS
        if unseen or watermark or _oblique(glyph) or (sealed and _red(glyph.colour)):
            continue
        if not (
            0 <= (glyph.x0 + glyph.x1) / 2 <= width
            and 0 <= (glyph.top + glyph.bottom) / 2 <= height
        ):
            continue
        text = printed(glyph.text)
        if text:
            seen.append(Char(text, glyph.x0, glyph.top, glyph.x1, glyph.bottom))
    return tuple(seen)


def shown(chars: Sequence[Char], unseen: Sequence[Notice]) -> tuple[Char, ...]:
    """The characters of a page without those that its picture does not show: `unseen` says what these are and where they stand."""
    if not unseen:
        return tuple(chars)
    return tuple(char for char in chars if not any(_names(notice, char) for notice in unseen))


def _names(notice: Notice, char: Char) -> bool:
    x0, top, x1, bottom = notice.bbox
    across, down = (char.x0 + char.x1) / 2, (char.top + char.bottom) / 2
    return char.text in notice.text and x0 <= across <= x1 and top - REACH <= down <= bottom + REACH


def texts(chars: Sequence[Char], boxes: Sequence[Bbox]) -> list[str]:
    """For each box the text of the characters whose centre lies in it; of boxes within each other the first has it."""
    inside: list[list[Char]] = [[] for _ in boxes]
    for char in chars:
        across, down = (char.x0 + char.x1) / 2, (char.top + char.bottom) / 2
        for members, (x0, top, x1, bottom) in zip(inside, boxes, strict=True):
            if x0 <= across < x1 and top <= down < bottom:
                members.append(char)
                break
    return [assemble(members, box) for members, box in zip(inside, boxes, strict=True)]


def _within(glyph: StyledGlyph, box: Bbox) -> bool:
    x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _oblique(glyph: StyledGlyph) -> bool:
    low, high = sorted((abs(glyph.across), abs(glyph.slope)))
    return low > 0.05 * high


def _components(colour: Any) -> tuple[float, ...]:
    """The components of a colour; none where it is a pattern or unknown."""
    parts = (colour,) if isinstance(colour, int | float) else tuple(colour or ())
    return parts if all(isinstance(part, int | float) for part in parts) else ()


def _red(colour: Any) -> bool:
    """Whether a colour is the red of seals."""
    parts = _components(colour)
    return len(parts) == 3 and parts[0] > 0.5 and max(parts[1:]) < 0.4


def _luminance(colour: Any) -> float:
    """How light a colour of one (grey), three (RGB) or four (CMYK) components from 0 to 1 is; 0 where it is none of these."""
    parts = _components(colour)
    if len(parts) == 4:
        return (1 - min(1.0, parts[3])) * (1 - sum(parts[:3]) / 3)
    return sum(parts) / len(parts) if parts else 0.0
