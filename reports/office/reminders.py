"""Letters to authorities about those of their units that have not filed; a unit whose authority nobody knows gets its own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from selfeval.core.masking import mask_text
from selfeval.core.roster import Arrival, RosterLine
from selfeval.reports.office.letter_template import template_of
from selfeval.reports.office.letters import Imprint, file_name, fill_template

#: What the name of such a letter's file begins with.
PREFIX = {"zh": "催报-", "en": "reminder-"}


def write_reminders(
    lines: Iterable[RosterLine], folder: Path, lang: str, imprint: Imprint
) -> list[Path]:
    """Write one letter an authority into `folder` and return their paths; `lines` are those of the roster with how they stand."""
    waiting: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        if line.state is Arrival.MISSING:
            one = line.expected
            listed = waiting.setdefault(one.authority or one.unit, [])
            listed.append({"number": len(listed) + 1, "unit": mask_text(one.unit), "project": mask_text(one.project), "year": one.year or ""})  # fmt: skip
    paths = []
    for authority, missing in waiting.items():
        path = folder / f"{PREFIX[lang]}{file_name(authority)}.docx"
        values = {"authority": authority, "missing": missing, "count": len(missing), **imprint.names(lang)}  # fmt: skip
        fill_template(path, template_of(lang, "reminder"), values)
        paths.append(path)
    return paths
