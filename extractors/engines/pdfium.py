"""The default engine: one pass of pdfium over a page gives its characters with boxes and its rulings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from selfeval.extractors.model import Bbox, Char, Notice, PageContent, Ruling
from selfeval.extractors.pages.characters import Glyph, Run
from selfeval.extractors.pages.geometry import Box, Matrix
from selfeval.extractors.pages.objects import PAPER_LUMINANCE, PageObjects
from selfeval.extractors.pages.textpage import TextPage, moved, read

#: share of the em box that stands above the baseline, as in every CJK font
ASCENT = 0.88
#: ems beyond its cell within which text that the print cuts off is taken for the rest of the cell's text
MAX_CUT_OFF = 12.0
#: share of a glyph's height within which the next one is of the same word
WORD = 0.4


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
    objects, runs, upright = page.objects, page.runs, page.upright
    kinds = {**page.kinds, **gone} if gone else page.kinds
    cut = _cut_off(page.glyphs, runs, kinds, objects)
    covered = sum(
        (image.box[2] - image.box[0]) * (image.box[3] - image.box[1]) for image in objects.images
    )
    image_share = min(1.0, covered / (page.width * page.height))
    width, height = page.width, page.height
    if page.turn in (90, 270):
        width, height = height, width
    turn = page.turned - page.turn
    chars = tuple(
        _char(glyph, runs[glyph.run], upright, turn, cut.get(i))
        for i, glyph in enumerate(page.glyphs)
        if i not in kinds or i in cut
    )
    kinds = {index: kind for index, kind in kinds.items() if index not in cut}
    notices = _notices(page.glyphs, runs, kinds, upright)
    return PageContent(
        page.number,
        width,
        height,
        chars,
        _rulings(objects, upright, no_borders),
        notices,
        "text",
        page.turn,
        image_share,
        _areas(objects, upright),
    )


def _cut_off(
    glyphs: list[Glyph], runs: dict[int, Run], kinds: dict[int, str], objects: PageObjects
) -> dict[int, Box]:
    """Clipped glyphs beside a clip that other glyphs show in: the ends of a text too long for its cell. Index of glyph -> clip."""
    shown = [_centre(g) for i, g in enumerate(glyphs) if i not in kinds and g.text != " "]
    full: dict[Box, bool] = {}
    cut = {}
    for index, kind in kinds.items():
        clip = objects.texts[glyphs[index].run].clip if kind == "clipped" else None
        if clip is None:
            continue
        if clip not in full:
            full[clip] = any(clip[0] <= x <= clip[2] and clip[1] <= y <= clip[3] for x, y in shown)
        x, y = _centre(glyphs[index])
        over_x, over_y = max(clip[0] - x, x - clip[2], 0.0), max(clip[1] - y, y - clip[3], 0.0)
        if (
            full[clip]
            and min(over_x, over_y) == 0
            and max(over_x, over_y) <= MAX_CUT_OFF * runs[glyphs[index].run].size
        ):
            cut[index] = clip
    return cut


def _centre(glyph: Glyph) -> tuple[float, float]:
    return (glyph.box[0] + glyph.box[2]) / 2, (glyph.box[1] + glyph.box[3]) / 2


def _char(glyph: Glyph, run: Run, m: Matrix, page_turn: int, clip: Box | None) -> Char:
    x0, top, x1, bottom = moved(glyph.box, m)
    # clockwise turn of the character against upright text, from its counter-clockwise direction in page space
    turn = round((page_turn - run.angle) / 90) * 90 % 360
    x0, top, x1, bottom = _em_box((x0, top, x1, bottom), run, m, turn)
    if clip is None:
        return Char(glyph.text, x0, top, x1, bottom, 1.0, turn, None, glyph.run)
    left, upper, right, lower = moved(clip, m)
    anchor = (
        min(max((x0 + x1) / 2, left + 1), right - 1),
        min(max((top + bottom) / 2, upper + 1), lower - 1),
    )
    return Char(glyph.text, x0, top, x1, bottom, 1.0, turn, anchor, glyph.run)


def _em_box(box: Bbox, run: Run, m: Matrix, turn: int) -> Bbox:
    """A glyph's box made as high as its em, so that the characters of a line share their height; type set down a column, which leaves
    the baseline of its run, keeps each glyph's own middle."""
    x0, top, x1, bottom = box
    x = m[0] * run.origin[0] + m[2] * run.origin[1] + m[4]
    y = m[1] * run.origin[0] + m[3] * run.origin[1] + m[5]
    above, below = ASCENT * run.size, (1 - ASCENT) * run.size
    if turn == 0:
        top, bottom = _on_baseline(top, bottom, y - above, y + below)
    elif turn == 180:
        top, bottom = _on_baseline(top, bottom, y - below, y + above)
    elif turn == 90:
        x0, x1 = _on_baseline(x0, x1, x - below, x + above)
    else:
        x0, x1 = _on_baseline(x0, x1, x - above, x + below)
    return (x0, top, x1, bottom)


def _on_baseline(low: float, high: float, start: float, end: float) -> tuple[float, float]:
    """The em from `start` to `end` where the glyph from `low` to `high` stands in it, else an em around that glyph."""
    middle, half = (low + high) / 2, (end - start) / 2
    if start - half <= middle <= end + half:
        return start, end
    return middle - half, middle + half


def _rulings(objects: PageObjects, m: Matrix, no_borders: frozenset[int]) -> tuple[Ruling, ...]:
    rulings = []
    for index, (box, shade) in enumerate(zip(objects.borders, objects.shades, strict=True)):
        if index in no_borders:
            continue
        x0, top, x1, bottom = moved(box, m)
        if x1 - x0 >= bottom - top:
            middle = (top + bottom) / 2
            rulings.append(Ruling(x0, middle, x1, middle, shade))
        else:
            middle = (x0 + x1) / 2
            rulings.append(Ruling(middle, top, middle, bottom, shade))
    return tuple(rulings)


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
