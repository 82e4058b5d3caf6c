"""What characters of a font are, told by recognising a few runs of text that hold them."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from selfeval.extractors.pages.pdfium_calls import CALLS
from selfeval.extractors.pages.shapes import Claim, drawn
from selfeval.extractors.pages.textpage import TextPage
from selfeval.extractors.recognition.recogniser import recognise

if TYPE_CHECKING:
    import numpy as np
    from pypdfium2 import PdfPage

#: runs that are recognised for each character, and for all of a page at most
RUNS_EACH, RUNS = 3, 60
#: share of the readings of a character that must agree, and the confidence of a reading that counts
AGREED, SURE = 0.66, 0.6


def settle(page: PdfPage, text: TextPage, wanted: set[Claim]) -> tuple[dict[Claim, str], float]:
    """(what each wanted character of a font is, itself where the readings do not agree on another; the share of the other characters of the
    recognised runs that are what the file says)."""
    runs = _sampled(text, wanted)
    pictures = [
        (run, picture) for run in runs if (picture := _picture(page, text, run)) is not None
    ]
    votes: dict[Claim, Counter[str]] = {}
    true = total = 0
    readings = recognise([picture for _, picture in pictures])
    for (run, _), reading in zip(pictures, readings, strict=True):
        font, written = CALLS.text_font(run), runs[run]
        for before, after in _paired(written, [(g.text, g.confidence) for g in reading.glyphs]):
            if (font, before) in wanted:
                votes.setdefault((font, before), Counter())[after] += 1
            else:
                total += 1
                true += before == after
    found = {}
    for claim in wanted:
        seen = votes.get(claim, Counter())
        char, count = seen.most_common(1)[0] if seen else (claim[1], 0)
        found[claim] = char if count > AGREED * sum(seen.values()) else claim[1]
    return found, true / total if total else 1.0


def _sampled(text: TextPage, wanted: set[Claim]) -> dict[int, str]:
    """Runs that hold the wanted characters, with what they say: the longest, in which a recogniser is at home."""
    said: dict[int, str] = {}
    for index, glyph in enumerate(text.glyphs):
        if index not in text.kinds and glyph.text != " ":
            said[glyph.run] = said.get(glyph.run, "") + glyph.text
    left = Counter(dict.fromkeys(wanted, RUNS_EACH))
    chosen: dict[int, str] = {}
    for run, words in sorted(said.items(), key=lambda pair: (-min(len(pair[1]), 12), pair[0])):
        font = CALLS.text_font(run)
        holds = [(font, char) for char in set(words) if left[font, char] > 0]
        if holds and len(chosen) < RUNS:
            chosen[run] = words
            left.subtract(holds)
    return chosen


def _picture(page: PdfPage, text: TextPage, run: int) -> np.ndarray | None:
    """A run as the recogniser likes it: grey on paper, with a margin."""
    import numpy as np

    ink, _ = drawn(page, text, run)
    if ink is None or min(ink.shape) < 4:
        return None
    lack = max(0, 40 - ink.shape[0]) // 2  # a flat line keeps its proportion to the type
    grey = (255 * (1 - ink)).astype(np.uint8)
    return np.pad(grey, ((lack + 6, lack + 6), (16, 16)), constant_values=255)


def _paired(written: str, read: Iterable[tuple[str, float]]) -> Iterator[tuple[str, str]]:
    """Characters of a run as the file says and as they were read, where both stand in the same place."""
    sure = [(char, how) for char, how in read if not char.isspace()]
    other = "".join(char[0] for char, _ in sure)
    for at, end, other_at in _stretches(written, other):
        for k in range(end - at):
            if sure[other_at + k][1] >= SURE:
                yield written[at + k], other[other_at + k]


def _stretches(written: str, other: str) -> Iterator[tuple[int, int, int]]:
    """Stretches of two texts that stand in the same place and are as long as each other: begin and end in the one, begin in the other."""
    if len(written) == len(other):
        yield 0, len(written), 0
        return
    matcher = difflib.SequenceMatcher(None, written, other, autojunk=False)
    for kind, a0, a1, b0, b1 in matcher.get_opcodes():
        if kind in ("equal", "replace") and a1 - a0 == b1 - b0:
            yield a0, a1, b0
