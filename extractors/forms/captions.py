"""Captions of the forms -> fields, from the label maps in data/templates (one CSV a profile: zone, field, caption, mark).

A form has the profile most of whose marked captions it prints. A caption matches when its text without spaces, punctuation
and bracketed additions is the one in the map; `*` in the map stands for anything. A field of "-" is a caption
that is known and whose value is not recorded.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache

from selfeval.extractors.forms import templates
from selfeval.extractors.forms.templates import TEMPLATES
from selfeval.extractors.pages.glyphs import folded, printed

#: the map that all profiles build upon, and the profile of forms that show no other's captions
BASE = "national"
#: the zones that have columns
COLUMNS = ("funds", "goals", "indicators")
#: share of a profile's marked captions, and number of them, that a form must print to have the profile
MARKED_SHARE, MARKED = 0.75, 2
#: likeness (0 to 1) from which a known caption is worth naming beside an unknown one
NEAREST = 0.3

_BRACKETS = re.compile(r"[(（\[【<＜][^()（）\[\]【】<>＜＞]*[)）\]】>＞]")
_POINTS = re.compile(r"\d+(?:\.\d+)?分")


@dataclass(frozen=True, slots=True)
class Captions:
    """Every known caption: exact ones by (zone, key), patterns with their fields by zone, for each profile the keys that
    mark it, and the maps of the user's own templates by name."""

    exact: dict[tuple[str, str], str]
    patterns: Mapping[str, Sequence[tuple[Callable[[str], bool], str]]]
    marks: dict[str, frozenset[tuple[str, str]]]
    own: dict[str, dict[tuple[str, str], str]] = field(default_factory=dict)

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
            and self._telling(name) & seen
        ]
        if likely:
            return max(
                likely, key=lambda name: (shown[name] / len(self.marks[name]), shown[name], name)
            )
        return BASE if any(self.exact.get(pair) for pair in seen) else None

    def _telling(self, name: str) -> frozenset[tuple[str, str]]:
        """The marks of a profile that no other has: those that several print do not mark one alone. All of them where it has none of its own."""
        others = {pair for one, marks in self.marks.items() if one != name for pair in marks}
        return (self.marks[name] - others) or self.marks[name]


@lru_cache(20_000)
def caption_key(text: str) -> str:
    """What identifies a caption: no bracketed additions, points, spaces or punctuation."""
    flat = unicodedata.normalize("NFKC", re.sub(r"\s+", "", printed(text)))
    bare = _BRACKETS.sub("", flat)
    return folded(_POINTS.sub("", bare) or flat)


def field_of(zone: str, text: str) -> str | None:
    """The field that a caption names in a zone; None when it is no caption. The template of the form that is being read comes
    before the maps that come with the program, and captions that only some template knows come last."""
    if _active:
        mine = _active[0].get((zone, caption_key(text))) if 0 < len(text) <= 80 else None
        if mine is not None:
            return mine
    return _known(zone, text)


def in_columns(text: str) -> tuple[tuple[str, str], ...]:
    """The zones that have columns (funds, goals, indicators) of which a text is a caption with a field, and the field in each."""
    return _in_columns(field_of, text) if _active else _known_in_columns(text)


@lru_cache(20_000)
def _known_in_columns(text: str) -> tuple[tuple[str, str], ...]:
    return _in_columns(_known, text)


def _in_columns(named: Callable[[str, str], str | None], text: str) -> tuple[tuple[str, str], ...]:
    found = ((zone, named(zone, text)) for zone in COLUMNS)
    return tuple((zone, field) for zone, field in found if field and field != "-")


@lru_cache(20_000)
def _known(zone: str, text: str) -> str | None:
    """What the maps say of a caption. Cells repeat, so answers are kept."""
    if not text or len(text) > 80:
        return None
    key = caption_key(text)
    if not key or len(key) > 40:
        return None
    known = captions()
    exact = known.exact.get((zone, key))
    if exact is not None:
        return exact
    patterns = known.patterns.get(zone, ())
    return next((name for fits, name in patterns if fits(key)), None)


#: the template of the user's own that the form at hand has, at most one
_active: list[Mapping[tuple[str, str], str]] = []


@contextmanager
def template_of(texts: Iterable[str]) -> Iterator[str | None]:
    """Read under the template of the user's own whose marked captions are all among these texts, the one with the most; yields its
    name. Forms that show no such template's marks are read as if there were none."""
    known = captions()
    if not known.own:
        yield None
        return
    keys = {caption_key(text) for text in texts if 0 < len(text) <= 80}
    fitting = [
        name
        for name in known.own
        if (marks := known.marks.get(name)) and all(key in keys for _, key in marks)
    ]
    name = max(fitting, key=lambda one: len(known.marks[one]), default=None)
    if name is not None:
        _active.append(known.own[name])
    try:
        yield name
    finally:
        _active.clear()


def is_exact(zone: str, text: str) -> bool:
    """Whether a map names the caption itself, not only a pattern that it fits."""
    pair = (zone, caption_key(text))
    return pair in captions().exact or any(pair in own for own in _active)


@cache
def captions() -> Captions:
    """The label maps of all profiles and of the user's own folder, read once. Raises ExtractError("bad-template")."""
    exact: dict[tuple[str, str], str] = {}
    patterns: dict[str, list[tuple[Callable[[str], bool], str]]] = {}
    marks: dict[str, set[tuple[str, str]]] = {}
    own: dict[str, dict[tuple[str, str], str]] = {}
    folder = templates.own_folder()
    theirs = templates.files(folder) if folder else []
    ours = sorted(templates.files(TEMPLATES), key=lambda p: (p.stem != BASE, p.stem))
    for path in (*ours, *theirs):
        for row in templates.read(path):
            if "*" in row.caption:
                fits = templates.fitting(row.caption)
                patterns.setdefault(row.zone, []).append((fits, row.field))
                continue
            pair = (row.zone, caption_key(row.caption))
            exact.setdefault(pair, row.field)
            if path in theirs:
                own.setdefault(path.stem, {})[pair] = row.field
            if row.mark:
                marks.setdefault(path.stem, set()).add(pair)
    frozen = {name: frozenset(pairs) for name, pairs in marks.items()}
    return Captions(exact, patterns, frozen, own)
