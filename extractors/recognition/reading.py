"""One line of text read twice and judged: what the two readings and the ink agree on is sure, the rest is doubtful.

The network is sure of itself even where it loses a decimal point, so its probability alone is no confidence. A line with digits
is read at two sizes and margins, and its digits and points are counted in the ink.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from selfeval.extractors.recognition.lines import Box, TextLine
from selfeval.extractors.recognition.recogniser import CropReading, RecognisedGlyph, recognise

if TYPE_CHECKING:
    import numpy as np

#: (margin above and below, margin left and right, in ems; contrast): three views of one line.
VIEWS = ((0.14, 0.35, 1.0), (0.30, 0.60, 1.5), (0.06, 0.20, 0.8))
#: No digit that two readings or the ink dispute may be more certain than this.
DISPUTED = 0.5
#: A character below this sends its line to a second reading.
SURE = 0.9

_NUMBER = re.compile(r"[≥≤><=±+-]?\d[\d.,]*%?")
_DIGITISH = re.compile(r"[0-9]")
_LOOKALIKES = str.maketrans(
    {"o": "0", "O": "0", "〇": "0", "l": "1", "I": "1", "|": "1", "丨": "1"}
)


def read_lines(grey: np.ndarray, lines: Sequence[TextLine]) -> list[tuple[RecognisedGlyph, ...]]:
    """The characters of each line; `centre` is in pixels of `grey` along x. A line nothing was read in gives ()."""
    standing = _read_columns(grey, lines, _columns_of_type(lines))
    level = [i for i in range(len(lines)) if i not in standing]
    results = dict(zip(level, _read_level(grey, [lines[i] for i in level]), strict=True)) | standing
    return [results[i] for i in range(len(lines))]


def glance(grey: np.ndarray, lines: Sequence[TextLine]) -> list[CropReading]:
    """One quick reading of each line."""
    return _view(grey, lines, 0)


def _columns_of_type(lines: Sequence[TextLine]) -> list[list[int]]:
    """Cells whose lines are one character each (a caption set from top to bottom): the positions of their lines."""
    regions: dict[Box, list[int]] = {}
    for i, line in enumerate(lines):
        regions.setdefault(line.region, []).append(i)
    return [
        members
        for members in regions.values()
        if len(members) > 2 and all(_single(lines[i]) for i in members)
    ]


def _single(line: TextLine) -> bool:
    return line.box[2] - line.box[0] <= 1.25 * line.em


def _read_columns(
    grey: np.ndarray, lines: Sequence[TextLine], columns: Sequence[Sequence[int]]
) -> dict[int, tuple[RecognisedGlyph, ...]]:
    """Characters set from top to bottom are laid side by side and read as one line: alone, ( is read as C and 0 as o."""
    import numpy as np

    strips: list[np.ndarray] = []
    found: dict[int, tuple[RecognisedGlyph, ...]] = {}
    for members in columns:
        em = lines[members[0]].em
        side = round(1.2 * em)
        tiles = []
        for i in members:
            picture, left, _ = crop(grey, lines[i], 2)
            tile = np.full((side, side), 255, np.uint8)
            centre = round((lines[i].box[0] + lines[i].box[2]) / 2 - left)
            part = picture[max(0, (picture.shape[0] - side) // 2) :, max(0, centre - side // 2) :][
                :side, :side
            ]
            y, x = (side - part.shape[0]) // 2, max(0, side // 2 - centre)
            part = part[:, : side - x]
            tile[y : y + part.shape[0], x : x + part.shape[1]] = part
            tiles.append(tile)
        strips.append(
            np.hstack(
                [
                    np.full((side, side // 3), 255, np.uint8),
                    *tiles,
                    np.full((side, side // 3), 255, np.uint8),
                ]
            )
        )
    for members, reading in zip(columns, recognise(strips), strict=True):
        glyphs = [g for g in reading.glyphs if not g.text.isspace()]
        if len(glyphs) == len(members):
            for i, glyph in zip(members, glyphs, strict=True):
                found[i] = (glyph._replace(centre=(lines[i].box[0] + lines[i].box[2]) / 2),)
    return found


def _read_level(grey: np.ndarray, lines: Sequence[TextLine]) -> list[tuple[RecognisedGlyph, ...]]:
    first = _view(grey, lines, 0)
    results: list[tuple[RecognisedGlyph, ...]] = [
        _placed(r.glyphs, line, 0) for r, line in zip(first, lines, strict=True)
    ]
    again = [i for i, r in enumerate(first) if _wants_second(r)]
    second = dict(zip(again, _view(grey, [lines[i] for i in again], 1), strict=True))
    disputed = [i for i in again if _plain(first[i].text) != _plain(second[i].text)]
    third = dict(zip(disputed, _view(grey, [lines[i] for i in disputed], 2), strict=True))
    for i in again:
        if i in third:
            glyphs = _voted((first[i], second[i], third[i]), lines[i])
        else:
            glyphs = _placed(_weaker(first[i], second[i]), lines[i], 0)
        results[i] = _checked(glyphs, lines[i])
    return results


def _wants_second(reading: CropReading) -> bool:
    return (
        bool(_DIGITISH.search(reading.text))
        or len(reading.glyphs) <= 2
        or reading.confidence < SURE
    )


def crop(grey: np.ndarray, line: TextLine, view: int) -> tuple[np.ndarray, float, float]:
    """The picture of a line with the margins of a view: (crop, x of its left edge, its width). Outside the region it is white."""
    import numpy as np

    high, wide, contrast = VIEWS[view]
    x0, y0, x1, y1 = line.box
    lack = (
        max(0.0, 0.95 * line.em - (y1 - y0)) / 2
    )  # a flat line (一, a dash) keeps its proportion to the type
    left, right = x0 - wide * line.em, x1 + wide * line.em
    top, bottom = y0 - lack - high * line.em, y1 + lack + high * line.em
    left, top, right, bottom = round(left), round(top), round(right), round(bottom)
    picture = np.full((bottom - top, right - left), 255, np.uint8)
    rx0, ry0, rx1, ry1 = line.region
    near = 0.16 * line.em  # of the neighbouring lines no more than this shows
    sx0, sx1 = max(left, rx0, 0), min(right, rx1, grey.shape[1])
    sy0, sy1 = (
        max(top, ry0, round(y0 - lack - near), 0),
        min(bottom, ry1, round(y1 + lack + near), grey.shape[0]),
    )
    if sx1 > sx0 and sy1 > sy0:
        picture[sy0 - top : sy1 - top, sx0 - left : sx1 - left] = grey[sy0:sy1, sx0:sx1]
    if contrast != 1.0:
        picture = np.clip(255.0 - (255.0 - picture) * contrast, 0, 255).astype(np.uint8)
    return picture, float(left), float(right - left)


def _view(grey: np.ndarray, lines: Sequence[TextLine], view: int) -> list[CropReading]:
    return recognise([crop(grey, line, view)[0] for line in lines])


def _placed(
    glyphs: Sequence[RecognisedGlyph], line: TextLine, view: int
) -> tuple[RecognisedGlyph, ...]:
    margin = VIEWS[view][1] * line.em
    left, width = line.box[0] - margin, line.box[2] - line.box[0] + 2 * margin
    return tuple(
        RecognisedGlyph(g.text, left + g.centre * width, g.confidence)
        for g in glyphs
        if not g.text.isspace()
    )


def _plain(text: str) -> str:
    return re.sub(r"[-‐-―─]+", "-", "".join(unicodedata.normalize("NFKC", text).split()))


def _weaker(a: CropReading, b: CropReading) -> list[RecognisedGlyph]:
    """`a` with the lower of both probabilities at each character."""
    xs, ys = (
        [g for g in a.glyphs if not g.text.isspace()],
        [g for g in b.glyphs if not g.text.isspace()],
    )
    if len(xs) != len(ys):
        return xs
    return [
        g._replace(confidence=min(g.confidence, h.confidence)) for g, h in zip(xs, ys, strict=True)
    ]


def _voted(readings: Sequence[CropReading], line: TextLine) -> tuple[RecognisedGlyph, ...]:
    """Of three readings the one that two share, or the most certain; what the readings differ in is disputed."""
    votes = Counter(_plain(r.text) for r in readings)
    text, count = votes.most_common(1)[0]
    index = (
        next(i for i, r in enumerate(readings) if _plain(r.text) == text)
        if count > 1
        else max(range(len(readings)), key=lambda i: readings[i].confidence)
    )
    chosen = _placed(readings[index].glyphs, line, index)
    others = [_placed(r.glyphs, line, i) for i, r in enumerate(readings) if i != index]
    near = 0.3 * line.em
    judged = []
    for glyph in chosen:
        backed = all(
            any(
                _plain(o.text) == _plain(glyph.text) and abs(o.centre - glyph.centre) < near
                for o in other
            )
            for other in others
        )
        judged.append(
            glyph if backed else glyph._replace(confidence=min(glyph.confidence, DISPUTED))
        )
    if any(len(_plain(r.text)) > len(_plain(readings[index].text)) for r in readings):
        # Another reading has a character more: any digit may be the wrong one of two.
        judged = [
            g._replace(confidence=min(g.confidence, DISPUTED)) if _DIGITISH.search(g.text) else g
            for g in judged
        ]
    return tuple(judged)


def _checked(glyphs: tuple[RecognisedGlyph, ...], line: TextLine) -> tuple[RecognisedGlyph, ...]:
    """A number whose digits and points cannot be found in the ink is disputed; letters that look like its digits are read as digits."""
    text = _plain("".join(g.text for g in glyphs))
    changed = False
    if (
        not _NUMBER.fullmatch(text)
        and _NUMBER.fullmatch(text.translate(_LOOKALIKES))
        and any(c.isdigit() for c in text)
    ):
        glyphs = tuple(g._replace(text=g.text.translate(_LOOKALIKES)) for g in glyphs)
        text, changed = text.translate(_LOOKALIKES), True
    if _NUMBER.fullmatch(text) and (changed or not _counted(text, line)):
        return tuple(g._replace(confidence=min(g.confidence, DISPUTED)) for g in glyphs)
    return glyphs


def _counted(text: str, line: TextLine) -> bool:
    """Whether the ink of a line can hold the number `text`: as many points, and digits of a digit's width."""
    tall, points = _columns(line)
    marks = text.count(".") + text.count(",")
    if points != marks:
        return False
    digits = sum(c.isdigit() for c in text)
    height = max(b[3] - b[1] for b in tall) if tall else 0
    if not height:
        return False
    if any(b[0] - a[2] > 0.75 * height for a, b in pairwise(tall)):
        return False  # room for a digit that is not printed, or not any more
    # Touching digits make one wide piece; a digit is about 0.75 of its height wide, 1 about half that.
    low = sum(max(1, round((b[2] - b[0]) / (1.05 * height))) for b in tall)
    high = sum(max(1, round((b[2] - b[0]) / (0.5 * height))) for b in tall)
    signs = sum(c in "≥≤><=±+" for c in text)
    if "%" in text:  # its three parts may touch or not
        low, high = low - 3, high
    return low <= digits + signs <= high


def _columns(line: TextLine) -> tuple[list[Box], int]:
    """(the line's pieces of a digit's height, joined where they stand above each other; the number of points between them)."""
    height = max((p[3] - p[1] for p in line.pieces), default=0)
    tall: list[Box] = []
    for p in line.pieces:
        if p[3] - p[1] < 0.4 * height:
            continue
        if tall and p[0] < tall[-1][2] - 0.4 * (p[2] - p[0]):
            last = tall[-1]
            tall[-1] = (last[0], min(last[1], p[1]), max(last[2], p[2]), max(last[3], p[3]))
        else:
            tall.append(p)
    base = max((b[3] for b in tall), default=0)
    points = 0
    for p in line.pieces:
        small = p[3] - p[1] < 0.4 * height and p[2] - p[0] < 0.35 * height
        low = p[1] > base - 0.4 * height and p[3] > base - 0.15 * height
        between = tall and tall[0][0] < p[0] and p[2] < tall[-1][2]
        apart = all(p[2] <= b[0] + 1 or p[0] >= b[2] - 1 for b in tall)
        points += bool(small and low and between and apart)
    return tall, points
