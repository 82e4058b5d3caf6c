"""The header of a form: captions with their values to the right, above the rows of one list, within one cell, or in loose lines."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from selfeval.core import fields
from selfeval.extractors.forms import meaning, run_together, words
from selfeval.extractors.forms.captions import field_of, is_exact
from selfeval.extractors.forms.draft import Draft
from selfeval.extractors.forms.layout import Layout
from selfeval.extractors.forms.words import WORDS, by_words
from selfeval.extractors.grids.cells import Line
from selfeval.extractors.grids.stitch import Box, Table
from selfeval.extractors.model import Bbox, Doubt, Evidence

#: fields of the header that a cell beside a caption holds; the others are found by what they look like
FIELDS = tuple(
    name for name in fields.names(fields.HEADER) if name not in ("title", "year", "amount_unit")
)
#: how well a value must fit a field to which the words of its label point
SIGNS = {name: 2 if name in ("authority", "unit", "phone", "year") else 1 for name, _ in WORDS["header"]}  # fmt: skip
#: how well a value must fit a missing field for its unknown label to leave that open; an empty cell may be one of the others
OPEN_SIGNS = dict.fromkeys(("phone", "year", "total", "leader", "goal_expected", "goal_actual"), 1)
#: characters from which a cell is no label, and cells in a row from which it may be the head of a list
LABEL, LIST_HEAD = 16, 3
#: share of the width by which edges of one column may differ
EDGE = 0.01
#: ems that a loose line measures at least if it may have ended for want of room
FULL = 20
_NOWHERE = (0.0, 0.0, 0.0, 0.0)
_NO_LINE = (0, Line("", _NOWHERE, Evidence(0, _NOWHERE)))

_PAIR = re.compile(
    r"([一-鿿（）()、/]{2,14})\s*[:：]\s*(\S*(?:\s(?![一-鿿（）()]{2,12}\s*[:：])\S+)*)"
)
_SEAL = re.compile(r"\s*[（(](公章|盖章|签章|签字)[)）]$")
_PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d[\d*\-\s]{8,11}|0\d{2,3}[-—\s]?\d{7,8}|\d{7,8})(?!\d)")
_NAME = re.compile(r"[一-鿿·]{2,4}|[一-鿿][某*＊×xX]{1,3}")
_BODY = re.compile(
    r"(局|委|厅|院|校|学|中心|政府|站|所|办|处|公司|部|街道|乡|镇|村|会|队|科|室|馆|园|库|庭|署|股|团|本级|机关|大队|社区)"
    r"([（(\[【].*)?$"
)


def read(
    draft: Draft, table: Table, layout: Layout, rows: list[list[Box]], taken: set[int]
) -> None:
    """Fill the header's fields from the rows that no zone has read, then from loose lines above and below the table."""
    free = [index for index in range(table.rows) if index not in taken]
    heads = {index for index in free if _is_list_head(rows, index, taken)}
    beside = [index for index in free if index not in heads and index - 1 not in heads]
    for exact in (True, False):  # 项目负责人 is named more plainly than 单位负责人
        for index in beside:
            _beside(draft, layout, rows[index], index, exact)
    for index in sorted(heads):
        _below(draft, rows, index)
    for index in free:
        for box in rows[index]:
            if box.first == index and id(box) not in draft.used | draft.captions:
                _within(draft, box)
    _loose(draft, table)
    _unknown(draft, layout, rows, [index for index in free if index not in heads])


def _loose(draft: Draft, table: Table) -> None:
    """Captions and values in lines above and below the table. A value whose line is full goes on in the next, where that begins no other."""
    lines = table.lines + table.notes
    right = max((line.bbox[2] for _, line in lines), default=0.0)
    for (page, line), (after, below) in itertools.zip_longest(lines, lines[1:], fillvalue=_NO_LINE):
        found = _PAIR.findall(line.text)
        for number, (caption, value) in enumerate(found, 1):
            name = field_of("header", caption)
            value = _SEAL.sub("", value)
            if not name or name in ("-", "amount_unit", "year") or not value:
                continue
            parts: tuple[Evidence, ...] = (line.evidence,)
            if number == len(found) and after == page and _goes_on(line.bbox, below, right):
                parts, joined = (*parts, below.evidence), value + below.text
                if _keep(draft, name, joined, parts):
                    why = f"“{value}”与下一行“{below.text}”按一项读取，请核对"
                    draft.doubts.append(Doubt(name, why, meaning.PLACED))
            else:
                _keep(draft, name, value, parts)


def _goes_on(full: Bbox, below: Line, right: float) -> bool:
    """Whether the line below goes on with one that ends at the right end of all lines."""
    em = full[3] - full[1]
    return (
        right - full[2] < 2 * em
        and full[2] - full[0] > FULL * em
        and full[3] - em / 2 < below.bbox[1] < full[3] + em
        and below.bbox[0] < full[0] + 3 * em
        and not re.search(r"[:：]|20\d{2}\s*年", below.text)
    )


