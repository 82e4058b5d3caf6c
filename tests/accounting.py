"""Where each printed cell of a form went: a field, a caption, or `other`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields

from selfeval.core.fields import HEADER, ROWS
from selfeval.extractors import read
from selfeval.extractors.forms import kind, other, page_breaks
from selfeval.extractors.forms.continued import is_continued
from selfeval.extractors.grids import stitch
from selfeval.extractors.grids.cells import SolvedPage
from selfeval.extractors.model import Form


def unaccounted(pages: Sequence[SolvedPage]) -> list[str]:
    """The texts of cells of the pages' forms that are in no field, no known caption and no cell of `other`, as the published
    form says: nothing of how it was read is asked."""
    missing = []
    forms, _ = read._forms(pages)
    found = iter(forms)
    for table in stitch.tables(pages, read._SIGNS):
        printed = [box.text for box in table.boxes if not _is_storey(box, table.boxes)]
        what = kind.of(table, page_breaks.mend(table))
        if what is None or what.name != kind.SELF:
            continue
        form = next(found)
        said = "\n".join(_flat(text) for text in _said(form))
        for text in printed:
            flat = _flat(text)
            if not flat or flat in said or other.is_caption(text) or is_continued(text):
                continue
            missing += [
                part for part in _parts(flat) if part not in said and not other.is_caption(part)
            ]
    return missing


def _is_storey(box: stitch.Box, boxes: Sequence[stitch.Box]) -> bool:
    """Whether a cell is the upper half of a caption whose lower half is the cell below: 实际 over 完成值."""
    below = (b for b in boxes if (b.first, b.left, b.right) == (box.end, box.left, box.right))
    return any(other.is_caption(box.text + b.text) for b in below)


def _said(form: Form) -> list[str]:
    texts = [str(getattr(form, field.name) or "") for field in HEADER]
    for block, columns in ROWS.items():
        texts += [getattr(row, c.name) or "" for row in getattr(form, block) for c in columns]
    texts += [getattr(form.total, field.name) or "" for field in fields(form.total)]
    texts += [text for cell in form.other for text in (cell.caption, cell.value)]
    texts += [doubt.why for doubt in form.doubts]
    return texts


def _parts(flat: str) -> list[str]:
    """A cell that holds a caption and its value, or a name and a telephone number, is two."""
    caption, colon, value = flat.replace("：", ":").partition(":")
    number = re.search(r"\d{7,}", flat)
    if colon and value:
        return [caption, value]
    return [flat[: number.start()], number.group()] if number else [flat]


def _flat(text: str) -> str:
    return re.sub(r"\s", "", text)
