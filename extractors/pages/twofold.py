"""Two things on one place: which of them shows? Whatever changes the picture when it is switched off is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from selfeval.extractors.model import Bbox
from selfeval.extractors.pages.picture import Picture
from selfeval.extractors.pages.textpage import TextPage, moved

if TYPE_CHECKING:
    import numpy as np

#: share of the smaller of two glyphs under the other one from which they stand on one place
SHARED = 0.3
#: share of the em within which the same character printed again is a shadow or bold type
SHADOW = 0.25
#: shades by which the picture must change
CHANGE = 6
#: pictures that are drawn for one page at most
MAX_ROUNDS = 6


def settled(
    picture: Picture, boxes: np.ndarray, inked: np.ndarray
) -> tuple[dict[int, str], tuple[Bbox, ...]]:
    """Given a page's picture, the dots of its glyphs (n x 4) and which of these count: (glyphs that do not show and why, displayed boxes where
    two texts show on one place)."""
    text = picture.text
    pairs = _overlaps(text, inked)
    beneath = _beneath(text, inked)
    if not pairs and not beneath:
        return {}, ()
    runs = [glyph.run for glyph in text.glyphs]
    neighbours: dict[int, set[int]] = {}
    for i, j in pairs:
        neighbours.setdefault(runs[i], set()).add(runs[j])
        neighbours.setdefault(runs[j], set()).add(runs[i])
    suspects = set(neighbours) | {runs[i] for i in beneath}
    members: dict[int, list[int]] = {}
    for index, run in enumerate(runs):
        if run in suspects and inked[index]:
            members.setdefault(run, []).append(index)
    gone: dict[int, str] = {}
    rounds = _rounds(suspects, neighbours)
    for round_ in rounds[:MAX_ROUNDS]:
        gone.update(_unchanged(picture, boxes, round_, members, beneath))
    both = [
        moved(text.glyphs[i].box, text.shown) for i, j in pairs if i not in gone and j not in gone
    ]
    return gone, tuple(both)


def _unchanged(
    picture: Picture,
    boxes: np.ndarray,
    runs: set[int],
    members: dict[int, list[int]],
    beneath: set[int],
) -> dict[int, str]:
    """The glyphs of some runs without which the picture is the same."""
    import numpy as np

    with picture.without(runs):
        other = picture.again()
    changed = np.abs(picture.grey.astype(np.int16) - other) > CHANGE
    gone = {}
    for run in runs:
        for index in members.get(run, ()):
            x0, y0, x1, y1 = boxes[index]
            if not changed[y0:y1, x0:x1].any():
                gone[index] = "covered" if index in beneath else "hidden"
    return gone


def _rounds(suspects: set[int], neighbours: dict[int, set[int]]) -> list[set[int]]:
    """Runs in as few groups as need be, none with two that stand on one place."""
    rounds: list[set[int]] = []
    for run in sorted(suspects, key=lambda run: -len(neighbours.get(run, ()))):
        for group in rounds:
            if not group & neighbours.get(run, set()):
                group.add(run)
                break
        else:
            rounds.append({run})
    return rounds


def _overlaps(text: TextPage, inked: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of glyphs of two runs that stand on one place, but for the same character printed again a little aside."""
    import numpy as np

    members = np.flatnonzero(inked)
    places = np.array([text.glyphs[i].box for i in members], dtype=np.float64).reshape(-1, 4)
    order = np.argsort(places[:, 0])
    members, places = members[order], places[order]
    x0, y0, x1, y1 = places.T
    area = np.maximum((x1 - x0) * (y1 - y0), 1e-6)
    runs = np.array([text.glyphs[i].run for i in members])
    found = []
    alive = np.arange(len(members))
    step = 1
    while len(alive := alive[alive + step < len(members)]):
        alive = alive[x0[alive + step] < x1[alive]]
        if not len(alive):
            break
        other = alive + step
        across = np.minimum(x1[alive], x1[other]) - x0[other]
        down = np.minimum(y1[alive], y1[other]) - np.maximum(y0[alive], y0[other])
        shared = across * down > SHARED * np.minimum(area[alive], area[other])
        hits = alive[(down > 0) & shared & (runs[alive] != runs[other])]
        found += [(int(members[k]), int(members[k + step])) for k in hits]
        step += 1
    return [pair for pair in found if not _shadow(text, *pair)]


def _shadow(text: TextPage, i: int, j: int) -> bool:
    ours, theirs = text.glyphs[i], text.glyphs[j]
    reach = SHADOW * text.runs[ours.run].size
    return ours.text == theirs.text and all(
        abs(a - b) < reach for a, b in zip(ours.box, theirs.box, strict=True)
    )


def _beneath(text: TextPage, inked: np.ndarray) -> set[int]:
    """The glyphs over which an area, a picture or a mark was drawn later, whether or not it lets them through."""
    import numpy as np

    objects = text.objects
    members = np.flatnonzero(inked)
    orders = np.array(
        [drawn.order if (drawn := objects.texts.get(text.glyphs[i].run)) else 0 for i in members]
    )
    if not len(members):
        return set()
    first = int(orders.min())
    paints = [p for p in (*objects.fills, *objects.images, *objects.marks) if p.order > first]
    if not paints:
        return set()
    centres = np.array([text.glyphs[i].box for i in members], dtype=np.float32)
    x, y = (centres[:, 0] + centres[:, 2]) / 2, (centres[:, 1] + centres[:, 3]) / 2
    found: set[int] = set()
    for paint in paints:
        left, bottom, right, top = paint.box
        hit = (orders < paint.order) & (x >= left) & (x <= right) & (y >= bottom) & (y <= top)
        if hit.any():
            found |= {int(i) for i in members[hit]}
    return found
