"""Cells that say only that they continue the one above: 续上页."""

from __future__ import annotations

import re
from functools import lru_cache

from selfeval.extractors.forms.captions import caption_key
from selfeval.extractors.grids.stitch import Table

_CONTINUED = re.compile(r"^[（(]?(续上页|续表|接上页|续前表|续上表|续)[）)]?$")


@lru_cache(20_000)
def is_continued(text: str) -> bool:
    """Whether a cell says only that it continues the one above (续上页)."""
    return bool(_CONTINUED.match(re.sub(r"\s", "", text)))


def inherit_continued(table: Table) -> None:
    """A cell that only says 续上页 stands for the nearest cell above it that says something."""
    for box in table.boxes:
        if is_continued(box.text):
            above = [
                b
                for b in table.boxes
                if b.end <= box.first and b.covers(box.middle) and not is_continued(b.text)
            ]
            source = max(above, key=lambda b: b.end, default=None)
            box.text = source.text if source and caption_key(source.text) else ""
