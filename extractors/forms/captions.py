"""Captions of the forms -> fields, from the label maps in data/templates (one CSV a profile: zone, field, caption, mark).

A form has the profile most of whose marked captions it prints. A caption matches when its text without spaces, punctuation
and bracketed additions is the one in the map; `*` in the map stands for anything. A field of "-" is a caption
that is known and whose value is not recorded.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, lru_cache

from selfeval.extractors.forms import templates
from selfeval.extractors.forms.templates import TEMPLATES
from selfeval.extractors.pages.glyphs import folded, printed

#: the map that all profiles build upon, and the profile of forms that show no other's captions
BASE = "national"
#: share of a profile's marked captions, and number of them, that a form must print to have the profile
MARKED_SHARE, MARKED = 0.75, 2
#: likeness (0 to 1) from which a known caption is worth naming beside an unknown one
NEAREST = 0.3

_BRACKETS = re.compile(r"[(（\[【<＜][^()（）\[\]【】<>＜＞]*[)）\]】>＞]")
_POINTS = re.compile(r"\d+(?:\.\d+)?分")


@dataclass(frozen=True, slots=True)
class Captions:
    """Every known caption: exact ones by (zone, key), patterns by zone, and for each profile the keys that mark it."""

    exact: dict[tuple[str, str], str]
    patterns: tuple[tuple[str, str, str], ...]
    marks: dict[str, frozenset[tuple[str, str]]]

    def nearest(self, zone: str, text: str) -> str | None:
        """The known caption of a zone that is most like an unknown one."""
        known = [key for z, key in self.exact if z == zone]
        close = difflib.get_close_matches(caption_key(text), known, 1, NEAREST)
        return close[0] if close else None

    def profile(self, seen: set[tuple[str, str]]) -> str | None:
        """Given the (zone, key) pairs that a form prints, the profile whose marks it shows the largest share of; else the base."""
        shown = {name: len(marks & seen) for name, marks in self.marks.items()}
        likely = [
            name
            for name, count in shown.items()
            if count >= max(MARKED, MARKED_SHARE * len(self.marks[name]))
        ]
        if likely:
            return max(
                likely, key=lambda name: (shown[name] / len(self.marks[name]), shown[name], name)
            )
        return BASE if any(self.exact.get(pair) for pair in seen) else None


@lru_cache(20_000)
def caption_key(text: str) -> str:
    """What identifies a caption: no bracketed additions, points, spaces or punctuation."""
    flat = unicodedata.normalize("NFKC", re.sub(r"\s+", "", printed(text)))
    bare = _BRACKETS.sub("", flat)
    return folded(_POINTS.sub("", bare) or flat)


@lru_cache(20_000)
def field_of(zone: str, text: str) -> str | None:
    """The field that a caption names in a zone; None when it is no caption. Cells repeat, so answers are kept."""
    if not text or len(text) > 80:
        return None
    key = caption_key(text)
    if not key or len(key) > 40:
        return None
    known = captions()
    exact = known.exact.get((zone, key))
    if exact is not None:
        return exact
    for its_zone, pattern, field in known.patterns:
        if its_zone == zone and fnmatchcase(key, pattern):
            return field
    return None


def is_exact(zone: str, text: str) -> bool:
    """Whether a map names the caption itself, not only a pattern that it fits."""
    return (zone, caption_key(text)) in captions().exact


@cache
def captions() -> Captions:
    """The label maps of all profiles, read once."""
    exact: dict[tuple[str, str], str] = {}
    patterns: list[tuple[str, str, str]] = []
    marks: dict[str, set[tuple[str, str]]] = {}
    for path in sorted(templates.files(TEMPLATES), key=lambda p: (p.stem != BASE, p.stem)):
        for row in templates.read(path):
            if "*" in row.caption:
                key = "*".join(folded(part) for part in row.caption.split("*"))
                patterns.append((row.zone, key, row.field))
                continue
            pair = (row.zone, caption_key(row.caption))
            exact.setdefault(pair, row.field)
            if row.mark:
                marks.setdefault(path.stem, set()).add(pair)
    return Captions(exact, tuple(patterns), {name: frozenset(own) for name, own in marks.items()})
