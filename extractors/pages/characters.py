"""The characters of a page through pdfium, with how the runs that they belong to are set."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import pypdfium2.raw as raw

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation import limits
from selfeval.extractors.model import made
from selfeval.extractors.pages.geometry import Box
from selfeval.extractors.pages.glyphs import printed
from selfeval.extractors.pages.pdfium_calls import CALLS, gathered

#: degrees off the page's four directions beyond which text is a stamp or a watermark
MAX_SLANT = 2.0
#: the place in a box of each of pdfium's results: left, right, bottom, top
_PDFIUMS = (0, 2, 1, 3)


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


@dataclass(slots=True)
class Characters:
    """The characters of a page and the runs by the address of their text object. The same as arrays: `boxes` (n x 4: left, bottom, right, top)
    and for each character the number of its run, counted in the order of `runs`."""

    glyphs: list[Glyph]
    runs: dict[int, Run]
    boxes: np.ndarray
    run_of: np.ndarray

    def inked(self) -> np.ndarray:
        """For each character whether it is no blank."""
        texts = [glyph[0] for glyph in self.glyphs]
        return np.fromiter(map(" ".__ne__, texts), bool, len(texts))


def read_glyphs(textpage: Any, number: int) -> Characters:
    """Every character that the page's content draws (none that pdfium makes up), and how each run is set."""
    count = max(0, raw.FPDFText_CountChars(textpage))
    if count > limits.MAX_PAGE_CHARS:
        raise ExtractError(
            "too-many-characters", page=number, chars=count, limit=limits.MAX_PAGE_CHARS
        )
    handle = ctypes.cast(textpage, ctypes.c_void_p).value
    addresses = [at or 0 for at in map(CALLS.char_object, repeat(handle), range(count))]
    codes = list(map(CALLS.char_unicode, repeat(handle), range(count)))
    generated = CALLS.char_generated
    kept = [
        index
        for index, (at, code) in enumerate(zip(addresses, codes, strict=True))
        if (at and code > 32) or not generated(handle, index)
    ]
    if any(0xD800 <= code < 0xE000 for code in codes):
        kept = _paired(kept, codes)
    own = [addresses[index] for index in kept]
    runs, run_of = _runs(handle, kept, own)
    texts = [_text(codes[index]) for index in kept]
    if any(len(text) != 1 for text in texts):
        several = [k for k, text in enumerate(texts) for _ in text]
        kept, own = [kept[k] for k in several], [own[k] for k in several]
        run_of = run_of[several]
        texts = list("".join(texts))
    _, boxes = gathered(
        CALLS.char_box, repeat(handle), kept, count=len(kept), kind="f8", width=4, results=_PDFIUMS
    )
    return Characters(
        made(Glyph, texts, zip(*boxes.T.tolist(), strict=True), own), runs, boxes, run_of
    )


def _paired(kept: Iterable[int], codes: list[int]) -> list[int]:
    """The characters whose code is one, halves of surrogate pairs joined: on platforms with 16-bit text pdfium gives them one by one. Changes
    `codes`."""
    left = []
    first = 0
    for index in kept:
        code = codes[index]
        if 0xD800 <= code < 0xDC00:
            first = code
            continue
        if 0xDC00 <= code < 0xE000:
            joined = 0x10000 + ((first - 0xD800) << 10) + (code - 0xDC00)
            codes[index], first = joined if first else 0xFFFD, 0
        left.append(index)
    return left


@lru_cache(20_000)
def _text(code: int) -> str:
    """What is printed for a code point; nothing for some, several characters for others."""
    text = chr(code)
    if 0x21 <= code < 0x7F or 0x3200 <= code < 0xD800:
        return text  # what is typed as it is printed: most of any page
    return printed(text)


def _runs(
    handle: int | None, kept: Sequence[int], own: Sequence[int]
) -> tuple[dict[int, Run], np.ndarray]:
    """How the runs of some characters are set, in the order of their first character, and for each character the number of its run."""
    first: dict[int, int] = {}
    for index, address in zip(kept, own, strict=True):
        if address not in first:
            first[address] = index
    numbers = dict(zip(first, range(len(first)), strict=True))
    run_of = np.fromiter(map(numbers.__getitem__, own), np.int64, len(own))
    indices, count = list(first.values()), len(first)
    _, matrices = gathered(
        CALLS.char_matrix, repeat(handle), indices, count=count, kind="f4", width=6, results=(0,)
    )
    _, origins = gathered(
        CALLS.char_origin, repeat(handle), indices, count=count, kind="f8", width=2, results=(0, 1)
    )
    sizes = map(CALLS.font_size, repeat(handle), indices)
    set_as = map(_set_as, *matrices.T[:4].tolist(), sizes)
    told = zip(first, set_as, zip(*origins.T.tolist(), strict=True), strict=True)
    return {address: Run(size, angle, at) for address, (size, angle), at in told}, run_of


@lru_cache(1_000)
def _set_as(a: float, b: float, c: float, d: float, size: float) -> tuple[float, float]:
    """The size and the direction of type from its matrix and its font's size."""
    # a negative font size turns the glyphs about; the matrix of type that stands upright turns them back
    across, up = (a, b) if size >= 0 else (-a, -b)
    angle = math.degrees(math.atan2(up, across)) % 360 if up else (0.0 if across >= 0 else 180.0)
    return abs(size) * math.hypot(c, d), angle


def direction(read: Characters) -> int:
    """The direction in which most characters run: 0, 90, 180 or 270 degrees counter-clockwise in page space."""
    angles = [run.angle for run in read.runs.values()]
    votes: Counter[int] = Counter()
    for run, weight in Counter(read.run_of[read.inked()].tolist()).items():
        if slant(angles[run]) <= MAX_SLANT:
            votes[round(angles[run] / 90) * 90 % 360] += weight
    return votes.most_common(1)[0][0] if votes else 0


def body_size(read: Characters) -> float:
    """The size in points of a page's usual type; 0 where it has none."""
    sizes = np.array([run.size for run in read.runs.values()])
    of_chars = sizes[read.run_of[read.inked()]] if len(sizes) else sizes
    return median(of_chars.tolist()) if len(of_chars) else 0.0


def slant(angle: float) -> float:
    """How many degrees an angle is off the nearest of the page's four directions."""
    return abs((angle + 45) % 90 - 45)
