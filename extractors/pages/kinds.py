"""Which characters of a page are not the form's text, as far as their own properties tell: unseen, clipped, off the page, of a watermark or a seal.

What something else on the page hides is told by its picture (`ink`).
"""

from __future__ import annotations

import re
from collections import defaultdict

import numpy as np

from selfeval.extractors.pages.characters import MAX_SLANT, Characters, Glyph, Run, slant
from selfeval.extractors.pages.geometry import Box
from selfeval.extractors.pages.objects import PageObjects, Ring, TextObject, luminance

#: points; type smaller than this is not meant to be read
MIN_SIZE = 1.0
#: a watermark is light (luminance above this) or translucent, and larger than body text by this factor
WATERMARK_LUMINANCE, WATERMARK_ALPHA, WATERMARK_SIZE = 0.6, 0.6, 1.5
#: text of body size that is no darker than this is a watermark where it is printed so often, and so much of it runs over borders or other text
REPEATED_LUMINANCE, REPEATED, ACROSS = 0.3, 4, 0.25
#: text as wide as this beyond its clip is cut away, in points
CLIP_MARGIN = 1.0

#: red print in a seal's ring that is a value of the form if it was there before the seal
_VALUE = re.compile(r"[-\d.,，%—]{1,12}")


def classify(read: Characters, objects: PageObjects, page: Box, body: float) -> dict[int, str]:
    """Which glyphs are not the form's text, on a page set in type of `body` points: index of the glyph -> kind (hidden, clipped, off-page,
    watermark, seal)."""
    glyphs, runs = read.glyphs, read.runs
    rings = [ring for ring in objects.rings if _red(ring.colour)]
    pale = []
    for address, run in runs.items():
        drawn = objects.texts.get(address)
        run.kind = _kind_of_run(run, drawn, body)
        if drawn and not run.kind and _is_pale(drawn):
            pale.append(address)
    texts = _texts(glyphs) if pale or rings else {}
    for address in _repeated(glyphs, pale, objects, texts):
        runs[address].kind = "watermark"
    kinds: dict[int, str] = {}
    for index in _worth_a_look(read, objects, page, bool(rings)):
        glyph = glyphs[index]
        kind = runs[glyph.run].kind or _kind_of_glyph(glyph, objects, page)
        if not kind and rings and glyph.text != " ":
            drawn = objects.texts.get(glyph.run)
            if drawn is not None and _is_seals(
                drawn, texts.get(glyph.run, ""), *_middle(glyph.box), rings
            ):
                kind = "seal"
        if kind:
            kinds[index] = kind
    return kinds


def _worth_a_look(read: Characters, objects: PageObjects, page: Box, ringed: bool) -> list[int]:
    """The glyphs that may not be the form's text: most pages have none."""
    if not len(read.glyphs):
        return []
    if ringed:
        return list(range(len(read.glyphs)))
    left, bottom, right, top = read.boxes.T
    x, y = (left + right) / 2, (bottom + top) / 2
    inside = (page[0] <= x) & (x <= page[2]) & (page[1] <= y) & (y <= page[3])
    drawn = [objects.texts.get(address) for address in read.runs]
    odd = [
        bool(run.kind or (text and text.clip))
        for run, text in zip(read.runs.values(), drawn, strict=True)
    ]
    return np.flatnonzero(~inside | np.array(odd)[read.run_of]).tolist()


def _kind_of_glyph(glyph: Glyph, objects: PageObjects, page: Box) -> str:
    x, y = _middle(glyph.box)
    if not _holds(page, x, y):
        return "off-page"
    drawn = objects.texts.get(glyph.run)
    cut = drawn is not None and drawn.clip and not _holds(drawn.clip, x, y, CLIP_MARGIN)
    return "clipped" if cut and glyph.text != " " else ""


def _middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _texts(glyphs: list[Glyph]) -> dict[int, str]:
    """What each run says, without blanks."""
    parts: defaultdict[int, list[str]] = defaultdict(list)
    for text, _, run in glyphs:
        parts[run].append(text)
    return {run: "".join(chars).replace(" ", "") for run, chars in parts.items()}


def _kind_of_run(run: Run, drawn: TextObject | None, body: float) -> str:
    if slant(run.angle) > MAX_SLANT:
        return "watermark"
    if run.size < MIN_SIZE or (drawn and (drawn.invisible or drawn.colour[3] == 0)):
        return "hidden"
    if drawn and run.size > WATERMARK_SIZE * body:
        if luminance(drawn.colour) > WATERMARK_LUMINANCE or drawn.colour[3] < 255 * WATERMARK_ALPHA:
            return "watermark"
    return ""


def _repeated(
    glyphs: list[Glyph], candidates: list[int], objects: PageObjects, texts: dict[int, str]
) -> list[int]:
    """Of the pale runs those of a watermark of body size: words that are printed again and again, whatever stands there."""
    pale: defaultdict[str, list[int]] = defaultdict(list)
    for address in candidates:
        if len(texts.get(address, "")) > 1:
            pale[texts[address]].append(address)
    often = {address for same in pale.values() if len(same) >= REPEATED for address in same}
    if not often:
        return []
    boxes = {address: [glyph.box for glyph in glyphs if glyph.run == address] for address in often}
    others = [g.box for g in glyphs if g.run not in often and g.text != " "] + objects.borders
    found = []
    for same in pale.values():
        if len(same) >= REPEATED:
            across = sum(_runs_over(_around(boxes[address]), others) for address in same)
            found += same if across >= ACROSS * len(same) else []
    return found


def _is_pale(drawn: TextObject) -> bool:
    return luminance(drawn.colour) > REPEATED_LUMINANCE or drawn.colour[3] < 255 * WATERMARK_ALPHA


def _runs_over(box: Box, others: list[Box]) -> bool:
    """Whether the middle of a line of text meets a glyph or a border."""
    margin = (box[3] - box[1]) / 4
    low, high = box[1] + margin, box[3] - margin
    return any(o[0] < box[2] and box[0] < o[2] and o[1] < high and low < o[3] for o in others)


def _around(boxes: list[Box]) -> Box:
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return (min(x0), min(y0), max(x1), max(y1))


def _is_seals(drawn: TextObject, text: str, x: float, y: float, rings: list[Ring]) -> bool:
    """Whether red print in a red ring is the seal's, and not a value that the seal was put upon."""
    if not _red(drawn.colour):
        return False
    around = [ring for ring in rings if _holds(ring.box, x, y)]
    value = _VALUE.fullmatch(text) and all(drawn.order < ring.order for ring in around)
    return bool(around) and not value


def _holds(box: Box, x: float, y: float, margin: float = 0.0) -> bool:
    return box[0] - margin <= x <= box[2] + margin and box[1] - margin <= y <= box[3] + margin


def _red(colour: tuple[int, ...]) -> bool:
    return colour[0] > 120 and colour[0] > 1.8 * max(colour[1], colour[2])