def _is_list_head(rows: Sequence[Sequence[Box]], index: int, taken: set[int]) -> bool:
    """Whether the cells of a row are captions over the cells of the next: as many, as wide, and more than one known or numbers
    or more rows below."""
    if index + 1 >= len(rows) or index + 1 in taken:
        return False
    head = [b for b in rows[index] if b.first == index and b.end == index + 1]
    if len(head) < LIST_HEAD or not _aligned(head, rows[index + 1], index + 1):
        return False
    below = [b for b in rows[index + 1] if b.first == index + 1]
    labelled = _is_caption(below[0]) and _numeric(below[1:])  # a row of funds
    if any(map(_is_caption, below[labelled:])) or not all(_may_head(b.text) for b in head):
        return False
    known = sum(map(_is_caption, head))
    more = index + 2 < len(rows) and _aligned(head, rows[index + 2], index + 2)
    return known >= 1 and (2 * known > len(head) or more or _numeric(below))


def _aligned(head: Sequence[Box], row: Sequence[Box], index: int) -> bool:
    below = [b for b in row if b.first == index]
    return len(below) == len(head) and all(
        _is_as_wide(a, b) for a, b in zip(head, below, strict=True)
    )


def _may_head(text: str) -> bool:
    return 0 < len(text) <= 24 and not text[0].isdigit()


def _is_caption(box: Box) -> bool:
    return bool(box.text) and any(field_of(zone, box.text) for zone in ("header", "funds"))


def _numeric(boxes: Sequence[Box]) -> bool:
    return sum(meaning.number(b.text) is not None for b in boxes) * 2 >= len(boxes)


def _below(draft: Draft, rows: Sequence[Sequence[Box]], index: int) -> None:
    """Values under their captions, where the list has one row; a longer list is no header."""
    head = [b for b in rows[index] if b.first == index]
    draft.captions.update(map(id, head))
    draft.heads.update(map(id, head))
    if index + 2 < len(rows) and 2 * _under(head, rows[index + 2], index + 2) > len(head):
        return
    for caption in head:
        value = next((b for b in rows[index + 1] if b.covers(caption.middle)), None)
        name = field_of("header", caption.text)
        if value is None or _names_more(value.text):
            continue
        if name in FIELDS and name not in draft.values:
            draft.values[name] = draft.note(name, value)


def _under(head: Sequence[Box], row: Sequence[Box], index: int) -> int:
    """How many cells of a row are as wide as one of the captions above them."""
    return sum(any(_is_as_wide(caption, b) for caption in head) for b in row if b.first == index)


def _is_as_wide(a: Box, b: Box) -> bool:
    return abs(a.left - b.left) <= EDGE and abs(a.right - b.right) <= EDGE


def _beside(draft: Draft, layout: Layout, row: Sequence[Box], index: int, exact: bool) -> None:
    """Captions with the value to their right; with `exact` only those that a map spells out."""
    for box, value in itertools.pairwise(row):
        name = field_of("header", box.text) if box.first == index else None
        if name is None or (value.text and _names_more(value.text)):
            continue
        draft.captions.add(id(box))
        if exact and not is_exact("header", box.text):
            continue
        if name == "-" or name in draft.values or id(value) in draft.used:
            continue
        if name.startswith("goal") and (layout.zone("goals") or value.first != index):
            continue
        if name in ("leader", "phone") and _person(draft, value):
            continue
        if name == "total" and words.are_only(value.text):
            continue  # a caption of its own row, which no map knows
        draft.values[name] = draft.note("year_cell" if name == "year" else name, value)
        if name == "total":
            draft.values["total_label"] = box.text


def _names_more(text: str) -> bool:
    """Whether a text is a caption itself, and so no caption's value."""
    if field_of("header", text):
        return True
    return any(is_exact(zone, text) for zone in ("funds", "goals", "indicators"))


def _person(draft: Draft, value: Box) -> bool:
    """A name and a telephone number in one cell are two values."""
    found = _PHONE.search(value.text)
    rest = (
        value.text if found is None else (value.text[: found.start()] + value.text[found.end() :])
    )
    rest = rest.strip(" ，,、/；;:：()（）\n")
    if found is None or not re.search(r"[一-鿿]", rest):
        return False
    draft.values["leader"] = rest
    draft.values["phone"] = found.group().strip()
    draft.note("leader", value)
    draft.note("phone", value)
    return True


def _within(draft: Draft, box: Box) -> None:
    """Captions and values in one cell: 项目负责人：张某."""
    if not (":" in box.text or "：" in box.text) or len(box.text) > 120:
        return
    pairs = _PAIR.findall(box.text)
    if not pairs or not box.text.strip().startswith(pairs[0][0]):
        return
    kept = [
        _keep(draft, name, value, box.parts)
        for caption, value in pairs
        if (name := field_of("header", caption)) and name not in ("-", "amount_unit") and value
    ]
    if kept and all(kept) and len(kept) == len(pairs):
        draft.used.add(id(box))


