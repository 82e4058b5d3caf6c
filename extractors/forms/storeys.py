"""Captions in storeys: the rows of captions above a block, and for each column the path of the captions that stand over it.

A caption may stand over captions of its own (年度指标值 over 指标性质, 指标值, 度量单位) and beside one that spans all storeys; a
column's caption is the path of all cells above it, whatever row they begin in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from selfeval.extractors.forms.captions import field_of
from selfeval.extractors.forms.layout import UNKNOWN, WITHOUT_FIELD, Column
from selfeval.extractors.grids.stitch import Box

#: storeys that a block of captions has at most
STOREYS = 3
#: share of the width by which edges of one column may differ
EDGE = 0.002
#: characters from which a cell is no caption
LENGTH = 40
#: cells of a row that numbers the columns: 1, 2, 3=2/1, A, (B), 栏次
_NUMBERING = re.compile(
    r"[（(]?([A-Za-z]|\d{1,2}|[①-⑳])([=＝][\dA-Za-z+\-×*÷/()（）%]+)?[)）]?|栏次|行次"
)
#: a value: a number or a dash
_FIGURE = re.compile(r"-?\d[\d,]*(\.\d+)?[%％]?|[-—–─－]+")
#: what stands in no caption
_SENTENCE = re.compile(r"[。；，]|[.·]{3}")
#: words of a caption that stands over others
_OVER = re.compile(r"指标|[值分]$|情况|目标|完成|评价|绩效|预算|执行|自评|复核")
#: captions over another's that make it the reviewer's, or a former year's
_REVIEW = re.compile(r"复核|复评|评审|核定|审核|抽查|第三方|财政部门|主管部门|考核组")
_FORMER = re.compile(r"上年|往年|历史|前[一二两三]年|历年|以前年度")


def above_texts(rows: Sequence[Sequence[Box]], index: int) -> list[str]:
    """The texts of the captions that may begin a block at a row: those that begin in it, and those of the storeys below it
    that a cell of this row spans."""
    starting = [b for b in rows[index] if b.first == index]
    spans = [
        b.end for b in starting if 1 < b.end - b.first <= STOREYS and 0 < len(b.text) <= LENGTH
    ]
    if not spans or max(spans) > len(rows):
        return [b.text for b in starting]
    return [b.text for row in range(index, max(spans)) for b in rows[row] if b.first == row]


def end_of(zone: str, rows: Sequence[Sequence[Box]], index: int) -> int:
    """The first row below all captions of a block whose captions begin at row `index`."""
    deep = index + 1
    if zone == "goals":
        return deep
    named = [b for b in rows[index] if b.first == index and field_of(zone, b.text)]
    while deep < min(index + STOREYS, len(rows)):
        first = min((b.left for b in named), default=0.0)
        own = [b for b in rows[deep] if b.first == deep and b.left >= first - EDGE]
        if is_row_of_values(zone, own):
            break  # a label at the side may span captions and values alike
        spanned = [
            b.end
            for row in range(index, deep)
            for b in rows[row]
            if b.first >= index and b.left >= first - EDGE and b.end - index <= STOREYS
        ]
        if max(spanned, default=deep) > deep:
            named += [b for b in rows[deep] if b.first == deep and field_of(zone, b.text)]
            deep += 1
            continue
        lower = [b for b in rows[deep] if b.first == deep and b.text]
        known = [b for b in lower if field_of(zone, b.text) is not None]
        if not (known and len(known) * 2 > len(lower)):
            break
        named += known
        deep += 1
    while deep < len(rows) and _numbers_columns([b for b in rows[deep] if b.first == deep]):
        deep += 1
    return deep


def is_row_of_values(zone: str, boxes: Sequence[Box]) -> bool:
    """Whether cells below captions are blank, or hold sentences, numbers or dashes that do not number the columns."""
    texts = [unicodedata.normalize("NFKC", re.sub(r"\s", "", b.text)) for b in boxes]
    if any(map(_FIGURE.fullmatch, texts)):
        return not _numbers_columns(boxes)
    if any(field_of(zone, text) and not _SENTENCE.search(text) for text in texts):
        return False
    return bool(texts) and (not any(texts) or any(map(_SENTENCE.search, texts)))


def _numbers_columns(boxes: Sequence[Box]) -> bool:
    texts = [b.text.strip() for b in boxes if b.text.strip()]
    if len(texts) < 3 or not all(_NUMBERING.fullmatch(text) for text in texts):
        return False
    digits = [int(text) for text in texts if text.isdecimal()]
    return len(digits) < len(texts) - 1 or digits == list(range(digits[0], digits[0] + len(digits)))


def parents_above(rows: Sequence[Sequence[Box]], index: int, bottom: Sequence[Box]) -> int:
    """The row at which a block's captions begin when the row above it stands over them: each of its cells over whole columns,
    one of them over several."""
    if index == 0:
        return index
    upper = [b for b in rows[index - 1] if b.first == index - 1 and b.end == index]
    edges = [edge for b in bottom for edge in (b.left, b.right)]
    if len(upper) < 2 or any(len(b.text) > 20 or re.search(r"\d", b.text) for b in upper):
        return index

    def on_edges(b: Box) -> bool:
        return all(any(abs(x - edge) <= EDGE for edge in edges) for x in (b.left, b.right))

    over = [b for b in upper if sum(b.covers(c.middle) for c in bottom) > 1]
    beside = [b for b in upper if b not in over and b.text]
    if not over or not all(on_edges(b) and _OVER.search(b.text) for b in over):
        return index
    return index if any(field_of("indicators", b.text) is None for b in beside) else index - 1


def columns(zone: str, rows: Sequence[Sequence[Box]], first: int, end: int) -> list[Column]:
    """The columns under the captions of rows `first` to before `end`, from left to right. What runs on below the captions is a
    label at the side, and no column."""
    block = {id(b): b for row in range(first, end) for b in rows[row] if b.first >= first}
    bottom = [
        b for b in block.values() if b.end == end and not _NUMBERING.fullmatch(b.text.strip())
    ]
    covered = [b for b in block.values() if b.end < end]
    found = []
    for b in sorted([b for b in block.values() if b.end == end], key=lambda b: b.left):
        over = sorted((a for a in covered if a.covers(b.middle)), key=lambda a: a.first)
        texts = [a.text for a in (*over, b) if a.text and not _NUMBERING.fullmatch(a.text.strip())]
        if b not in bottom and not texts:
            continue
        leaf = texts[-1] if texts else ""
        found.append(
            Column(_field(zone, texts), b.left, b.right, leaf, "/".join(dict.fromkeys(texts)))
        )
    return found


def _field(zone: str, path: Sequence[str]) -> str:
    """The field that a path of captions names: its last one by itself, or together with the one above."""
    if not path:
        return UNKNOWN
    *above, leaf = path
    field = field_of(zone, leaf)
    parent = above[-1] if above else ""
    if any(_FORMER.search(text) for text in above):
        return WITHOUT_FIELD
    if parent and zone == "indicators" and _REVIEW.search(parent):
        return "reviewed_score" if field == "score" else WITHOUT_FIELD if field else UNKNOWN
    if field is None and parent:
        field = field_of(zone, parent + leaf) or field_of(zone, leaf + parent)
        if field is None and zone == "indicators" and field_of(zone, parent) == "target":
            field = "target_part"
    return UNKNOWN if field is None else field
