"""Two things on one place: which of them shows? Whatever changes the picture when it is switched off is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from selfeval.extractors.model import Bbox
from selfeval.extractors.pages.picture import Picture
from selfeval.extractors.pages.places import Places
from selfeval.extractors.pages.seals import without_seals
from selfeval.extractors.pages.textpage import TextPage, moved

if TYPE_CHECKING:
    import numpy as np

#: share of the smaller of two glyphs under the other one from which they stand on one place
SHARED = 0.3
#: ems that a band of glyphs is high that are held against each other
BAND = 1.5
#: share of the em within which the same character printed again is a shadow or bold type
SHADOW = 0.25
#: shades by which the picture must change
CHANGE = 6
#: shade up to which a dot is dark, and dark dots in the box of a glyph that make a line through it
STRONG, LINE = 150, 3
#: pictures that are drawn for one page at most
MAX_ROUNDS = 6


def settled(
    picture: Picture, at: Places, boxes: np.ndarray, inked: np.ndarray
) -> tuple[dict[int, str], tuple[Bbox, ...]]:
    """Given a page's picture, the dots of its glyphs (n x 4) and which of these count: (glyphs that do not show and why, displayed boxes where
    two texts show on one place)."""
    text = picture.text
    pairs = _overlaps(text, at, inked)
    under = beneath(text, at, inked)
    if not pairs and not under:
        return {}, ()
    runs = [glyph.run for glyph in text.glyphs]
    neighbours: dict[int, set[int]] = {}
    for i, j in pairs:
        neighbours.setdefault(runs[i], set()).add(runs[j])
        neighbours.setdefault(runs[j], set()).add(runs[i])
    suspects = set(neighbours) | {runs[i] for i in under}
    members: dict[int, list[int]] = {}
    for index, run in enumerate(runs):
        if run in suspects and inked[index]:
            members.setdefault(run, []).append(index)
    gone: dict[int, str] = {}
    rounds = _rounds(suspects, neighbours)
    for round_ in rounds[:MAX_ROUNDS]:
        gone.update(_unchanged(picture, boxes, round_, members, under))
    both = {i for i, j in pairs if i not in gone and j not in gone}
    both |= _crossed(picture, boxes, [i for i in sorted(under) if i not in gone])
    return gone, tuple(moved(text.glyphs[i].box, text.shown) for i in sorted(both))


def _crossed(picture: Picture, boxes: np.ndarray, glyphs: list[int]) -> set[int]:
    """The glyphs through which dark ink of something else runs, such as a pen's: seen once the text is switched off. A seal is expected there."""
    if not glyphs:
        return set()
    text = picture.text
    with picture.without({text.glyphs[i].run for i in glyphs}):
        free = picture.again() < STRONG
    hit = [i for i in glyphs if _inked(free, boxes[i])]
    if hit:
        free = without_seals(free, picture)
        hit = [i for i in hit if _inked(free, boxes[i])]
    return set(hit)


def _inked(free: np.ndarray, box: np.ndarray) -> bool:
    x0, y0, x1, y1 = box.tolist()
    return bool(free[y0:y1, x0:x1].sum() >= LINE)


def _unchanged(
    picture: Picture,
    boxes: np.ndarray,
    runs: set[int],
    members: dict[int, list[int]],
    under: set[int],
) -> dict[int, str]:
    """The glyphs of some runs without which the picture is the same."""
    import numpy as np

    with picture.without(runs):
        other = picture.again()
    changed = np.abs(picture.grey.astype(np.int16) - other) > CHANGE
    gone = {}
    for run in runs:
        for index in members.get(run, ()):
            x0, y0, x1, y1 = boxes[index].tolist()
            around = changed[max(0, y0 - 1) : y1 + 1, max(0, x0 - 1) : x1 + 1]
            if not around.any():  # a dash may be drawn beside the dots of its box
                gone[index] = "covered" if index in under else "hidden"
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


def _overlaps(text: TextPage, at: Places, inked: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of glyphs of two runs that stand on one place, but for the same character printed again a little aside."""
    import numpy as np

    members = np.flatnonzero(inked)
    if not len(members):
        return []
    boxes = at.boxes[members]
    middles = (boxes[:, 1] + boxes[:, 3]) / 2
    band = BAND * float(np.median(at.size[members])) or 1.0
    found: set[tuple[int, int]] = set()
    for offset in (0.0, 0.5):  # glyphs of one place share a band of one of the two rasters
        bands = np.floor(middles / band + offset)
        order = np.lexsort((boxes[:, 0], bands))
        found |= _overlaps_along(members[order], boxes[order], bands[order], at.run[members[order]])
    return [pair for pair in sorted(found) if not _shadow(text, *pair)]


def _overlaps_along(
    members: np.ndarray, boxes: np.ndarray, bands: np.ndarray, runs: np.ndarray
) -> set[tuple[int, int]]:
    """The pairs among glyphs that are sorted by their band and from left to right."""
    import numpy as np

    x0, y0, x1, y1 = boxes.T
    area = np.maximum((x1 - x0) * (y1 - y0), 1e-6)
    found: set[tuple[int, int]] = set()
    alive, step = np.arange(len(members)), 1
    while len(alive := alive[alive + step < len(members)]):
        alive = alive[(x0[alive + step] < x1[alive]) & (bands[alive + step] == bands[alive])]
        if not len(alive):
            break
        other = alive + step
        across = np.minimum(x1[alive], x1[other]) - x0[other]
        down = np.minimum(y1[alive], y1[other]) - np.maximum(y0[alive], y0[other])
        shared = across * down > SHARED * np.minimum(area[alive], area[other])
        hits = alive[(down > 0) & shared & (runs[alive] != runs[other])]
        pairs = zip(members[hits].tolist(), members[hits + step].tolist(), strict=True)
        found |= {(min(pair), max(pair)) for pair in pairs}
        step += 1
    return found


def _shadow(text: TextPage, i: int, j: int) -> bool:
    ours, theirs = text.glyphs[i], text.glyphs[j]
    reach = SHADOW * text.runs[ours.run].size
    return ours.text == theirs.text and all(
        abs(a - b) < reach for a, b in zip(ours.box, theirs.box, strict=True)
    )


def beneath(text: TextPage, at: Places, inked: np.ndarray) -> set[int]:
    """The glyphs over which an area, a picture or a mark was drawn later, whether or not it lets them through."""
    import numpy as np

    objects = text.objects
    members = np.flatnonzero(inked)
    orders = at.order[members]
    if not len(members):
        return set()
    first = int(orders.min())
    paints = [p for p in (*objects.fills, *objects.images, *objects.marks) if p.order > first]
    if not paints:
        return set()
    boxes = at.boxes[members]
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    found: set[int] = set()
    for paint in paints:
        left, bottom, right, top = paint.box
        hit = (orders < paint.order) & (x >= left) & (x <= right) & (y >= bottom) & (y <= top)
        if hit.any():
            found |= {int(i) for i in members[hit]}
    return found
