"""Every mark inside a form's table is accounted for: the picture of a page held against what was read of it.

A glyph that leaves no ink is not there, whatever hides it: a layer that is off, a clip, a cover, a picture, paper-white type. Where something
else stands on the same place, the glyph is there if the picture changes without it. A line through glyphs strikes them out. Ink in a cell
that belongs to no glyph and no border was not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from selfeval.extractors.grids.cells import SolvedPage
from selfeval.extractors.model import Bbox
from selfeval.extractors.pages import strikes, twofold
from selfeval.extractors.pages.objects import USUAL_TYPE, luminance
from selfeval.extractors.pages.pdfium_calls import CALLS
from selfeval.extractors.pages.picture import Picture, draw
from selfeval.extractors.pages.places import places
from selfeval.extractors.pages.seals import without_seals
from selfeval.extractors.pages.textpage import TextPage

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

#: a grid of fewer cells is no form's table
MIN_CELLS = 4
#: dots darker than PALE (0 black, 255 paper) are ink of a glyph; of ink that nobody read only what is as dark as STRONG is asked after, since
#: watermarks are paler
PALE, STRONG = 243, 170
#: luminance from which type is as white as paper, and the shade that the middling dot of its place must be below for it to show: ink under it is
#: somebody else's, such as a watermark's, where the ground is not dark
WHITE_TYPE, DARK_GROUND = 0.95, 200
#: shades that the dots of a place differ by at most where there is nothing but ground
FLAT = 5
#: places at which a border is asked for, the shade from which there is nothing, and the share of places at which it must show
PROBES, PAPER, SHOWN = 13, 253, 0.5
#: points without ink that a border of dashes or dots does not leave
GAP = 8.0
#: dots; a glyph as thin as this is looked for a dot further out
THIN = 2
#: points around a glyph (a shadow reaches so far), a border and a dark area that their ink may take
GLYPH_MARGIN, BORDER_MARGIN = 2.0, 1.2
#: what is said of glyphs whose ink shows, whether or not it is the form's text
_WITH_INK = (None, "struck", "watermark", "seal")
#: points; a drawn line shorter than this may be the stroke of a character that is drawn as an outline
BORDER_LENGTH = 8.0
#: luminance below which a painted area is dark itself
DARK_AREA = 0.7
#: points that a picture measures at least if it may hold a form; dots that follow each other in a rule (1 and the sum of these) and rows of dots
#: with a rule
PASTED, RULE, RULES = 150.0, (1, 2, 4, 8, 16, 8), 4
#: points by which the inside of a cell keeps away from its borders, and square points of ink from which something stands in it
INSIDE, MARK = 1.5, 6.0


@dataclass(frozen=True, slots=True)
class Look:
    """What the picture of a page says of its text. `gone`: glyphs (by index) that are not the form's text, and why. `no_borders`: borders (by
    index) that do not show, or are lines through text. `twofold`: displayed boxes where two texts show on one place."""

    picture: Picture
    glyphs: np.ndarray  # the dots of each glyph's em (n x 4)
    borders: np.ndarray  # the boxes of borders (m x 4, page space)
    gone: Mapping[int, str] = field(default_factory=dict)
    no_borders: frozenset[int] = frozenset()
    twofold: tuple[Bbox, ...] = ()


def holds_table(solved: SolvedPage) -> bool:
    """Whether a page has a table that may be a form's."""
    return any(len(grid.cells) >= MIN_CELLS for grid in solved.grids)


def look(page: PdfPage, text: TextPage) -> Look:
    """Given a page and what pdfium reads of it, what its picture says of that."""
    picture = draw(page, text, text.em or USUAL_TYPE)
    at = places(text)
    boxes = picture.dots(at.boxes)
    inked = np.array([not glyph.text.isspace() for glyph in text.glyphs], dtype=bool)
    inked[list(text.kinds)] = False
    own = boxes[inked]
    gone = dict.fromkeys(_without_ink(text, picture.grey, boxes, inked), "hidden")
    if gone:
        missing = np.zeros_like(inked)
        missing[list(gone)] = True
        gone.update(dict.fromkeys(twofold.beneath(text, at, missing), "covered"))
        inked[list(gone)] = False
    doubles, layered = twofold.settled(picture, at, boxes, inked)
    gone.update(doubles)
    inked[list(doubles)] = False
    unseen, touching = _borders_asked(picture, at.borders, own)
    struck, lines = strikes.found(picture, at, inked, [k for k in touching if k not in unseen])
    gone.update(dict.fromkeys(struck, "struck"))
    no_borders = frozenset((*unseen, *lines))
    return Look(picture, picture.dots(at.ems), at.borders, gone, no_borders, layered)


