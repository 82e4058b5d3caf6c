"""Values that somebody has confirmed or corrected beside the original, each with who did and what was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from selfeval.core.masking import mask_text
from selfeval.reports.i18n import N_

_CONFIRMED, _CORRECTED = N_("由{who}核对确认"), N_("由{who}更正，原识读为“{read}”")


def decided(
    cells: Iterable[Mapping[str, Any]], gettext: Callable[[str], str]
) -> Iterator[tuple[str, str]]:
    """PATH and sentence of each decided value of a form. What nobody can read is a doubt, and none of them."""
    told = set()
    for cell in cells:
        if not cell.get("decided_by") or cell.get("doubt") or cell["path"] in told:
            continue
        told.add(cell["path"])
        read = cell.get("reading")
        sentence = gettext(_CONFIRMED if read is None else _CORRECTED)
        yield cell["path"], mask_text(sentence.format(who=cell["decided_by"], read=read))