def joined(draft: Draft, rows: Sequence[Sequence[Box]]) -> None:
    """Captions and values in one cell for want of the line between them, of fields that nothing else has filled. Told."""
    for index, row in enumerate(rows):
        for box in row:
            if box.first != index or id(box) in draft.used | draft.captions:
                continue
            name, value = _parted(box.text)
            if name in FIELDS and name not in draft.values:
                draft.values[name] = value
                draft.note(name, box)
                why = "栏名与内容在同一格内，未见分隔的框线，已拆开读取，请核对"
                draft.doubts.append(Doubt(name, why, meaning.PLACED))


def _parted(text: str) -> tuple[str, str]:
    """The field of the caption that a text begins with, and what comes after it."""
    for zone in ("goals", "header"):
        caption, value = run_together.split_caption(zone, text)
        if name := field_of(zone, caption):
            return name, value
    return "", ""


def _keep(draft: Draft, name: str, value: str, parts: tuple[Evidence, ...]) -> bool:
    if name in draft.values:
        return draft.values[name] == value
    draft.values[name] = value
    draft.evidence["year_cell" if name == "year" else name] = parts
    return True


def pairs(
    draft: Draft, rows: Sequence[Sequence[Box]], free: Sequence[int]
) -> Iterator[tuple[Box, Box]]:
    """Labels that no map knows with the cell to their right that no field holds."""
    for index in free:
        row = [b for b in rows[index] if b.first == index]
        position = 0
        while position + 1 < len(row):
            label, value = row[position], row[position + 1]
            known = id(label) in draft.captions or id(label) in draft.used or not label.text
            if field_of("funds", value.text) not in (None, "-"):
                position += 1
                continue
            if known or not _is_label(label.text) or id(value) in draft.used | draft.captions:
                position += 1
                continue
            yield label, value
            position += 2


def _is_label(text: str) -> bool:
    return len(text) <= LABEL and not re.search(r"[：:].*\d|\d{2}|[。；]|万元", text)


def _unknown(
    draft: Draft, layout: Layout, rows: Sequence[Sequence[Box]], free: Sequence[int]
) -> None:
    """Read a label that no map knows where its words and its value agree on a field; else leave open what the value may be."""
    found = [pair for pair in pairs(draft, rows, free) if field_of("header", pair[0].text) is None]
    for label, value in list(found):
        missing = [f for f, _ in WORDS["header"] if f not in draft.values]
        if layout.zone("goals"):
            missing = [f for f in missing if not f.startswith("goal")]
        words = dict(by_words("header", label.text))
        best = [f for f in missing if words.get(f, 0) and _fits(f, value.text) >= SIGNS[f]]
        best.sort(key=lambda f: -(words[f] + _fits(f, value.text)))
        if not best or (len(best) > 1 and _even(best, words, value.text)):
            continue
        why = f"栏目“{label.text}”不在模板中，按含义读取，请核对"
        name = "year_cell" if best[0] == "year" else best[0]
        draft.values[best[0]] = draft.note(name, value)
        draft.captions.add(id(label))
        path = "total/score" if best[0] == "total" else best[0]
        draft.doubts.append(Doubt(path, why, meaning.PLACED))
        if best[0] == "total":
            draft.values["total_label"] = label.text
        found.remove((label, value))
    for label, value in found:
        for name in [f for f, _ in WORDS["header"] if f not in draft.values]:
            if _fits(name, value.text) >= (
                1 if name in ("phone", "year", "total", "leader") else 0
            ):
                draft.open.setdefault(name, label)


def _even(best: Sequence[str], words: dict[str, int], text: str) -> bool:
    first, second = (words[f] + _fits(f, text) for f in best[:2])
    return first == second


def _fits(field: str, text: str) -> int:
    """How well a value fits a field of the header: 2 plainly, 1 it may, 0 an empty cell, -1 not."""
    flat = re.sub(r"\s", "", text)
    if not flat:
        return 0
    if field == "phone":
        return 2 if _PHONE.fullmatch(flat) else -1
    if field == "year":
        return 2 if re.fullmatch(r"20\d{2}年?度?", flat) else -1
    if field == "total":
        value = meaning.number(flat)
        return 1 if value is not None and 0 < value <= 120 else -1
    if meaning.number(flat) is not None or re.search(r"[☑☐□√■]|20\d{2}年.*月|万元", flat):
        return -1
    if field.startswith("goal"):
        return 1 if len(flat) >= 6 else -1
    if field == "leader":
        return 1 if _NAME.fullmatch(flat) else -1
    if field in ("authority", "unit"):
        return 2 if _BODY.search(flat) else 1 if len(flat) <= 30 and "，" not in flat else -1
    return 1 if len(flat) <= 60 and not flat.endswith("。") else -1
