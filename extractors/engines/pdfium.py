"""The default engine: one pass of pdfium over a page gives its characters with boxes and its rulings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from types import MappingProxyType
from typing import Any

import numpy as np

from selfeval.extractors.model import Bbox, Char, Notice, PageContent, Ruling, made
from selfeval.extractors.pages.characters import Glyph, Run
from selfeval.extractors.pages.geometry import Box, Matrix
from selfeval.extractors.pages.objects import PAPER_LUMINANCE, PageObjects
from selfeval.extractors.pages.places import moved as moved_all
from selfeval.extractors.pages.textpage import TextPage, moved, read

#: share of the em box that stands above the baseline, as in every CJK font
ASCENT = 0.88
#: ems beyond its cell within which text that the print cuts off is taken for the rest of the cell's text
MAX_CUT_OFF = 12.0
#: share of a glyph's height within which the next one is of the same word
WORD = 0.4
#: points beyond the edge of a page at which a border still lies on it
EDGE = 1.0


def read_page(page: Any, number: int) -> PageContent:
    """Given a pypdfium2 page and its number from 1, what is printed on it, brought upright."""
    return content(read(page, number))


def content(
    page: TextPage,
    gone: Mapping[int, str] = MappingProxyType({}),
    no_borders: frozenset[int] = frozenset(),
) -> PageContent:
    """The form's text and borders of a page. `gone` names further glyphs that are not the form's text, by their index, and why; `no_borders` are
    those that do not show or strike text out, by their index."""
    objects, upright = page.objects, page.upright
    kinds = {**page.kinds, **gone} if gone else page.kinds
    cut = _cut_off(page, kinds)
    covered = sum(
        (image.box[2] - image.box[0]) * (image.box[3] - image.box[1]) for image in objects.images
    )
    image_share = min(1.0, covered / (page.width * page.height))
    width, height = page.width, page.height
    if page.turn in (90, 270):
        width, height = height, width
    chars = _chars(page, [i for i in kinds if i not in cut], cut)
    kinds = {index: kind for index, kind in kinds.items() if index not in cut}
    notices = _notices(page.glyphs, page.runs, kinds, upright)
    return PageContent(
        page.number,
        width,
        height,
        chars,
        _rulings(objects, upright, no_borders, (width, height)),
        notices,
        "text",
        page.turn,
        image_share,
        _areas(objects, upright),
        "pdfium",
    )


def _cut_off(page: TextPage, kinds: dict[int, str]) -> dict[int, Box]:
    """Clipped glyphs beside a clip that other glyphs show in: the ends of a text too long for its cell. Index of glyph -> clip."""
    glyphs, texts = page.glyphs, page.objects.texts
    clipped = [index for index, kind in kinds.items() if kind == "clipped"]
    if not clipped:
        return {}
    shown = [_centre(g) for i, g in enumerate(glyphs) if i not in kinds and g.text != " "]
    full: dict[Box, bool] = {}
    cut = {}
    for index in clipped:
        clip = texts[glyphs[index].run].clip
        if clip is None:
            continue
        if clip not in full:
            full[clip] = any(clip[0] <= x <= clip[2] and clip[1] <= y <= clip[3] for x, y in shown)
        x, y = _centre(glyphs[index])
        over_x, over_y = max(clip[0] - x, x - clip[2], 0.0), max(clip[1] - y, y - clip[3], 0.0)
        if (
            full[clip]
            and min(over_x, over_y) == 0
            and max(over_x, over_y) <= MAX_CUT_OFF * page.runs[glyphs[index].run].size
        ):
            cut[index] = clip
    return cut


def _centre(glyph: Glyph) -> tuple[float, float]:
    return (glyph.box[0] + glyph.box[2]) / 2, (glyph.box[1] + glyph.box[3]) / 2


def _chars(page: TextPage, gone: Sequence[int], cut: Mapping[int, Box]) -> tuple[Char, ...]:
    """The glyphs of a page upright, but for those that are `gone`; those that the print cuts off are anchored in their clip."""
    kept = np.ones(len(page.glyphs), dtype=bool)
    kept[list(gone)] = False
    places = np.flatnonzero(kept)
    if not len(places):
        return ()
    run_of = page.read.run_of[places]
    m = page.upright
    # clockwise turn of each run against upright text, from its counter-clockwise direction in page space
    turns = [
        round((page.turned - page.turn - run.angle) / 90) * 90 % 360 for run in page.runs.values()
    ]
    boxes = _em_boxes(moved_all(page.read.boxes[places], m), run_of, page.runs.values(), turns, m)
    glyphs = [page.glyphs[index] for index in places.tolist()]
    chars = made(
        Char,
        [glyph.text for glyph in glyphs],
        *boxes.T.tolist(),
        repeat(1.0),
        map(turns.__getitem__, run_of.tolist()),
        repeat(None),
        [glyph.run for glyph in glyphs],
    )
    if cut:
        for at, index in enumerate(places.tolist()):
            if (clip := cut.get(index)) is not None:
                chars[at] = chars[at]._replace(anchor=_anchor(chars[at], moved(clip, m)))
    return tuple(chars)


def _anchor(char: Char, clip: Bbox) -> tuple[float, float]:
    """The point within its clip that is nearest to the middle of a character."""
    left, upper, right, lower = clip
    return (
        min(max((char.x0 + char.x1) / 2, left + 1), right - 1),
        min(max((char.top + char.bottom) / 2, upper + 1), lower - 1),
    )


def _em_boxes(
    boxes: np.ndarray, run_of: np.ndarray, runs: Iterable[Run], turns: Sequence[int], m: Matrix
) -> np.ndarray:
    """Boxes of glyphs (n x 4) made as high as their em, so that the characters of a line share their height; type set down a column, which
    leaves the baseline of its run, keeps each glyph's own middle."""
    ems = []
    for run, turn in zip(runs, turns, strict=True):
        x = m[0] * run.origin[0] + m[2] * run.origin[1] + m[4]
        y = m[1] * run.origin[0] + m[3] * run.origin[1] + m[5]
        above, below = ASCENT * run.size, (1 - ASCENT) * run.size
        level = y if turn in (0, 180) else x
        before, after = (above, below) if turn in (0, 270) else (below, above)
        ems.append((level - before, level + after))
    start, end = np.array(ems)[run_of].T
    lying = np.array([turn in (0, 180) for turn in turns])[run_of]
    low, high = np.where(lying, boxes[:, (1, 3)].T, boxes[:, (0, 2)].T)
    middle, half = (low + high) / 2, (end - start) / 2
    in_place = (start - half <= middle) & (middle <= end + half)
    low, high = np.where(in_place, (start, end), (middle - half, middle + half))
    boxes[lying, 1], boxes[lying, 3] = low[lying], high[lying]
    boxes[~lying, 0], boxes[~lying, 2] = low[~lying], high[~lying]
    return boxes


