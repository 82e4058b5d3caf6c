"""The characters of a page through pdfium, with how the runs that they belong to are set."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterable
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

    def weights(self) -> np.ndarray:
        """For each run how many of its characters are no blanks."""
        inked = np.array([glyph[0] != " " for glyph in self.glyphs], dtype=bool)
        return np.bincount(self.run_of[inked], minlength=len(self.runs))


def read_glyphs(textpage: Any, number: int) -> Characters:
    """Every character that the page's content draws (none that pdfium makes up), and how each run is set."""
    count = max(0, raw.FPDFText_CountChars(textpage))
    if count > limits.MAX_PAGE_CHARS:
        raise ExtractError(
            "too-many-characters", page=number, chars=count, limit=limits.MAX_PAGE_CHARS
        )
    handle = ctypes.cast(textpage, ctypes.c_void_p).value
    addresses = np.array(
        [at or 0 for at in map(CALLS.char_object, repeat(handle), range(count))], np.uint64
    )
    codes = _codes(handle, count)
    doubtful = np.flatnonzero((addresses == 0) | (codes <= 32)).tolist()
    kept = np.ones(count, dtype=bool)
    kept[[index for index in doubtful if CALLS.char_generated(handle, index)]] = False
    indices = np.flatnonzero(kept)
    if ((codes >= 0xD800) & (codes < 0xE000)).any():
        indices = np.array(_paired(indices.tolist(), codes), dtype=np.int64)
    runs, run_of = _runs(handle, indices, addresses[indices])
    texts = _texts(codes[indices])
    if len(texts) != len(indices) or any(len(text) != 1 for text in texts):
        several = [k for k, text in enumerate(texts) for _ in text]
        indices, run_of = indices[several], run_of[several]
        texts = list("".join(texts))
    _, boxes = gathered(
        CALLS.char_box,
        repeat(handle),
        indices.tolist(),
        count=len(indices),
        kind="f8",
        width=4,
        results=_PDFIUMS,
    )
    own = addresses[indices].tolist()
    return Characters(
        made(Glyph, texts, zip(*boxes.T.tolist(), strict=True), own), runs, boxes, run_of
    )


def _codes(handle: int | None, count: int) -> np.ndarray:
    """The code of each character: in one call where each is one unit of the page's text, as on most pages; else one by one, as control
    characters are everywhere, for which the text has others."""
    units = np.zeros(count + 1, np.uint16)
    whole = CALLS.page_text(handle, 0, count, units.ctypes.data) == count + 1
    codes = units[:count].astype(np.int64)
    alone = (codes < 0x20) | ((codes >= 0x7F) & (codes < 0xA0)) | (codes >= 0xD800)
    single = np.flatnonzero(alone) if whole else np.arange(count)
    codes[single] = [CALLS.char_unicode(handle, index) for index in single.tolist()]
    return codes


def _paired(kept: Iterable[int], codes: np.ndarray) -> list[int]:
    """The characters whose code is one, halves of surrogate pairs joined: on platforms with 16-bit text pdfium gives them one by one. Changes
    `codes`."""
    left = []
    first = 0
    for index in kept:
        code = int(codes[index])
        if 0xD800 <= code < 0xDC00:
            first = code
            continue
        if 0xDC00 <= code < 0xE000:
            joined = 0x10000 + ((first - 0xD800) << 10) + (code - 0xDC00)
            codes[index], first = joined if first else 0xFFFD, 0
        left.append(index)
    return left


def _texts(codes: np.ndarray) -> list[str]:
    """What is printed for each code point; nothing for some, several characters for others."""
    # what is typed as it is printed: most of any page
    plain = ((codes >= 0x21) & (codes < 0x7F)) | ((codes >= 0x3200) & (codes < 0xD800))
    texts = list(np.where(plain, codes, 0x20).astype("<u4").tobytes().decode("utf-32-le"))
    for index in np.flatnonzero(~plain).tolist():
        texts[index] = _text(int(codes[index]))
    return texts


@lru_cache(20_000)
def _text(code: int) -> str:
    return printed(chr(code))


def _runs(
    handle: int | None, kept: np.ndarray, own: np.ndarray
) -> tuple[dict[int, Run], np.ndarray]:
    """How the runs of some characters are set, in the order of their first character, and for each character the number of its run."""
    starts = (
        np.flatnonzero(np.diff(own, prepend=own[:1] + 1) != 0) if len(own) else np.zeros(0, int)
    )
    numbers: dict[int, int] = {}
    first: list[int] = []
    stretches = []
    for address, index in zip(own[starts].tolist(), kept[starts].tolist(), strict=True):
        if address not in numbers:
            numbers[address] = len(first)
            first.append(index)
        stretches.append(numbers[address])
    run_of = np.repeat(np.array(stretches, np.int64), np.diff(starts, append=len(own)))
    count = len(first)
    _, matrices = gathered(
        CALLS.char_matrix, repeat(handle), first, count=count, kind="f4", width=6, results=(0,)
    )
    _, origins = gathered(
        CALLS.char_origin, repeat(handle), first, count=count, kind="f8", width=2, results=(0, 1)
    )
    sizes = map(CALLS.font_size, repeat(handle), first)
    set_as = map(_set_as, *matrices.T[:4].tolist(), sizes)
    told = zip(numbers, set_as, zip(*origins.T.tolist(), strict=True), strict=True)
    return {address: Run(size, angle, at) for address, (size, angle), at in told}, run_of


@lru_cache(1_000)
def _set_as(a: float, b: float, c: float, d: float, size: float) -> tuple[float, float]:
    """The size and the direction of type from its matrix and its font's size."""
    # a negative font size turns the glyphs about; the matrix of type that stands upright turns them back
    across, up = (a, b) if size >= 0 else (-a, -b)
    angle = math.degrees(math.atan2(up, across)) % 360 if up else (0.0 if across >= 0 else 180.0)
    return abs(size) * math.hypot(c, d), angle


def direction(runs: Iterable[Run], weights: np.ndarray) -> int:
    """The direction in which most characters run, given how many each run has: 0, 90, 180 or 270 degrees counter-clockwise in page space."""
    votes: Counter[int] = Counter()
    for run, weight in zip(runs, weights.tolist(), strict=True):
        if weight and slant(run.angle) <= MAX_SLANT:
            votes[round(run.angle / 90) * 90 % 360] += weight
    return votes.most_common(1)[0][0] if votes else 0


def body_size(runs: Iterable[Run], weights: np.ndarray) -> float:
    """The size in points of a page's usual type, given how many characters each run has; 0 where it has none."""
    sizes = np.repeat(np.array([run.size for run in runs], float), weights)
    return median(sizes.tolist()) if len(sizes) else 0.0


def slant(angle: float) -> float:
    """How many degrees an angle is off the nearest of the page's four directions."""
    return abs((angle + 45) % 90 - 45)
