"""The drawn objects of a page through pdfium: rulings, fills, images and rings, in drawing order and page space.

Text is read in `characters`; this module only notes of each text object what decides whether its characters can be seen.
"""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, NoReturn

import pypdfium2.raw as raw

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation import limits
from selfeval.extractors.pages.dotted import chained
from selfeval.extractors.pages.geometry import (
    IDENTITY,
    Box,
    Matrix,
    Point,
    apply,
    compose,
    moved,
    rounded,
)
from selfeval.extractors.pages.object_facts import (
    Colour,
    Facts,
    Listed,
    colours,
    in_form,
    of_paths,
    of_texts,
)
from selfeval.extractors.pages.pdfium_calls import CALLS

#: a filled rectangle at most this thick, in points, is a border; anything thicker is shading
MAX_BORDER_THICKNESS = 4.0
#: a border at least this long, in points; shorter marks are glyph parts, ticks and corners
MIN_BORDER_LENGTH = 2.0
#: a border made of an image is longer than thick by this factor
SLENDER = 3.0
#: points of the type that these measures suit; smaller type has thinner and shorter borders
USUAL_TYPE = 9.0
#: an area darker than this sets off a white border
SHADE_LUMINANCE = 0.94
#: objects that are asked about at a time
CHUNK = 1_000
#: colours this light (0 black to 1 white) cannot be told from paper
PAPER_LUMINANCE = 0.97


class Paint(NamedTuple):
    """An area painted over: its box, when it was drawn, how light it is, and whether what lies under it shows through."""

    box: Box
    order: int
    luminance: float
    opaque: bool


class TextObject(NamedTuple):
    """What decides whether a run of text can be seen: drawing order, colour (red, green, blue, alpha), mode, and its clip."""

    order: int
    colour: Colour
    invisible: bool
    clip: Box | None


class Ring(NamedTuple):
    """A circle or an oval drawn as a line, as seals have it: its box, its colour, and when it was drawn."""

    box: Box
    colour: tuple[int, int, int]
    order: int


@dataclass(slots=True)
class PageObjects:
    """Everything drawn on one page. `texts` is keyed by the address of pdfium's object; `shades` says how light each border is, as it stands
    out against what it is drawn on."""

    borders: list[Box] = field(default_factory=list)
    shades: list[float] = field(default_factory=list)
    dots: list[Box] = field(default_factory=list)
    fills: list[Paint] = field(default_factory=list)
    images: list[Paint] = field(default_factory=list)
    marks: list[Paint] = field(default_factory=list)  # paths that are neither borders nor areas
    rings: list[Ring] = field(default_factory=list)
    texts: dict[int, TextObject] = field(default_factory=dict)


@lru_cache(1_000)
def luminance(colour: tuple[int, ...]) -> float:
    """How light a colour is, from 0 (black) to 1 (white), by the weights of ITU-R BT.709."""
    return (0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]) / 255


