"""Rows of captions that are told by what stands under them, where no map knows the captions: names of levels make a block of indicators,
the total of the money with its amounts one of funds. What each column is, `meaning` says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from selfeval.core.rows import is_total
from selfeval.extractors.forms import meaning
from selfeval.extractors.forms.captions import is_exact
from selfeval.extractors.forms.levels import is_level_name
from selfeval.extractors.forms.storeys import EDGE, LENGTH
from selfeval.extractors.grids.stitch import Box

#: cells that a row of captions has at least, over indicators and over funds
INDICATORS, FUNDS = 5, 3

_VALUE = re.compile(r"[\d。；]")

Rows = Sequence[Sequence[Box]]


def heads(rows: Rows, index: int) -> str | None:
    """The zone whose captions a row holds, as the rows below it say; None where they do not."""
    if index + 1 >= len(rows):
        return None
    captions = [b for b in rows[index] if b.first == index and b.end == index + 1]
    below = [b for b in rows[index + 1] if b.first == index + 1]
    if len(captions) < FUNDS or not _are_captions(captions) or not _stand_under(below, captions):
        return None
    if len(captions) >= INDICATORS and any(is_level_name(b.text) for b in below[:2]):
        return "indicators"
    amounts = sum(meaning.number(b.text) is not None for b in below[1:])
    if is_total(below[0].text) and amounts > 1 and "资金" in below[0].text:
        return "funds"
    return None


def _are_captions(boxes: Sequence[Box]) -> bool:
    texts = [b.text.strip() for b in boxes]
    named = [text for text in texts if text]
    return (
        len(named) >= len(texts) - 1  # the labels of the rows may have none
        and len(set(named)) == len(named)
        and not any(_VALUE.search(text) or len(text) > LENGTH for text in named)
        and not any(is_level_name(text) for text in named)
        and not any(is_exact("header", text) for text in named)
    )


def _stand_under(below: Sequence[Box], captions: Sequence[Box]) -> bool:
    """Whether the cells of a row keep to the columns of the captions."""
    edges = [edge for b in captions for edge in (b.left, b.right)]
    return len(below) > 2 and all(
        any(abs(x - edge) <= EDGE for edge in edges) for b in below for x in (b.left, b.right)
    )