def _rulings(
    objects: PageObjects, m: Matrix, no_borders: frozenset[int], shown: tuple[float, float]
) -> tuple[Ruling, ...]:
    """The borders, as far as they lie on the page that is `shown`: what is beyond its crop is no row and no column."""
    kept = [k for k in range(len(objects.borders)) if k not in no_borders]
    if not kept:
        return ()
    boxes = moved_all(np.array(objects.borders)[kept], m)
    x0, top, x1, bottom = boxes.T
    lies = x1 - x0 >= bottom - top
    middle = np.where(lies, (top + bottom) / 2, (x0 + x1) / 2)
    ends = np.where(lies, (x0, middle, x1, middle), (middle, top, middle, bottom))
    shades = np.array([objects.shades[k] for k in kept])
    within = ((ends[:2] <= np.reshape(shown, (2, 1)) + EDGE) & (ends[2:] >= -EDGE)).all(axis=0)
    ends = np.clip(ends[:, within], 0.0, np.reshape((*shown, *shown), (4, 1)))
    return tuple(made(Ruling, *ends.tolist(), shades[within].tolist()))


def _areas(objects: PageObjects, m: Matrix) -> tuple[Bbox, ...]:
    """The filled areas that can be seen; white ones only where there are darker ones that they may lie on."""
    if not any(paint.luminance < PAPER_LUMINANCE for paint in objects.fills):
        return ()
    return tuple(moved(paint.box, m) for paint in objects.fills)


def _notices(
    glyphs: Sequence[Glyph], runs: Mapping[int, Run], kinds: Mapping[int, str], m: Matrix
) -> tuple[Notice, ...]:
    """One notice for each stretch of glyphs of the same kind and run."""
    stretches: list[list[int]] = []
    for index, kind in sorted(kinds.items()):
        last = stretches[-1][-1] if stretches else -2
        if last == index - 1 and kinds[last] == kind and glyphs[last].run == glyphs[index].run:
            stretches[-1].append(index)
        elif glyphs[index].text != " ":
            stretches.append([index])
    return tuple(_notice(glyphs, runs, kinds, stretch, m) for stretch in stretches)


def _notice(
    glyphs: Sequence[Glyph],
    runs: Mapping[int, Run],
    kinds: Mapping[int, str],
    stretch: Sequence[int],
    m: Matrix,
) -> Notice:
    x0, y0, x1, y1 = zip(*(glyphs[index].box for index in stretch), strict=True)
    first, last = stretch[0], stretch[-1]
    upright = round(runs[glyphs[first].run].angle / 90) % 2 == 0
    whole = not any(
        0 <= beside < len(glyphs)
        and beside not in kinds
        and glyphs[beside].text != " "
        and _follow(glyphs[beside].box, glyphs[end].box, 0 if upright else 1)
        for end, beside in ((first, first - 1), (last, last + 1))
    )
    text = "".join(glyphs[index].text for index in stretch)
    return Notice(kinds[first], text, moved((min(x0), min(y0), max(x1), max(y1)), m), whole)


def _follow(a: Box, b: Box, along: int) -> bool:
    """Whether two glyphs of one line may be of one word; the line runs along the axis `along`."""
    across = 1 - along
    reach = WORD * max(a[across + 2] - a[across], b[across + 2] - b[across])
    return (
        a[along] - reach < b[along + 2]
        and b[along] - reach < a[along + 2]
        and a[across] < b[across + 2]
        and b[across] < a[across + 2]
    )
