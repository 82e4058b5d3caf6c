"""Captions of columns that run together with the first cell below them, for want of the line between."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from selfeval.extractors.forms import storeys
from selfeval.extractors.forms.captions import COLUMNS, field_of, is_exact
from selfeval.extractors.grids.stitch import Box, Table

#: how sure a value is that was parted from its caption, and why
PARTED = (0.5, "与上方栏名之间未见框线，已拆开读取，请核对")
#: characters of a caption to which other text may be joined
JOINED = range(3, 13)
#: other captions of its zone that stand beside a caption: one is enough for the goals, which have two columns
BESIDE = {"goals": 1}


def part(table: Table) -> None:
    """Part each cell that holds a caption and the cell below it, where the row of the other captions ends between them."""
    rows = table.by_row()
    for index in range(table.rows - 1):
        starting = [b for b in rows[index] if b.first == index]
        ending = [b for b in starting if b.end == index + 1]
        for box in starting:
            if box.end > index + 1 and ending:
                _part(table, rows, box, ending)


def _part(table: Table, rows: Sequence[Sequence[Box]], box: Box, ending: Sequence[Box]) -> None:
    below = [b for b in rows[box.first + 1] if b.first == box.first + 1]
    for zone in COLUMNS:
        beside = [b for b in ending if field_of(zone, b.text) not in (None, "-")]
        if len(beside) < BESIDE.get(zone, 3) or any(field_of(zone, b.text) for b in below):
            continue
        whole = field_of(zone, box.text) is not None
        caption = box.text if whole else caption_before(zone, box.text)
        at_side = box.left < min(b.left for b in beside)  # labels there span captions and values
        if caption and below and ((storeys.is_row_of_values(below) and not at_side) or not whole):
            rest = box.text[len(caption) :].strip()
            value = replace(box, first=box.first + 1, text=rest)
            value.doubt(*PARTED)
            table.boxes.append(value)
            box.text, box.end = caption, box.first + 1
            return


def caption_before(zone: str, text: str) -> str:
    """The longest caption of a zone that a text begins with, if more comes after it; else nothing."""
    for length in reversed(JOINED):
        head, rest = text[:length].rstrip(), text[length:].strip()
        if len(rest) > 1 and re.match(r"\w", rest) and is_exact(zone, head):
            return head
    return ""
