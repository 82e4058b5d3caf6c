"""The characters of a page through pdfium, with how the runs that they belong to are set."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

import pypdfium2.raw as raw

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation import limits
from selfeval.extractors.pages.geometry import Box
from selfeval.extractors.pages.glyphs import printed
from selfeval.extractors.pages.pdfium_calls import CALLS

#: degrees off the page's four directions beyond which text is a stamp or a watermark
MAX_SLANT = 2.0

#: where pdfium puts its answers: made once, since a page has hundreds of runs
_MATRIX = raw.FS_MATRIX()
_ORIGIN = (ctypes.c_double * 2)()


class Glyph(NamedTuple):
    """One character in page space: its text, tight box, and the address of its text object."""

    text: str
    box: Box
    run: int


@dataclass(slots=True)
class Run:
    """How a run of characters is set: em size in points, direction in degrees counter-clockwise, and a point of its baseline."""

    size: float
    angle: float
    origin: tuple[float, float]
    kind: str = ""  # "" for the form's text, else why it is not


def read_glyphs(textpage: Any, number: int) -> tuple[list[Glyph], dict[int, Run]]:
    """Every character that the page's content draws (none that pdfium makes up), and how each run is set."""
    count = raw.FPDFText_CountChars(textpage)
    if count > limits.MAX_PAGE_CHARS:
        raise ExtractError(
            "too-many-characters", page=number, chars=count, limit=limits.MAX_PAGE_CHARS
        )
    handle = ctypes.cast(textpage, ctypes.c_void_p).value
    box = (ctypes.c_double * 4)()  # left, right, bottom, top: pdfium's order
    refs = [ctypes.addressof(box) + 8 * k for k in range(4)]
    get_object, unicode, get_box, generated = (
        CALLS.char_object,
        CALLS.char_unicode,
        CALLS.char_box,
        CALLS.char_generated,
    )
    glyphs: list[Glyph] = []
    runs: dict[int, Run] = {}
    pending = 0  # the first half of a surrogate pair: on platforms with 16-bit text pdfium gives the halves one by one
    for index in range(max(0, count)):
        run = get_object(handle, index) or 0
        code = unicode(handle, index)
        if (run == 0 or code <= 32) and generated(handle, index):
            continue
        if 0xD800 <= code < 0xE000:
            if code < 0xDC00:
                pending = code
                continue
            code = 0x10000 + ((pending - 0xD800) << 10) + (code - 0xDC00) if pending else 0xFFFD
            pending = 0
        get_box(handle, index, *refs)
        if run not in runs:
            runs[run] = _run(handle, index)
        left, right, bottom, top = box
        text = chr(code)
        if (
            not 0x21 <= code < 0x7F and not 0x3200 <= code < 0xD800
        ):  # what is typed as it is printed: most of any page
            text = printed(text)
        for char in text:
            glyphs.append(Glyph(char, (left, bottom, right, top), run))
    return glyphs, runs


def _run(handle: int | None, index: int) -> Run:
    matrix = _MATRIX
    CALLS.char_matrix(handle, index, ctypes.addressof(matrix))
    size = CALLS.font_size(handle, index)
    # a negative font size turns the glyphs about; the matrix of type that stands upright turns them back
    across, up = (matrix.a, matrix.b) if size >= 0 else (-matrix.a, -matrix.b)
    size = abs(size) * math.hypot(matrix.c, matrix.d)
    CALLS.char_origin(handle, index, ctypes.addressof(_ORIGIN), ctypes.addressof(_ORIGIN) + 8)
    angle = math.degrees(math.atan2(up, across)) % 360 if up else (0.0 if across >= 0 else 180.0)
    return Run(size, angle, (_ORIGIN[0], _ORIGIN[1]))


def direction(glyphs: list[Glyph], runs: dict[int, Run]) -> int:
    """The direction in which most characters run: 0, 90, 180 or 270 degrees counter-clockwise in page space."""
    weights = Counter(glyph.run for glyph in glyphs if glyph.text != " ")
    votes: Counter[int] = Counter()
    for run, weight in weights.items():
        if slant(runs[run].angle) <= MAX_SLANT:
            votes[round(runs[run].angle / 90) * 90 % 360] += weight
    return votes.most_common(1)[0][0] if votes else 0


def slant(angle: float) -> float:
    """How many degrees an angle is off the nearest of the page's four directions."""
    return abs((angle + 45) % 90 - 45)


def body_size(glyphs: list[Glyph], runs: dict[int, Run]) -> float:
    """The size in points of a page's usual type; 0 where it has none."""
    sizes = [runs[glyph.run].size for glyph in glyphs if glyph.text != " "]
    return median(sizes) if sizes else 0.0