class ObjectReader:
    """Walks the objects of one page. Buffers are made once, since a page has thousands of objects.

    `em` is the size of the page's type in points: where type is tiny, borders are thin and cells low too."""

    def __init__(self, number: int, em: float = USUAL_TYPE) -> None:
        self.number = number
        scale = min(1.0, em / USUAL_TYPE)
        self._thick, self._short = MAX_BORDER_THICKNESS * scale, MIN_BORDER_LENGTH * scale
        self._pale: list[tuple[Box, int]] = []
        self.found = PageObjects()
        self._order = 0
        self._segments = 0
        self._f = (ctypes.c_float * 4)()
        self._f_at = [ctypes.addressof(self._f) + 4 * k for k in range(4)]
        self._matrix = raw.FS_MATRIX()
        self._matrix_at = ctypes.addressof(self._matrix)

    def read(self, listed: Listed) -> PageObjects:
        """Given the objects of a page, what they draw. Raises ExtractError("too-complex") beyond the caps of `limits`."""
        self._objects(listed, IDENTITY, 0)
        for box in chained(self.found.dots, self._thick / MAX_BORDER_THICKNESS):
            self._border(box, 0.0)
        for box, order in self._pale:
            if self._on_shade(box, order):
                self._border(box, 0.0)
        return self.found

    def _on_shade(self, box: Box, order: int) -> bool:
        """Whether a border as light as paper lies on an area painted darker: it parts cells as a dark one does on paper."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return any(
            paint.order <= order
            and paint.luminance < SHADE_LUMINANCE
            and paint.box[0] - self._thick <= x <= paint.box[2] + self._thick
            and paint.box[1] - self._thick <= y <= paint.box[3] + self._thick
            for paint in self.found.fills
        )

    def _objects(self, listed: Listed, outer: Matrix, depth: int) -> None:
        """All objects of a page or of a form on it, some at a time, so that a cap is met before all are asked."""
        for first in range(0, len(listed), CHUNK):
            part = listed[first : first + CHUNK]
            paths = of_paths([one for one, kind in part if kind == raw.FPDF_PAGEOBJ_PATH])
            texts = of_texts([one for one, kind in part if kind == raw.FPDF_PAGEOBJ_TEXT])
            for handle, kind in part:
                self._order += 1
                if self._order > limits.MAX_PAGE_OBJECTS:
                    self._refuse("图形对象", limits.MAX_PAGE_OBJECTS)
                if kind == raw.FPDF_PAGEOBJ_PATH:
                    self._path(handle, outer, next(paths))
                elif kind == raw.FPDF_PAGEOBJ_TEXT:
                    self._text(handle, outer, next(texts))
                else:
                    self._object(handle, kind, outer, depth)

    def _object(self, handle: int, kind: int, outer: Matrix, depth: int) -> None:
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            self._image(handle, outer)
        elif kind == raw.FPDF_PAGEOBJ_SHADING:
            self.found.fills.append(Paint(self._bounds(handle, outer), self._order, 0.5, False))
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < limits.MAX_OBJECT_DEPTH:
            CALLS.matrix(handle, self._matrix_at)
            m = self._matrix
            inner = compose((m.a, m.b, m.c, m.d, m.e, m.f), outer)
            self._objects(in_form(handle), inner, depth + 1)

    def _text(self, handle: int, outer: Matrix, facts: Facts) -> None:
        mode, clips = facts.how
        invisible = mode in (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
        clip = self._clip(handle) if clips > 0 and outer is IDENTITY else None
        self.found.texts[handle] = TextObject(self._order, facts.colour, invisible, clip)

    def _bounds(self, handle: int, outer: Matrix) -> Box:
        CALLS.bounds(handle, *self._f_at)
        left, bottom, right, top = self._f
        return moved((left, bottom, right, top), outer)

    def _clip(self, handle: int) -> Box | None:
        """The box to which an object is clipped, or None. Only what lies outside the box of a clip is sure not to show."""
        clip = CALLS.clip_path(handle)
        box: Box | None = None
        for path in range(CALLS.clip_paths(clip)):
            count = CALLS.clip_segments(clip, path)
            points = [
                self._point(CALLS.clip_segment(clip, path, k))
                for k in range(max(0, min(count, 64)))
            ]
            if count > 64 or not points:
                continue
            xs, ys = [x for x, _ in points], [y for _, y in points]
            part = (min(xs), min(ys), max(xs), max(ys))
            box = (
                part
                if box is None
                else (
                    max(box[0], part[0]),
                    max(box[1], part[1]),
                    min(box[2], part[2]),
                    min(box[3], part[3]),
                )
            )
        return box

    def _point(self, segment: int) -> tuple[float, float]:
        CALLS.segment_point(segment, self._f_at[0], self._f_at[1])
        return self._f[0], self._f[1]

    def _image(self, handle: int, outer: Matrix) -> None:
        box = self._bounds(handle, outer)
        thickness, length = sorted((box[2] - box[0], box[3] - box[1]))
        if thickness <= self._thick and length > max(SLENDER * thickness, self._short):
            self._border(box, 0.0)  # some printer drivers draw borders as one-pixel images
        else:
            self.found.images.append(
                Paint(box, self._order, 0.5, not CALLS.has_transparency(handle))
            )

    def _path(self, handle: int, outer: Matrix, facts: Facts) -> None:
        box, colour, how = facts
        filled, stroked = how[0] != raw.FPDF_FILLMODE_NONE, bool(how[1])
        if not (filled or stroked):
            return
        box = moved(box, outer)
        width, height = box[2] - box[0], box[3] - box[1]
        shade = luminance(colour)
        seen = colour[3] > 0 and (colour[:3] == (0, 0, 0) or shade < PAPER_LUMINANCE)
        if width <= self._thick or height <= self._thick:
            self._thin(box, max(width, height), colour, shade if seen else None)
        else:
            self._wide(handle, outer, facts._replace(box=box), shade, seen)

    def _thin(self, box: Box, length: float, colour: Colour, shade: float | None) -> None:
        """Given a path as thin as a border and how long it is, what it is; no shade: as light as paper."""
        if shade is not None and length < 2 * self._short:
            self.found.dots.append(box)  # one of a row that is longer, if it is a border
        if length < self._short:
            return
        if shade is not None:
            self._border(box, shade)
        elif colour[3] > 0:
            self._pale.append((box, self._order))
            self.found.marks.append(Paint(box, self._order, luminance(colour), False))

    def _wide(self, handle: int, outer: Matrix, facts: Facts, shade: float, seen: bool) -> None:
        box, colour, how = facts
        filled, stroked = how[0] != raw.FPDF_FILLMODE_NONE, bool(how[1])
        width, height = box[2] - box[0], box[3] - box[1]
        count = CALLS.segments(handle)
        if filled and self._fill(handle, box, count, stroked) and not stroked:
            return
        self.found.marks.append(Paint(box, self._order, shade, False))
        if colour[3] == 0 or not (seen or stroked):
            return
        if 8 <= count <= 64 and 0.5 < width / height < 2 and self._curved(handle, count):
            if seen:
                self.found.rings.append(Ring(box, colour[:3], self._order))
            return
        for part in self._subpaths(handle, count, outer):
            self._outline(part, stroked, shade if seen else None)

    def _fill(self, handle: int, box: Box, count: int, stroked: bool) -> bool:
        """Note an area that a path fills; False if the path leaves most of its box free."""
        if not (count <= 6 and self._rectangular(handle, count)):
            return False
        (colour,) = colours([handle], [False])
        opaque = colour[3] == 255 and not CALLS.has_transparency(handle)
        self.found.fills.append(Paint(box, self._order, luminance(colour), opaque))
        return True

    def _rectangular(self, handle: int, count: int) -> bool:
        """Whether a path covers all of its box: sides along the axes only. A star's box is mostly empty."""
        points = [self._point(CALLS.segment(handle, k)) for k in range(count)]
        return all(
            abs(xa - xb) < 0.01 or abs(ya - yb) < 0.01
            for (xa, ya), (xb, yb) in itertools.pairwise(points)
        )

    def _curved(self, handle: int, count: int) -> bool:
        kinds = [CALLS.segment_type(CALLS.segment(handle, k)) for k in range(count)]
        straight = raw.FPDF_SEGMENT_LINETO in kinds  # as in a rectangle with rounded corners
        return kinds.count(raw.FPDF_SEGMENT_BEZIERTO) >= 8 and not straight

    def _subpaths(self, handle: int, count: int, outer: Matrix) -> Iterator[list[Point]]:
        self._segments += count
        if self._segments > limits.MAX_PAGE_OBJECTS:
            self._refuse("路径线段", limits.MAX_PAGE_OBJECTS)
        CALLS.matrix(handle, self._matrix_at)
        m = self._matrix
        to_page = compose((m.a, m.b, m.c, m.d, m.e, m.f), outer)
        points: list[Point] = []
        straight: list[tuple[Point, Point]] = []
        curves: list[Point] = []
        for index in range(count):
            segment = CALLS.segment(handle, index)
            kind = CALLS.segment_type(segment)
            point = apply(self._point(segment), to_page)
            if kind == raw.FPDF_SEGMENT_MOVETO:
                if len(points) > 1:
                    yield points
                points = [point]
            elif kind == raw.FPDF_SEGMENT_LINETO:
                straight.append((points[-1] if points else point, point))
                points.append(point)
            else:  # a curve is no border; what follows it begins anew
                curves.append(point)
                if len(points) > 1:
                    yield points
                points = [point]
            if CALLS.segment_close(segment) and len(points) > 2:
                points.append(points[0])
        if len(points) > 1:
            yield points
        if curves and (box := rounded(straight, curves)):
            left, bottom, right, top = box
            yield [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]

    def _outline(self, points: list[Point], stroked: bool, shade: float | None) -> None:
        """Given one subpath, its borders: itself where it is thin, else its sides where they are stroked. No shade: as light as paper."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        box = (min(xs), min(ys), max(xs), max(ys))
        sides = []
        if min(box[2] - box[0], box[3] - box[1]) <= self._thick:
            sides.append(box)
        elif stroked:
            sides = [
                (min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb))
                for (xa, ya), (xb, yb) in itertools.pairwise(points)
                if min(abs(xa - xb), abs(ya - yb)) <= 1
            ]
        for side in sides:
            if max(side[2] - side[0], side[3] - side[1]) < self._short:
                continue
            if shade is None:
                self._pale.append((side, self._order))
            else:
                self._border(side, shade)

    def _border(self, box: Box, shade: float) -> None:
        self.found.borders.append(box)
        self.found.shades.append(shade)
        if len(self.found.borders) > limits.MAX_RULINGS:
            self._refuse("框线", limits.MAX_RULINGS)

    def _refuse(self, what: str, limit: int) -> NoReturn:
        raise ExtractError("too-complex", page=self.number, detail=f"{what}超过上限 {limit}")
