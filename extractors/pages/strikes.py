"""Lines through text: what is struck out is not the form's value."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from selfeval.extractors.pages.textpage import TextPage, moved

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


def found(
    text: TextPage, inked: np.ndarray, unseen: Collection[int]
) -> tuple[list[int], list[int]]:
    """(indices of struck glyphs, indices of the borders that strike them), but for borders that do not show."""
    import numpy as np

    members = np.flatnonzero(inked)
    borders = [moved(box, text.upright) for box in text.objects.borders]
    lying = [
        k
        for k, (x0, top, x1, bottom) in enumerate(borders)
        if x1 - x0 > bottom - top and k not in unseen
    ]
    if not lying or not len(members):
        return [], []
    places = np.array([moved(text.glyphs[i].box, text.upright) for i in members])
    sizes = np.array([text.runs[text.glyphs[i].run].size for i in members])
    tops, bottoms = _lines(text, members, places)
    height = np.maximum(bottoms - tops, 0.6 * sizes)
    high, low = tops + UPPER * height, tops + LOWER * height
    order = np.argsort(high)
    ranked, deepest = high[order], float((low - high).max())
    glyphs: set[int] = set()
    lines = []
    for k in lying:
        x0, top, x1, bottom = borders[k]
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
        lines.append(k)
        glyphs |= {int(members[i]) for i in under}
    return sorted(glyphs), lines


def _bounded(places: np.ndarray, x0: float, x1: float, em: float) -> bool:
    """Whether a line from x0 to x1 begins and ends with the glyphs that it runs through, and these follow each other."""
    import numpy as np

    starts, ends = np.sort(places[:, 0]), np.sort(places[:, 2])
    if len(starts) > 1 and float((starts[1:] - ends[:-1]).max()) > APART * em:
        return False
    return bool(starts[0] - x0 <= BEYOND * em and x1 - ends[-1] <= BEYOND * em)


def _lines(
    text: TextPage, members: np.ndarray, places: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For each glyph the top and bottom of the run that it belongs to: a comma alone does not say how high its line is."""
    import numpy as np

    _, run = np.unique([text.glyphs[i].run for i in members], return_inverse=True)
    tops = np.full(run.max() + 1, np.inf)
    bottoms = np.full(run.max() + 1, -np.inf)
    np.minimum.at(tops, run, places[:, 1])
    np.maximum.at(bottoms, run, places[:, 3])
    return tops[run], bottoms[run]