def _without_ink(
    text: TextPage, grey: np.ndarray, boxes: np.ndarray, inked: np.ndarray
) -> list[int]:
    """The glyphs in whose box there is nothing but ground."""
    members = np.flatnonzero(inked)
    missing = []
    for index in members[_seem_flat(grey, boxes[members])].tolist():
        x0, y0, x1, y1 = boxes[index].tolist()
        own = grey[y0:y1, x0:x1]
        if 0 < np.count_nonzero(own < PALE) < own.size:
            continue
        if min(x1 - x0, y1 - y0) <= THIN:  # a dash may be drawn beside the dots of its box
            x0, y0, x1, y1 = max(0, x0 - 1), max(0, y0 - 1), x1 + 1, y1 + 1
        place = grey[y0:y1, x0:x1]
        if not place.size or int(place.max()) - int(place.min()) <= FLAT:
            missing.append(index)
    missing += _white_on_paper(text, grey, boxes, inked, set(missing))
    return _not_for_want_of_a_font(text, missing, inked) if missing else []


def _seem_flat(grey: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """For each box whether a few dots along its middles are alike: where they differ there is ink, without a look at all of its dots."""
    x0, y0, x1, y1 = boxes.T
    share = ((np.arange(PROBES) + 0.5) / PROBES)[:, None]
    height, width = grey.shape
    across = (x0 + share * (x1 - x0)).astype(np.int64) + np.minimum(
        (y0 + y1) // 2, height - 1
    ) * width
    down = (y0 + share * (y1 - y0)).astype(np.int64) * width + (x0 + x1) // 2
    shades = grey.take(np.concatenate((across, down)), mode="clip")
    alike = shades.max(axis=0) - shades.min(axis=0) <= FLAT
    return np.asarray(alike | (x0 >= x1) | (y0 >= y1))


def _white_on_paper(
    text: TextPage, grey: np.ndarray, boxes: np.ndarray, inked: np.ndarray, known: set[int]
) -> list[int]:
    """The glyphs of white type that stand on no dark ground."""
    white = {
        address
        for address, drawn in text.objects.texts.items()
        if luminance(drawn.colour) >= WHITE_TYPE
    }
    if not white:
        return []
    found = []
    for index in np.flatnonzero(inked).tolist():
        if text.glyphs[index].run not in white or index in known:
            continue
        x0, y0, x1, y1 = boxes[index].tolist()
        place = grey[y0:y1, x0:x1]
        if place.size and float(np.median(place)) > DARK_GROUND:
            found.append(index)
    return found


def _borders_asked(
    picture: Picture, borders: np.ndarray, glyphs: np.ndarray
) -> tuple[set[int], list[int]]:
    """(the borders, by index, along which the picture shows nothing, as those of a layer that is off; those that touch glyphs). Each is asked at
    a few places, for its ink only at those that belong to no glyph. `glyphs`: the dots of those that show (n x 4)."""
    if not len(borders):
        return set(), []
    boxes = picture.dots(borders)
    x0, y0, x1, y1 = boxes.T
    lies = x1 - x0 >= y1 - y0
    height, width = picture.grey.shape
    taken = np.zeros(picture.grey.shape, dtype=bool)
    _take(taken, glyphs[_meet_lines(glyphs, boxes, lies, (height, width))])
    share = ((np.arange(PROBES) + 0.5) / PROBES)[:, None]
    across = np.where(lies, x0 + share * (x1 - x0), (x0 + x1) / 2)
    down = np.where(lies, (y0 + y1) / 2, y0 + share * (y1 - y0))
    shown = np.zeros(across.shape, dtype=bool)
    asked = np.ones(across.shape, dtype=bool)
    for beside in (-1, 0, 1):
        xs = np.clip(across + np.where(lies, 0, beside), 0, width - 1).astype(np.int64)
        ys = np.clip(down + np.where(lies, beside, 0), 0, height - 1).astype(np.int64)
        dots = ys * width + xs
        shown |= picture.grey.take(dots) < PAPER
        asked &= ~taken.take(dots)
    hits, places = (shown & asked).sum(axis=0), asked.sum(axis=0)
    doubtful = np.flatnonzero((hits < SHOWN * places) & (places >= PROBES // 2))
    unseen = {int(k) for k in doubtful if _breaks_off(picture, taken, boxes[k].tolist())}
    return unseen, np.flatnonzero(~asked.all(axis=0)).tolist()


def _meet_lines(
    glyphs: np.ndarray, borders: np.ndarray, lies: np.ndarray, shape: tuple[int, int]
) -> np.ndarray:
    """For each glyph whether its rows of dots hold a border that lies, or its columns one that stands, or the next ones beside: few do."""
    near = np.zeros(len(glyphs), dtype=bool)
    for axis, size, own in ((1, shape[0], borders[lies]), (0, shape[1], borders[~lies])):
        begun = np.bincount(np.maximum(own[:, axis] - 1, 0), minlength=size + 2)
        ended = np.bincount(own[:, axis + 2] + 1, minlength=size + 2)
        held = np.concatenate(([0], np.cumsum((begun - ended).cumsum() > 0)))
        near |= held[glyphs[:, axis + 2]] > held[glyphs[:, axis]]
    return near


def _take(taken: np.ndarray, boxes: np.ndarray) -> None:
    for x0, y0, x1, y1 in boxes.tolist():
        taken[y0:y1, x0:x1] = True


def _breaks_off(picture: Picture, taken: np.ndarray, box: Sequence[int]) -> bool:
    """Whether a border leaves a stretch without ink that is longer than the gaps of dashes and dots."""
    x0, y0, x1, y1 = box
    lies = x1 - x0 >= y1 - y0
    rows = slice(max(0, y0 - 1), y1 + 1) if lies else slice(y0, y1)
    columns = slice(x0, x1) if lies else slice(max(0, x0 - 1), x1 + 1)
    ink = (picture.grey[rows, columns] < PAPER) | taken[rows, columns]
    marks = np.flatnonzero(ink.any(axis=0 if lies else 1))
    ends = (-1, *marks.tolist(), max(x1 - x0, y1 - y0))
    return max(b - a for a, b in pairwise(ends)) > GAP * picture.unit


def _not_for_want_of_a_font(text: TextPage, missing: Sequence[int], inked: np.ndarray) -> list[int]:
    """Glyphs that are missing for another reason than that their font is neither in the file nor on this machine: the same character of the same
    font shows elsewhere, or whole runs are missing that any font could show."""
    lacking = set(missing)
    embedded: dict[int, bool] = {}
    for index in missing:
        run = text.glyphs[index].run
        if run not in embedded:
            font = CALLS.text_font(run)
            embedded[run] = not font or CALLS.font_embedded(font) != 0
    if all(embedded.values()):
        return list(missing)
    shown = {text.glyphs[i].text for i in np.flatnonzero(inked) if i not in lacking}
    return [
        index
        for index in missing
        if embedded[text.glyphs[index].run]
        or text.glyphs[index].text.isascii()
        or text.glyphs[index].text in shown
    ]


def unread(seen: Look, solved: SolvedPage) -> list[tuple[int, int]]:
    """The cells of a page (grid, cell) with dark ink that is no glyph's, no border's and no seal's."""
    picture = seen.picture
    inked = np.ones(len(seen.glyphs), dtype=bool)
    for index, kind in {**picture.text.kinds, **seen.gone}.items():
        inked[index] = kind in _WITH_INK
    free = picture.grey < STRONG
    _cover(free, seen.glyphs[inked], GLYPH_MARGIN * picture.unit)
    drawn = _known(picture.text, seen.borders, BORDER_LENGTH * picture.unit / picture.scale)
    _cover(free, picture.dots(drawn), BORDER_MARGIN * picture.unit)
    if np.count_nonzero(free) < MARK * picture.unit:
        return []
    suspects = list(_marked(free, picture, solved))
    if suspects:
        free = without_seals(free, picture)
        suspects = list(_marked(free, picture, solved))
    return suspects


def _known(text: TextPage, borders: np.ndarray, shortest: float) -> np.ndarray:
    """The borders and dark areas of a page, in page space (n x 4)."""
    length = np.maximum(borders[:, 2] - borders[:, 0], borders[:, 3] - borders[:, 1])
    dark = [paint.box for paint in text.objects.fills if paint.luminance < DARK_AREA]
    return np.concatenate((borders[length >= shortest], np.array(dark).reshape(-1, 4)))


def _cover(free: np.ndarray, boxes: np.ndarray, margin: float) -> None:
    """Take the dots in some boxes (n x 4), and as far around them, for known. Boxes of which each goes on in the next along a line, as glyphs
    do in the order in which they are drawn, are covered at once."""
    if not len(boxes):
        return
    around = max(1, round(margin))
    x0, y0 = np.maximum(boxes[:, :2] - around, 0).T
    x1, y1 = (boxes[:, 2:] + around).T
    goes_on = (y0[1:] == y0[:-1]) & (y1[1:] == y1[:-1]) & (x0[1:] >= x0[:-1]) & (x0[1:] <= x1[:-1])
    first = np.flatnonzero(np.concatenate(([True], ~goes_on)))
    ends = np.maximum.reduceat(x1, first)
    united = np.stack((x0[first], y0[first], ends, y1[first]), axis=1)
    for left, top, right, bottom in united.tolist():
        free[top:bottom, left:right] = False


def _marked(free: np.ndarray, picture: Picture, solved: SolvedPage) -> Iterator[tuple[int, int]]:
    within = np.array((1, 1, -1, -1)) * (INSIDE * picture.unit / picture.scale)
    marked = np.concatenate(
        ([0], np.cumsum(free.any(axis=1)))
    )  # rows of dots with a mark, from the top
    for number, grid in enumerate(solved.grids):
        if len(grid.cells) < MIN_CELLS:
            continue
        inside = np.array([cell.evidence[0].bbox for cell in grid.cells]) + within
        x0, y0, x1, y1 = (boxes := picture.dots_displayed(inside)).T
        likely = (x1 > x0) & (y1 > y0) & (marked[y1] > marked[y0])
        for index in np.flatnonzero(likely).tolist():
            left, top, right, bottom = boxes[index].tolist()
            place = free[top:bottom, left:right]
            if np.count_nonzero(place) >= MARK * picture.unit and not _is_diagonal(place):
                yield number, index


def _is_diagonal(place: np.ndarray) -> bool:
    """Whether the ink of a cell is a straight line from one corner towards the other, as it crosses out an empty cell."""
    ys, xs = np.nonzero(place)
    height, width = place.shape
    if xs.max() - xs.min() < 0.6 * width and ys.max() - ys.min() < 0.6 * height:
        return False
    spread = np.cov(np.stack((xs, ys)).astype(np.float64))
    thinnest, longest = np.linalg.eigvalsh(spread)
    return bool(thinnest <= 1.0 and longest >= 20 * max(thinnest, 0.05))


def pictured_table(seen: Look, solved: SolvedPage) -> bool:
    """Whether a picture on the page shows long rules outside the tables that were read: another form, scanned or pasted in."""
    picture = seen.picture
    images = picture.text.objects.images
    if not images:
        return False
    free = np.zeros(picture.grey.shape, dtype=bool)
    for x0, y0, x1, y1 in picture.dots([image.box for image in images]).tolist():
        if min(x1 - x0, y1 - y0) >= PASTED * picture.scale:
            free[y0:y1, x0:x1] = picture.grey[y0:y1, x0:x1] < STRONG
    for grid in solved.grids:
        boxes = picture.dots_displayed([cell.evidence[0].bbox for cell in grid.cells])
        x0, y0 = boxes[:, :2].min(axis=0).tolist()
        x1, y1 = boxes[:, 2:].max(axis=0).tolist()
        free[max(0, y0 - 2) : y1 + 2, max(0, x0 - 2) : x1 + 2] = False
    for step in RULE:
        free = free[:, :-step] & free[:, step:]
    return int(free.any(axis=1).sum()) >= RULES
