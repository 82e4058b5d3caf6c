"""Lines through text: what is struck out is not the form's value."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from selfeval.extractors.pages.picture import Picture
from selfeval.extractors.pages.places import Places, moved

if TYPE_CHECKING:
    import numpy as np

#: share of the height of a line of text, from its top, between which a line strikes it; above is a border, below an underline
UPPER, LOWER = 0.22, 0.80
#: ems by which a strike may reach beyond the text at either end: a border reaches further
BEYOND = 1.3
#: ems that a strike may be thick
THICK = 0.25
#: ems between two glyphs of one struck text
APART = 1.2
#: shades from which a dot is paper
PAPER = 250


def found(
    picture: Picture,
    at: Places,
    inked: np.ndarray,
    borders: Collection[int],
) -> tuple[list[int], list[int]]:
    """(indices of struck glyphs, indices of the borders through text that strike it or do not show), of the `borders` that touch glyphs."""
    import numpy as np

    lying = _along_text(picture, at, borders)
    members = np.flatnonzero(inked)
    if not lying or not len(members):
        return [], []
    lines_of = moved(at.borders[lying], picture.text.upright).tolist()
    places = moved(at.boxes[members], picture.text.upright)
    sizes = at.size[members]
    tops, bottoms = _lines(at.run[members], places)
    height = np.maximum(bottoms - tops, 0.6 * sizes)
    high, low = tops + UPPER * height, tops + LOWER * height
    order = np.argsort(high)
    ranked, deepest = high[order], float((low - high).max())
    lines: dict[int, list[int]] = {}
    for k, (x0, top, x1, bottom) in zip(lying, lines_of, strict=True):
        y = (top + bottom) / 2
        near = order[np.searchsorted(ranked, y - deepest) : np.searchsorted(ranked, y)]
        hit = near[(low[near] >= y) & (places[near, 0] < x1) & (places[near, 2] > x0)]
        if not len(hit) or bottom - top > THICK * sizes[hit].max():
            continue
        middle = (places[hit, 0] + places[hit, 2]) / 2
        under = hit[(middle > x0) & (middle < x1)]
        em = float(sizes[hit].max())
        if not len(under) or not _bounded(places[under], x0, x1, em):
            continue
        lines[k] = [int(members[i]) for i in under]
    shown = _shown(picture, lines) if lines else []
    return sorted({glyph for k in shown for glyph in lines[k]}), list(lines)


def _shown(picture: Picture, lines: Mapping[int, Sequence[int]]) -> list[int]:
    """Which lines the picture shows once the text that they may strike is switched off."""
    import numpy as np

    text = picture.text
    with picture.without({text.glyphs[i].run for glyphs in lines.values() for i in glyphs}):
        ground = picture.again()
    found = []
    for k, box in zip(
        lines, picture.dots([text.objects.borders[k] for k in lines]).tolist(), strict=True
    ):
        x0, y0, x1, y1 = box
        upright = x1 - x0 < y1 - y0
        place = (
            ground[y0:y1, max(0, x0 - 1) : x1 + 1].min(axis=1)
            if upright
            else ground[max(0, y0 - 1) : y1 + 1, x0:x1].min(axis=0)
        )
        if place.size and np.count_nonzero(place < PAPER) > 0.5 * len(place):
            found.append(k)
    return found


def _bounded(places: np.ndarray, x0: float, x1: float, em: float) -> bool:
    """Whether a line from x0 to x1 begins and ends with the glyphs that it runs through, and these follow each other."""
    import numpy as np

    starts, ends = np.sort(places[:, 0]), np.sort(places[:, 2])
    if len(starts) > 1 and float((starts[1:] - ends[:-1]).max()) > APART * em:
        return False
    return bool(starts[0] - x0 <= BEYOND * em and x1 - ends[-1] <= BEYOND * em)


def _along_text(picture: Picture, at: Places, borders: Collection[int]) -> list[int]:
    """Those of some borders that run the way the text runs."""
    if not borders:
        return []
    boxes = moved(at.borders[list(borders)], picture.text.upright).tolist()
    return [
        k for k, (x0, top, x1, bottom) in zip(borders, boxes, strict=True) if x1 - x0 > bottom - top
    ]


def _lines(run: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each glyph the top and bottom of the run that it belongs to: a comma alone does not say how high its line is."""
    import numpy as np

    tops = np.full(run.max() + 1, np.inf)
    bottoms = np.full(run.max() + 1, -np.inf)
    np.minimum.at(tops, run, places[:, 1])
    np.maximum.at(bottoms, run, places[:, 3])
    return tops[run], bottoms[run]
