"""Characters as drawn: where a font's table may give its glyphs another meaning than they have, a recogniser settles what they are.

What raises a suspicion: digits that look like others, characters without a mapping, Latin letters with accents in a Chinese form, a caption that
is one character off a known one. A few runs of text of that font are recognised, never the page.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.forms.captions import caption_key, captions
from selfeval.extractors.forms.levels import LEVEL_NAMES
from selfeval.extractors.grids.cells import SolvedPage
from selfeval.extractors.isolation.limits import MAX_OCR_PAGES
from selfeval.extractors.model import Notice
from selfeval.extractors.pages import shapes
from selfeval.extractors.pages.glyphs import foreign
from selfeval.extractors.pages.pdfium_calls import CALLS
from selfeval.extractors.pages.shapes import Claim
from selfeval.extractors.pages.textpage import TextPage

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

#: characters of the captions that are compared
CAPTION = range(4, 10)
#: captions that a wrong character spoils before it is asked after: one alone is a caption of its own
FEWEST = 2
#: known captions that a page prints before its other cells are compared with captions: it holds a form
KNOWN = 8
#: share of the characters of a font's sample that must be read as its table says
TRUE_SHARE = 0.7
_DIGITS = "0123456789"


@dataclass(slots=True)
class Naming:
    """What is known of the fonts of one document: digits that were looked at, and what characters of fonts were found to be. `false` says that a
    font gives its characters at random, so that its pages must be recognised."""

    recognise: bool
    looked: set[Claim] = field(default_factory=set)
    settled: dict[Claim, str] = field(default_factory=dict)
    false: bool = False
    pages: int = 0  # recognised so far

    def recognise_page(self, number: int) -> None:
        """Count a page that is to be recognised. Raises ExtractError: needs-ocr, or too-many-pages beyond the cap."""
        if not self.recognise:
            raise ExtractError("needs-ocr")
        self.pages += 1
        if self.pages > MAX_OCR_PAGES:
            raise ExtractError("too-many-pages", pages=number, limit=MAX_OCR_PAGES)

    def by_shape(self, page: PdfPage, text: TextPage) -> bool:
        """Bring the characters of a page to what they look like, as far as their font and shape raise a suspicion; whether any changed."""
        wanted = {
            (font, digit)
            for font, _ in shapes.suspects(page, text, self.looked)
            for digit in _DIGITS
        }
        if foreign("".join([glyph.text for glyph in text.glyphs])):
            wanted |= {
                (CALLS.text_font(glyph.run), glyph.text)
                for index, glyph in enumerate(text.glyphs)
                if index not in text.kinds and foreign(glyph.text)
            }
        return self._settle(page, text, wanted)

    def by_captions(
        self, page: PdfPage, text: TextPage, solved: SolvedPage, again: Callable[[], SolvedPage]
    ) -> SolvedPage:
        """The page with captions that a wrong character has spoilt put right; `again` solves it anew from `text`."""
        for _ in range(3):
            odd = _odd_characters(text, solved)
            if not odd:
                break
            wanted = {
                (CALLS.text_font(glyph.run), glyph.text)
                for glyph in text.glyphs
                if glyph.text in odd
            }
            if not wanted or not self._settle(page, text, wanted, odd):
                break
            solved = again()
        return solved

    def _settle(
        self,
        page: PdfPage,
        text: TextPage,
        wanted: Iterable[Claim],
        right: Mapping[str, set[str]] = MappingProxyType({}),
    ) -> bool:
        """Recognise what is not settled yet, and name the glyphs of the page by it: as one of those that are `right` for a character, where that is
        known. Returns whether any has another name now."""
        wanted = set(wanted)
        if wanted - self.settled.keys():
            if not self.recognise:
                raise ExtractError("needs-ocr")
            from selfeval.extractors.recognition.naming import settle

            found, true_share = settle(page, text, wanted - self.settled.keys())
            self.false |= true_share < TRUE_SHARE or any(
                foreign(claim[1]) and not _alike(claim[1], char) for claim, char in found.items()
            )  # a font that gives an accented letter for something else gives others too
            for (font, before), after in found.items():
                fits = after in right.get(before, (after,))
                self.settled[font, before] = after if fits else before
        if not self.settled:
            return False
        changed = False
        for index, glyph in enumerate(text.glyphs):
            if index in text.renamed:
                continue
            char = self.settled.get((CALLS.text_font(glyph.run), glyph.text), glyph.text)
            if char != glyph.text and not foreign(glyph.text):
                text.renamed[index] = (glyph.text, char)
                text.glyphs[index] = glyph._replace(text=char)
                changed = True
        return changed


def _alike(char: str, read: str) -> bool:
    """Whether a letter with a mark is what a recogniser read: it takes Ø for 0 and é for e."""
    plain = unicodedata.normalize("NFKD", char)[0]
    return read in (char, plain) or (char in "Øø" and read in "0oO∅")


def notices(renamed: Mapping[int, tuple[str, str]]) -> tuple[Notice, ...]:
    """The notice of characters of a page that are drawn otherwise than the file says."""
    if not renamed:
        return ()
    said = "、".join(f"{before}→{after}" for before, after in sorted(set(renamed.values())))
    return (Notice("renamed", said, (0, 0, 0, 0)),)


def _odd_characters(text: TextPage, solved: SolvedPage) -> dict[str, set[str]]:
    """The characters by which cells differ from known captions, with the right ones, where these stand nowhere on the page: a font that gives one
    character for another does so each time."""
    shown = {glyph.text for glyph in text.glyphs}
    exact, masked = known_captions()
    odd: dict[str, list[str]] = {}
    spoilt: Counter[str] = Counter()
    keys = {caption_key(cell.text) for grid in solved.grids for cell in grid.cells}
    if len(keys & exact) < KNOWN:
        return {}
    for key in keys:
        if len(key) in CAPTION and key not in exact:
            for i in range(len(key)):
                right = masked.get((key[:i], key[i + 1 :]))
                if right and not right & shown:
                    odd.setdefault(key[i], []).extend(right)
                    spoilt[key[i]] += 1
    return {char: set(right) for char, right in odd.items() if spoilt[char] >= FEWEST}


@lru_cache(maxsize=1)
def known_captions() -> tuple[frozenset[str], dict[tuple[str, str], set[str]]]:
    """The keys of known captions, and for their halves with one character left out the characters that may stand between."""
    written = (*LEVEL_NAMES, *(key for _, key in captions().exact))
    keys = frozenset(key for key in written if len(key) in CAPTION)
    masked: dict[tuple[str, str], set[str]] = {}
    for key in keys:
        for i, char in enumerate(key):
            masked.setdefault((key[:i], key[i + 1 :]), set()).add(char)
    return keys, masked
