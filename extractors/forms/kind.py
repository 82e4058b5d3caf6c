"""What kind of document a table is: a self-evaluation form, or one of the other tables that are filed and published beside it.

A title and the captions under it are two signs, each with its reason. Captions that only one kind prints outweigh a title, since
titles are copied from form to form; where the captions leave it open, the title decides. Known titles and captions are data:
data/templates/kinds.csv.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from selfeval.core.kinds import KINDS, SELF_EVALUATION
from selfeval.extractors.forms import templates
from selfeval.extractors.forms.captions import caption_key, field_of
from selfeval.extractors.forms.layout import TASKS, Layout
from selfeval.extractors.grids.stitch import Table
from selfeval.extractors.model import Grid
from selfeval.extractors.pages.glyphs import folded

SELF = SELF_EVALUATION
#: captions of one kind that a table must print to be taken for it, and captions that the head row of a list has at least
SIGNS, LIST_SIGNS = 2, 4
#: captions of the header from which a table under a form's title is that form, whatever else it prints
HEADER_SIGNS = 2
#: rows under the head of a list: one row alone is a header with its captions above
LIST_ROWS = 2
#: characters, from which a line is prose and no title
TITLE_LENGTH = 48

_PROSE = re.compile(r"[，。；：:、]$|[，。；]")
_NUMBERED = re.compile(r"^\s*([（(]?[一二三四五六七八九十]+[)）、.．]|[（(]?\d{1,2}[)）、.．])")
_TRAILING = re.compile(r"[（(【\[][^（）()【】\[\]]*[)）】\]]|\s")
_SCORED = re.compile(r"得分|自评|评分|评价")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document (a key of core's KINDS), the sentence why a table is one, and the title that it prints."""

    name: str
    why: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class _Signs:
    titles: tuple[tuple[Callable[[str], bool], str], ...]
    captions: tuple[tuple[Callable[[str], bool], str], ...]
    exact: dict[str, str]
    listed: frozenset[str]


@cache
def _signs() -> _Signs:
    titles: list[tuple[Callable[[str], bool], str]] = []
    patterns: list[tuple[Callable[[str], bool], str]] = []
    exact: dict[str, str] = {}
    listed: set[str] = set()
    for row in templates.read(templates.TEMPLATES / f"{templates.KINDS}.csv"):
        if row.zone == "title":
            titles.append((templates.fitting(row.caption), row.field))
        elif row.zone == "list":
            listed.add(caption_key(row.caption))
        elif "*" in row.caption:
            patterns.append((templates.fitting(row.caption), row.field))
        else:
            exact[caption_key(row.caption)] = row.field
    return _Signs(tuple(titles), tuple(patterns), exact, frozenset(listed))


@lru_cache(20_000)
def of_title(text: str) -> str | None:
    """The kind that a line names as a title does; None for prose and for lines that name none."""
    flat = _TRAILING.sub("", text)
    if not flat or len(flat) > TITLE_LENGTH or _PROSE.search(flat) or _NUMBERED.match(text):
        return None
    key = folded(flat)
    return next((kind for fits, kind in _signs().titles if fits(key)), None)


def opens_other(grid: Grid, lines: Iterable[str]) -> bool:
    """Whether a grid begins a table of another kind: its own captions say so, or the nearest title above it."""
    if _listed(grid) or _by_captions(cell.text for cell in grid.cells if cell.row < 4):
        return True
    for text in lines:
        if kind := of_title(text):
            return kind not in (SELF, "notice")
    return False


def is_form_title(text: str) -> bool:
    """Whether a line names a self-evaluation form as its title does."""
    return of_title(text) == SELF


def of(table: Table, layout: Layout) -> Kind | None:
    """Given a stitched table and its layout, what it is; None when neither title nor captions say."""
    title, named = _titled(table)
    found = _of(table, layout, title, named)
    return found and replace(found, title=title or "")


