"""The characters of a page through pdfium: which of them a reader of the page can see, and which are not the form's text.

pdfium gives a character's box, origin and text object; drawing order, colour and clip of that object (`pdfium_objects`) say
whether it shows. What does not show, or is a watermark or a seal, becomes a Notice and never enters a cell.
"""

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
from selfeval.extractors.pages.objects import (
    PAPER_LUMINANCE,
    PageObjects,
    Paint,
    TextObject,
    luminance,
)
from selfeval.extractors.pages.pdfium_calls import CALLS

#: points; type smaller than this is not meant to be read
MIN_SIZE = 1.0
#: degrees off the page's four directions beyond which text is a stamp or a watermark
MAX_SLANT = 2.0
#: a watermark is light (luminance above this) or translucent, and larger than body text by this factor
WATERMARK_LUMINANCE, WATERMARK_ALPHA, WATERMARK_SIZE = 0.6, 0.6, 1.5
#: text as wide as this beyond its clip is cut away, in points
CLIP_MARGIN = 1.0

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


def classify(
    glyphs: list[Glyph], runs: dict[int, Run], objects: PageObjects, page: Box, body: float
) -> dict[int, str]:
    """Which glyphs are not the form's text, on a page set in type of `body` points: index of the glyph -> kind (hidden, covered, clipped, off-page, watermark, seal)."""
    for address, run in runs.items():
        run.kind = _kind_of_run(run, address, objects, body)
    covers = [paint for paint in (*objects.fills, *objects.images) if paint.opaque]
    red_rings = [box for box, colour in objects.rings if _red(colour)]
    plain = {
        address
        for address, run in runs.items()
        if not run.kind and _is_plain(objects.texts.get(address), covers, red_rings)
    }
    left, bottom, right, top = page
    kinds: dict[int, str] = {}
    for index, glyph in enumerate(glyphs):
        x0, y0, x1, y1 = glyph.box
        if glyph.run in plain and left <= x0 and x1 <= right and bottom <= y0 and y1 <= top:
            continue
        kind = runs[glyph.run].kind or _kind_of_glyph(glyph, objects, covers, red_rings, page)
        if kind:
            kinds[index] = kind
    return kinds


def _is_plain(drawn: TextObject | None, covers: list[Paint], red_rings: list[Box]) -> bool:
    """Whether nothing can hide a run but the edge of the page: no clip, no cover, no pale or seal-red type."""
    if drawn is None:
        return True
    if drawn.clip or any(paint.order > drawn.order for paint in covers):
        return False
    return luminance(drawn.colour) < PAPER_LUMINANCE and not (red_rings and _red(drawn.colour))


def _kind_of_run(run: Run, address: int, objects: PageObjects, body: float) -> str:
    drawn = objects.texts.get(address)
    if slant(run.angle) > MAX_SLANT:
        return "watermark"
    if run.size < MIN_SIZE or (drawn and (drawn.invisible or drawn.colour[3] == 0)):
        return "hidden"
    if drawn and run.size > WATERMARK_SIZE * body:
        if luminance(drawn.colour) > WATERMARK_LUMINANCE or drawn.colour[3] < 255 * WATERMARK_ALPHA:
            return "watermark"
    return ""


def _kind_of_glyph(
    glyph: Glyph, objects: PageObjects, covers: list[Paint], red_rings: list[Box], page: Box
) -> str:
    x, y = (glyph.box[0] + glyph.box[2]) / 2, (glyph.box[1] + glyph.box[3]) / 2
    if not (page[0] <= x <= page[2] and page[1] <= y <= page[3]):
        return "off-page"
    drawn = objects.texts.get(glyph.run)
    if drawn is None or glyph.text == " ":
        return ""
    if drawn.clip:
        box = drawn.clip
        if (
            x < box[0] - CLIP_MARGIN
            or x > box[2] + CLIP_MARGIN
            or y < box[1] - CLIP_MARGIN
            or y > box[3] + CLIP_MARGIN
        ):
            return "clipped"
    if any(paint.order > drawn.order and _holds(paint.box, x, y) for paint in covers):
        return "covered"
    if luminance(drawn.colour) >= PAPER_LUMINANCE:
        ground = [
            paint
            for paint in (*objects.fills, *objects.images)
            if paint.order < drawn.order and _holds(paint.box, x, y)
        ]
        if not ground or max(ground, key=lambda paint: paint.order).luminance >= PAPER_LUMINANCE:
            return "hidden"
    if any(_holds(ring, x, y) for ring in red_rings) and _red(drawn.colour):
        return "seal"
    return ""


def _holds(box: Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _red(colour: tuple[int, ...]) -> bool:
    return colour[0] > 120 and colour[0] > 1.8 * max(colour[1], colour[2])
