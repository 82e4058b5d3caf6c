"""Captions of columns that run together with the cell below or above them, for want of the line between."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from selfeval.extractors.forms import storeys
from selfeval.extractors.forms.captions import COLUMNS, field_of, is_exact
from selfeval.extractors.forms.levels import is_level_name
from selfeval.extractors.grids.stitch import Box, Table

#: how sure a value is that was parted from its caption, and why
PARTED = (0.5, "与上方栏名之间未见框线，已拆开读取，请核对")
#: characters of a caption to which other text may be joined
JOINED = range(2, 13)
#: characters of a goal at least, and of a caption below another at most
SENTENCE = 8
#: the last character of a caption and the first of the text after it
_APART = re.compile(r"[\w）)]\w")
_NUMBER = re.compile(r"[\d.,]+%?")
#: other captions of its zone that stand beside a caption: one is enough for the goals, which have two columns
SEVERAL, BESIDE = 3, {"goals": 1}


def part(table: Table) -> None:
    """Part each cell that holds a caption and the cell below it, where the row of the other captions ends between them."""
    rows = table.by_row()
    for index in range(table.rows - 1):
        starting = [b for b in rows[index] if b.first == index]
        ending = [b for b in starting if b.end == index + 1]
        for box in starting:
            if box.end > index + 1 and ending:
                _part(table, rows, box, ending)
        for box in rows[index]:
            if box.first < index and box.end == index + 1 and ending:
                _part_from_above(table, box, ending)


def _part(table: Table, rows: Sequence[Sequence[Box]], box: Box, ending: Sequence[Box]) -> None:
    below = [b for b in rows[box.first + 1] if b.first == box.first + 1]
    for zone in COLUMNS:
        beside = [b for b in ending if field_of(zone, b.text) not in (None, "-")]
        if len(beside) < BESIDE.get(zone, SEVERAL):
            continue
        whole = field_of(zone, box.text) not in (None, "-")
        caption, rest = (box.text, "") if whole else _split(zone, box.text)
        first = min(b.left for b in (box, *beside))
        values = [b for b in below if b.left >= first - storeys.EDGE and not is_level_name(b.text)]
        if any(field_of(zone, b.text) for b in values if len(b.text) < SENTENCE):
            continue
        if zone == "goals":  # a label at their side may span captions and values
            goes_on = len(rest) >= SENTENCE
        elif whole:
            goes_on = storeys.is_row_of_values(zone, values)
        else:
            at_side = all(b.left > box.left for b in beside)
            goes_on = not at_side or (field_of(zone, caption) or "").startswith("level")
        if caption and below and goes_on:
            value = replace(box, first=box.first + 1, text=rest)
            value.doubt(*PARTED)
            table.boxes.append(value)
            box.text, box.end = caption, box.first + 1
            return


def _part_from_above(table: Table, box: Box, beside: Sequence[Box]) -> None:
    """Part a caption from a label above it that ends in its cell: 年度总体目标 over 一级指标."""
    for zone in COLUMNS:
        captions = [b for b in beside if field_of(zone, b.text) not in (None, "-")]
        label, caption = _split_end(zone, box.text)
        if caption and len(captions) >= SEVERAL and all(b.left > box.left for b in captions):
            own = replace(box, first=box.end - 1, text=caption)
            table.boxes.append(own)
            box.text, box.end = label, box.end - 1
            return


def _split(zone: str, text: str) -> tuple[str, str]:
    """The caption and the text in a cell that holds both; a turned text of an indicator may come first."""
    caption, rest = split_caption(zone, text)
    if caption or zone != "indicators":
        return caption, rest
    head, end = _split_end(zone, text)
    return end, head


def _split_end(zone: str, text: str) -> tuple[str, str]:
    """A text and the longest caption of a zone that it ends with; two empty texts where there is none."""
    for length in reversed(JOINED):
        head, end = text[:-length].strip(), text[-length:].lstrip()
        if len(head) > 1 and _are_two(end, head, head[-1] + end[0]) and is_exact(zone, end):
            return head, end
    return "", ""


def split_caption(zone: str, text: str) -> tuple[str, str]:
    """The longest caption of a zone that a text begins with, and what comes after it; two empty texts where there is none."""
    for length in reversed(JOINED):
        head, rest = text[:length].rstrip(), text[length:].strip()
        if len(rest) > 1 and _are_two(head, rest, head[-1] + rest[0]) and is_exact(zone, head):
            return head, rest
    return "", ""


def _are_two(caption: str, rest: str, seam: str) -> bool:
    """Whether a caption may end at a seam; one of two characters, which many words begin or end with, only beside a number."""
    return bool(_APART.fullmatch(seam)) and (len(caption) > 2 or bool(_NUMBER.fullmatch(rest)))