def _of(table: Table, layout: Layout, title: str | None, named: str | None) -> Kind | None:
    grid = table.first
    said = f"标题为“{title}”" if title else ""
    if grid is not None and (captions := _listed(grid)) and not layout.zone("indicators"):
        scored = any(map(_SCORED.search, captions)) or named in (SELF, "summary-list")
        kind = named if named not in (None, SELF, "target-application", "notice") else None
        if _by_captions(captions) == "final-accounts":
            kind = kind or "final-accounts"
        kind = kind or ("summary-list" if scored else "project-list")
        return Kind(kind, _because(said, f"栏目“{'、'.join(captions[:5])}”下一行一个项目"))
    texts = [box.text for box in table.boxes]
    special = _by_captions(texts)
    zone, fields = layout.zone("indicators"), _fields(layout)
    judged = bool(fields & {"actual", "score"})
    blocks = [z for z in layout.zones if z.name != TASKS]  # other tables list tasks too
    if special == "monitoring" and not ("score" in fields or named == SELF):
        return Kind(special, _because(said, "有监控期执行情况的栏目"))
    if special and special != "monitoring" and zone is None and named != SELF:
        kind = named if named in ("budget-table", "final-accounts") else special
        return Kind(kind, _because(said, "有收支科目的栏目"))
    if named == SELF and (blocks or len(_header_fields(table)) >= HEADER_SIGNS):
        return Kind(SELF, said)
    if named in ("monitoring", "target-application", "budget-table", "final-accounts"):
        if not ("score" in fields or (named != "monitoring" and "actual" in fields)):
            return Kind(named, said)
    if zone is not None and not judged and not _undecided(layout):
        return Kind("target-application", _because(said, "只有指标值，没有实际完成值和得分的栏目"))
    if blocks and (zone is not None or "project_name" in _header_fields(table)):
        return Kind(SELF, _because(said, "有绩效自评表的栏目"))
    return Kind(named, said) if named not in (None, SELF) else None


def _because(*reasons: str) -> str:
    return "，".join(reason for reason in reasons if reason)


def _titled(table: Table) -> tuple[str | None, str | None]:
    """The nearest line above a table that names a kind, or its first row where that is one cell; and the kind."""
    first = [box.text for box in table.boxes if box.first == 0]
    own = first if len(first) == 1 else []
    for text in (*own, *(line.text for _, line in reversed(table.lines))):
        if kind := of_title(text):
            return text, kind
    return None, None


def _by_captions(texts: Iterable[str]) -> str | None:
    """The kind of which at least SIGNS captions are among these texts, the one with the most."""
    found: dict[str, set[str]] = {}
    for text in texts:
        if text and len(text) <= 24 and (kind := _of_caption(text)):
            found.setdefault(kind, set()).add(caption_key(text))
    best = max(found, key=lambda kind: len(found[kind]), default=None)
    return best if best and len(found[best]) >= SIGNS else None


@lru_cache(20_000)
def _of_caption(text: str) -> str | None:
    """The kind of document whose caption a text is."""
    signs, key = _signs(), caption_key(text)
    return signs.exact.get(key) or next((kind for fits, kind in signs.captions if fits(key)), None)


def _listed(grid: Grid) -> list[str]:
    """The captions of a grid that lists projects or bodies, one a row; empty for every other grid."""
    listed = _signs().listed
    rows: dict[int, list[tuple[int, str]]] = {}
    for cell in grid.cells:
        rows.setdefault(cell.row, []).append((cell.column, cell.text))
    for row in range(min(3, len(grid.ys) - 1)):
        head = rows.get(row, [])
        texts = [text for _, text in head if text]
        known = [text for text in texts if caption_key(text) in listed]
        if len(known) < LIST_SIGNS or len(known) * 2 < len(texts):
            continue
        keys = [caption_key(text) for text in known]
        if any(field_of("indicators", text) in ("level1", "level2", "level3") for text in texts):
            return []
        columns = {column for column, _ in head}
        below = [
            cells
            for later, cells in rows.items()
            if later > row and sum(column in columns for column, _ in cells) >= len(head) - 1
        ]
        if len(below) >= LIST_ROWS and ("项目名称" in keys or "序号" in keys or "项目" in keys):
            return known
    return []


def _fields(layout: Layout) -> set[str]:
    zone = layout.zone("indicators")
    return {column.field for column in zone.columns} if zone else set()


def _undecided(layout: Layout) -> bool:
    """Whether a column of an unknown caption may be a result or a score."""
    zone = layout.zone("indicators")
    return zone is not None and bool(zone.open.keys() & {"actual", "score"})


def _header_fields(table: Table) -> set[str]:
    """The fields of the header of which a table, or the lines above it, print the captions."""
    lines = (line.text.partition("：")[0].partition(":")[0] for _, line in table.lines)
    found = {field_of("header", text) for text in (*(box.text for box in table.boxes), *lines)}
    return {field for field in found if field and field != "-"}


def refused(kinds: Sequence[str]) -> str:
    """What a file without a self-evaluation form holds, in a clerk's words, the most frequent first."""
    order = sorted(set(kinds), key=lambda kind: (-kinds.count(kind), kinds.index(kind)))
    return "、".join(KINDS[kind][0] for kind in order)
